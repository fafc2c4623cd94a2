/*
 * health.h - /healthz and /readyz: is the agent itself on time? Pure.
 *
 * It says nothing of Redis: a host full of dead servers has a healthy agent
 * as long as their states are told in time.
 */
#ifndef CONSOLE_HEALTH_H
#define CONSOLE_HEALTH_H

#include <stdbool.h>

#include "console/body.h"
#include "console/snapshot.h"

/* An older heartbeat makes the supervisor late: two are due in this time,
 * and the dead-man has not yet struck. */
#define HEALTH_HEARTBEAT_MS 2500

/* At most so many late instances are named. */
#define HEALTH_NAMED_MOST 20

/* How long after its last outcome an instance is late, and how old that
 * outcome is: of an instance without one, as old as its rounds. */
uint64_t health_outcome_limit_ms(const struct board_settings *settings);
uint64_t health_outcome_age_ms(const struct snapshot *snapshot,
                               const struct instance *instance);

/* True and "ok", or false and a line for each late part. Needs
 * SNAPSHOT_INSTANCES. */
bool health_write_live(const struct snapshot *snapshot, struct body *body);

/* True and "ok", or false and why the first round does not stand yet. */
bool health_write_ready(const struct snapshot *snapshot, struct body *body);

#endif
