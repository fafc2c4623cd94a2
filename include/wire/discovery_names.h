/*
 * discovery_names.h - what a found server is called. Pure.
 *
 * A name goes onto nodes and into histories, so it must not wander from one
 * server to another: it is made of the address alone.
 */
#ifndef WIRE_DISCOVERY_NAMES_H
#define WIRE_DISCOVERY_NAMES_H

#include <stdint.h>

#include "model/address.h"
#include "model/settings.h"

struct discovery_name {
    char text[SETTINGS_NAME_BYTES];
};

/* "redis-6379"; of a unix socket "redis-cache", its file without ".sock". */
struct discovery_name discovery_names_short(const struct address *address);

/* For two whose short names are the same: "redis-10.0.0.5-6379",
 * "redis-run-redis-cache". */
struct discovery_name discovery_names_long(const struct address *address);

/* The name with "-2", "-3", ... at its end. */
struct discovery_name discovery_names_numbered(
    const struct discovery_name *name, uint32_t number);

#endif
