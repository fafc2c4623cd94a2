/*
 * metrics.h - /metrics, the Prometheus text format 0.0.4, prefix
 * sentinel_agent_. Always from memory.
 */
#ifndef CONSOLE_METRICS_H
#define CONSOLE_METRICS_H

#include "console/body.h"
#include "console/figures.h"
#include "console/snapshot.h"

/* Needs every part of the snapshot. */
void metrics_write(const struct snapshot *snapshot,
                   const struct figures *figures, struct body *body);

/* The families of instances, part of metrics_write. */
void metrics_write_instances(const struct snapshot *snapshot,
                             struct body *body);

/* A family's head: its HELP and TYPE lines. */
void metrics_write_head(struct body *body, const char *name, const char *type,
                        const char *help);

/* Milliseconds as seconds, and the line's end. */
void metrics_write_seconds(struct body *body, uint64_t milliseconds);

#endif
