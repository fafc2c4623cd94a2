/*
 * ensemble.h - ZooKeeper's servers as the publisher is told them: every name
 * replaced by its addresses, each of which may be another member. Pure.
 */
#ifndef SUPERVISOR_ENSEMBLE_H
#define SUPERVISOR_ENSEMBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/names.h"

/* Some name still waits for its first lookup to end. */
bool ensemble_is_awaited(const struct names *names, const char *servers);

/* "host:port,host:port" in numbers. A name without address is left out, and
 * what does not fit. 0, or -ENOENT if nothing is left. */
int ensemble_write(const struct names *names, const char *servers, char *text,
                   size_t size);

/* The session was lost: have they moved? */
void ensemble_hurry(struct names *names, const char *servers, uint64_t now_ms);

#endif
