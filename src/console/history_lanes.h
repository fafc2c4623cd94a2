/*
 * history_lanes.h - a lane for each instance: how long its last probes took,
 * and since when a change of its claim waits for ZooKeeper. Pure.
 *
 * Memory by the number of instances, given once: less than 200 bytes each.
 */
#ifndef CONSOLE_HISTORY_LANES_H
#define CONSOLE_HISTORY_LANES_H

#include <stdint.h>

#include "console/figures.h"
#include "console/history.h"
#include "model/instance.h"

#define HISTORY_LANE_POINTS 60
#define HISTORY_LANE_UNIT_US 10 /* so 16 bits reach to 0.65 s */

struct history_lane {
    uint64_t taken;      /* points so far */
    uint64_t outcomes;   /* of the instance, when the last one was taken */
    uint64_t version;    /* of the claim */
    uint64_t waiting_ms; /* since when it is not acknowledged; 0 = it is */
    uint32_t latency_us; /* of the last one; HISTORY_NONE: no answer */
    uint32_t lag_ms;     /* of a change that came through just now */
    uint64_t published;  /* changes that came through so far */
    uint64_t lags_ms;    /* and how long they took, summed */
    uint32_t sequence;   /* of the record on the board; 0 = not read yet */
    enum state state;    /* as claimed */
    /* In units of HISTORY_LANE_UNIT_US, 0 = no answer, the newest at
     * points[(taken - 1) % 60]. */
    uint16_t points[HISTORY_LANE_POINTS];
};

struct history_lanes {
    struct history_lane *lanes; /* owned */
    uint32_t count;
};

/* How long the last probe took, all stages; HISTORY_NONE when no answer came.
 */
uint32_t history_latency_us(const struct instance *instance);

/* 0 or -ENOMEM. */
int history_lanes_init(struct history_lanes *lanes, uint32_t count);
void history_lanes_finish(struct history_lanes *lanes);

/* What the board says of this lane's instance now. */
void history_lane_note(struct history_lane *lane,
                       const struct instance *instance, uint64_t now_ms,
                       uint64_t now_wall_ms);

/* Into the sample: latencies, the longest wait for ZooKeeper, states. A lag
 * that was told is told once. `scratch` has room for a number per lane. */
void history_lanes_tell(struct history_lanes *lanes, uint64_t now_ms,
                        uint32_t *scratch, struct history_sample *sample);

/* All lanes' changes together. */
void history_lanes_sum(const struct history_lanes *lanes, uint64_t now_ms,
                       struct publishing *publishing);

#endif
