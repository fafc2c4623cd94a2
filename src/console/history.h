/*
 * history.h - how the agent's figures went: the last hour in steps of ten
 * seconds, the last day in steps of two minutes, each step with the least,
 * the mean and the most of its samples. Pure.
 *
 * The memory is fixed (some 440 KiB) and written at once, so that it does not
 * grow with the day and look like a leak. Steps follow the monotonic clock: a
 * wall clock that is set changes nothing here. A step without a sample is a
 * gap, never a line drawn through it.
 */
#ifndef CONSOLE_HISTORY_H
#define CONSOLE_HISTORY_H

#include <stdint.h>

#include "model/verdict.h"

/* No value: not known, or nobody sampled. */
#define HISTORY_NONE UINT32_MAX

/* Whose memory, descriptors and time are told apart: by program, so the role
 * of a prober that resolves or discovers counts as prober. */
enum history_role {
    HISTORY_SUPERVISOR,
    HISTORY_PROBERS,
    HISTORY_PUBLISHER,
    HISTORY_CONSOLE,
    HISTORY_ROLES
};

/* What is sampled. Of HISTORY_STATES there is one for each state, of those
 * behind it one for each role: HISTORY_RSS_KB + HISTORY_PUBLISHER. */
enum history_series {
    HISTORY_TASKS,
    HISTORY_OLDEST_TASK_MS,     /* probes only: processes live long */
    HISTORY_LATENCY_MIDDLE_US,  /* over the instances, the median... */
    HISTORY_LATENCY_LONGEST_US, /* ...and the longest */
    HISTORY_ROUND_MS,
    HISTORY_PUBLISH_MS, /* from a claim's change to ZooKeeper's word; 0 while
                           nothing waits */
    HISTORY_STATES,     /* instances in it */
    HISTORY_RSS_KB = HISTORY_STATES + STATE_COUNT,
    HISTORY_PSS_KB = HISTORY_RSS_KB + HISTORY_ROLES,
    HISTORY_FDS = HISTORY_PSS_KB + HISTORY_ROLES,
    HISTORY_CPU = HISTORY_FDS + HISTORY_ROLES, /* thousandths of a core */
    HISTORY_LAG_MS = HISTORY_CPU + HISTORY_ROLES,
    HISTORY_SERIES = HISTORY_LAG_MS + HISTORY_ROLES
};

#define HISTORY_HOUR_STEP_MS 10000
#define HISTORY_HOUR_STEPS 360
#define HISTORY_DAY_STEP_MS 120000
#define HISTORY_DAY_STEPS 720

enum history_span { HISTORY_HOUR, HISTORY_DAY, HISTORY_SPANS };

struct history_sample {
    uint32_t values[HISTORY_SERIES];
};

/* All three HISTORY_NONE, or none of them. */
struct history_point {
    uint32_t least;
    uint32_t mean;
    uint32_t most;
};

struct history_sum {
    uint64_t sum;
    uint32_t count;
};

/* The newest step of a span, still being sampled. */
struct history_head {
    uint64_t step; /* its time divided by the span's step; 0 = none yet */
    struct history_sum sums[HISTORY_SERIES];
};

/* A step stands at its number modulo the span's steps. */
struct history {
    struct history_head heads[HISTORY_SPANS];
    struct history_point hour[HISTORY_HOUR_STEPS][HISTORY_SERIES];
    struct history_point day[HISTORY_DAY_STEPS][HISTORY_SERIES];
};

void history_init(struct history *history);

/* A sample of `now_ms`; time that goes back is ignored. */
void history_add(struct history *history, const struct history_sample *sample,
                 uint64_t now_ms);

uint32_t history_steps(enum history_span span);
uint64_t history_step_ms(enum history_span span);

/* The point of a step; all HISTORY_NONE when it is not there. The newest is
 * heads[span].step. */
struct history_point history_at(const struct history *history,
                                enum history_span span,
                                enum history_series series, uint64_t step);

#endif
