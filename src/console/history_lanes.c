/*
 * history_lanes.c - see history_lanes.h.
 */
#include "console/history_lanes.h"

#include <errno.h>
#include <stdlib.h>

int history_lanes_init(struct history_lanes *lanes, uint32_t count)
{
    lanes->count = 0;
    lanes->lanes = calloc(count > 0 ? count : 1, sizeof *lanes->lanes);
    if (lanes->lanes == NULL) {
        return -ENOMEM;
    }
    lanes->count = count;
    for (uint32_t i = 0; i < count; i++) {
        lanes->lanes[i].latency_us = HISTORY_NONE;
    }
    return 0;
}

void history_lanes_finish(struct history_lanes *lanes)
{
    free(lanes->lanes);
    lanes->lanes = NULL;
    lanes->count = 0;
}

uint32_t history_latency_us(const struct instance *instance)
{
    uint64_t sum_us = 0;
    if (instance->stage_us[STEP_PING] == 0) {
        return HISTORY_NONE; /* no reply: how long we waited is no latency */
    }
    for (int step = 0; step < STEP_COUNT; step++) {
        sum_us += instance->stage_us[step];
    }
    return sum_us < HISTORY_NONE ? (uint32_t)sum_us : HISTORY_NONE - 1;
}

static void take_point(struct history_lane *lane,
                       const struct instance *instance)
{
    uint32_t latency_us = history_latency_us(instance);
    uint32_t units = 0;
    if (latency_us != HISTORY_NONE) {
        units = latency_us / HISTORY_LANE_UNIT_US;
        units = units == 0 ? 1 : units;
        units = units > UINT16_MAX ? UINT16_MAX : units;
    }
    lane->latency_us = latency_us;
    lane->points[lane->taken % HISTORY_LANE_POINTS] = (uint16_t)units;
    lane->taken++;
    lane->outcomes = instance->outcome_count;
}

/* From the claim's change, whose stamp is the wall clock's, to the answer,
 * whose stamp is monotonic. */
static uint32_t lag_of(const struct instance *instance, uint64_t now_ms,
                       uint64_t now_wall_ms)
{
    uint64_t acked_ms = instance->publication.acked_ms;
    uint64_t ago_ms = acked_ms < now_ms ? now_ms - acked_ms : 0;
    uint64_t since_ago_ms = now_wall_ms - instance->claim.since_wall_ms;
    bool is_sane = instance->claim.since_wall_ms <= now_wall_ms &&
                   since_ago_ms >= ago_ms && since_ago_ms < UINT32_MAX;
    return is_sane ? (uint32_t)(since_ago_ms - ago_ms) : HISTORY_NONE;
}

/* A change of the state is timed by its own stamp; any other one from when
 * it was first seen to wait. HISTORY_NONE when nothing came through. */
static uint32_t lag_that_ended(const struct history_lane *lane,
                               const struct instance *instance, uint64_t now_ms,
                               uint64_t now_wall_ms)
{
    const struct claim *claim = &instance->claim;
    bool is_new = lane->version != 0 && claim->version != lane->version;
    uint32_t lag_ms = HISTORY_NONE;
    if (is_new && claim->verdict.state != lane->state) {
        lag_ms = lag_of(instance, now_ms, now_wall_ms);
    }
    if (lag_ms == HISTORY_NONE && lane->waiting_ms != 0) {
        lag_ms = (uint32_t)(now_ms - lane->waiting_ms);
    }
    return lag_ms;
}

static void note_publication(struct history_lane *lane,
                             const struct instance *instance, uint64_t now_ms,
                             uint64_t now_wall_ms)
{
    const struct claim *claim = &instance->claim;
    if (instance->publication.claim_version != claim->version) {
        lane->waiting_ms = lane->waiting_ms == 0 ? now_ms : lane->waiting_ms;
    } else {
        uint32_t lag_ms = lag_that_ended(lane, instance, now_ms, now_wall_ms);
        if (lag_ms != HISTORY_NONE) {
            lane->lag_ms = lag_ms;
            lane->lags_ms += lag_ms;
            lane->published++;
        }
        lane->waiting_ms = 0;
    }
    lane->version = claim->version;
    lane->state = claim->verdict.state;
}

void history_lane_note(struct history_lane *lane,
                       const struct instance *instance, uint64_t now_ms,
                       uint64_t now_wall_ms)
{
    if (instance->outcome_count != lane->outcomes) {
        take_point(lane, instance);
    }
    note_publication(lane, instance, now_ms, now_wall_ms);
}

static int compare(const void *one, const void *other)
{
    uint32_t a = *(const uint32_t *)one;
    uint32_t b = *(const uint32_t *)other;
    return a < b ? -1 : a > b;
}

static void raise_to(uint32_t *most, uint64_t value)
{
    uint64_t bounded = value < HISTORY_NONE ? value : HISTORY_NONE - 1;
    *most = bounded > *most ? (uint32_t)bounded : *most;
}

void history_lanes_tell(struct history_lanes *lanes, uint64_t now_ms,
                        uint32_t *scratch, struct history_sample *sample)
{
    uint32_t answered = 0;
    uint32_t lag_ms = 0;
    for (int state = 0; state < STATE_COUNT; state++) {
        sample->values[HISTORY_STATES + state] = 0;
    }
    for (uint32_t i = 0; i < lanes->count; i++) {
        struct history_lane *lane = &lanes->lanes[i];
        sample->values[HISTORY_STATES + lane->state]++;
        if (lane->latency_us != HISTORY_NONE) {
            scratch[answered++] = lane->latency_us;
        }
        raise_to(&lag_ms, lane->lag_ms);
        if (lane->waiting_ms != 0) {
            raise_to(&lag_ms, now_ms - lane->waiting_ms);
        }
        lane->lag_ms = 0;
    }
    sample->values[HISTORY_PUBLISH_MS] = lag_ms;
    if (answered > 0) {
        qsort(scratch, answered, sizeof *scratch, compare);
        sample->values[HISTORY_LATENCY_MIDDLE_US] = scratch[answered / 2];
        sample->values[HISTORY_LATENCY_LONGEST_US] = scratch[answered - 1];
    }
}

void history_lanes_sum(const struct history_lanes *lanes, uint64_t now_ms,
                       struct publishing *publishing)
{
    *publishing = (struct publishing){0};
    for (uint32_t i = 0; i < lanes->count; i++) {
        const struct history_lane *lane = &lanes->lanes[i];
        uint64_t waiting_ms =
            lane->waiting_ms != 0 ? now_ms - lane->waiting_ms : 0;
        publishing->count += lane->published;
        publishing->lag_ms += lane->lags_ms;
        if (waiting_ms > publishing->waiting_ms) {
            publishing->waiting_ms = waiting_ms;
        }
    }
}
