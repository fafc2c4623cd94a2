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

/* What was learnt of Redis beside the verdict, and how long each stage of the
 * probes took; parts of metrics_write too. */
void metrics_write_facts(const struct snapshot *snapshot, struct body *body);
void metrics_write_stages(const struct snapshot *snapshot, struct body *body);

/* What our processes cost; redis_up, if it is asked for. Parts, too. */
void metrics_write_processes(const struct snapshot *snapshot,
                             struct body *body);
void metrics_write_alias(const struct snapshot *snapshot, struct body *body);

/* Begins a line of an instance, name{name="cache-1" with no brace closed, and
 * adds a label to it. */
void metrics_write_start(struct body *body, const char *metric,
                         const struct board_instance *instance);
void metrics_write_label(struct body *body, const char *label,
                         const char *text);

/* A family's head: its HELP and TYPE lines. */
void metrics_write_head(struct body *body, const char *name, const char *type,
                        const char *help);

/* Milliseconds as seconds, and the line's end. */
void metrics_write_seconds(struct body *body, uint64_t milliseconds);

#endif
