/*
 * fleet.h - the state tree of all hosts, out of the lines that
 * `sentinel-publisher --list` prints. Pure.
 */
#ifndef CTL_FLEET_H
#define CTL_FLEET_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "ctl/table.h"

#define FLEET_HEARTBEATS_MISSED 3 /* an .agent node that old is stale */
#define FLEET_AGENT_NODE ".agent"

struct fleet {
    const char *root;      /* borrowed, as `below` */
    const char *below;     /* a path, or the end of one below the root; NULL:
                              everything */
    uint64_t heartbeat_ms; /* 0 = there are none */
    uint64_t now_wall_ms;
    uint32_t stale; /* hosts: counted by fleet_read */
};

/* {"v":1,"root":..,"now":..,"hosts":[{"cluster","host","agent":{..}|null,
 * "stale":bool|null,"heartbeat_age_ms","instances":[..]}]}, hosts in the order
 * of the lines. `text` is written upon. NULL when a line is none or without
 * memory. */
json_t *fleet_read(struct fleet *fleet, char *text);

/* A table of it; NULL without memory. */
struct table *fleet_table(const struct fleet *fleet, const json_t *tree);

/* The same for a program: a row an instance, its path first, times as numbers,
 * nothing for what is not known. */
struct table *fleet_csv(const json_t *tree);

#endif
