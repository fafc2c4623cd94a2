/*
 * loss.h - what becomes of the probes of a lost prober, and the lanes that
 * they are parted into (shard.h tells the rules).
 */
#ifndef ENGINE_LOSS_H
#define ENGINE_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/shard.h"

#define LOSS_NOBODY UINT32_MAX
/* One attempt in so many may burn its whole timeout: a host that was short of
 * CPU may be well again, and a file be read in time. */
#define LOSS_BURNT_EACH 30

/* Opens a lane with a prober of its own: for one probe, or for many. With
 * none left: SHARD_LANE_NONE for one, SHARD_LANE_SHARED for many. */
uint32_t loss_open_lane(struct shard *shard, bool is_alone);

/* Queues a probe that stands in no chain into the lane. */
void loss_join_lane(struct shard *shard, uint32_t index, uint32_t number);

/* One probe of the lane is over; the last one closes it and gives its prober
 * back to all. */
void loss_leave_lane(struct shard *shard, uint32_t number);

/* Starts a fresh task for the attempt and queues it. False if the table of
 * tasks is full: then nothing was done. */
bool loss_queue(struct shard *shard, uint32_t index, uint32_t number,
                uint64_t now_ms);

/* What a look found. */
struct stuck {
    uint64_t inside; /* task; 0: of none */
    bool is_burning; /* CPU, in there */
};

/* The prober is stuck in the callback of the task `inside`, before its
 * deadline. In company it is killed, for the others wait behind it; alone it
 * may take its whole timeout, for nobody does, and what it waits for may be
 * no more than slow. If it burnt the CPU all that time, then once in
 * LOSS_BURNT_EACH attempts: else it is killed as soon as it burns, until it has
 * answered. Either way it starts alone in the next round. With 0 `inside` it
 * was stopped outside of every task: it is killed for all. */
void loss_on_stuck(struct shard *shard, uint32_t slot,
                   const struct stuck *stuck, uint64_t now_ms);

/* Reaps the tasks of the lost prober and queues their attempts anew. Returns
 * the instance that failed alone, its task still live; else LOSS_NOBODY. */
uint32_t loss_take(struct shard *shard, uint32_t slot,
                   const struct last_words *words, uint64_t now_ms);

#endif
