/*
 * rounds.h - the course of each instance's round, from its start to its one
 * outcome:
 *
 *     IDLE --due, probe now--> PROBING --outcome--> IDLE
 *                               |    ^
 *                     again soon'-> WAITING --its time, probe now
 *
 * What an attempt came to is the registry's to judge; where it runs is the
 * shard's to say. A round still busy when the next is due is an overrun: the
 * next one is skipped, and counted.
 */
#ifndef ENGINE_ROUNDS_H
#define ENGINE_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/actions.h"
#include "engine/engine.h"
#include "engine/publication.h"
#include "engine/registry.h"
#include "engine/schedule.h"
#include "engine/shard.h"
#include "engine/timers.h"
#include "engine/worst.h"

enum work_phase { WORK_IDLE, WORK_PROBING, WORK_WAITING };

struct work {
    enum work_phase phase;
    bool is_wanted_again; /* ENGINE_PROBE_NOW came while it was probing */
    bool has_forgiven;    /* a stale result was thrown away in this round */
    uint64_t begun_ms;    /* its attempt */
};

struct rounds {
    struct work *works; /* owned; one per instance */
    struct engine_round round;
    uint32_t awaited; /* outcomes that `round` still misses */
    bool is_stopping;
    uint32_t phase_alarms;   /* phase p owns this + p; instance i owns i */
    struct actions *actions; /* these are borrowed */
    struct timers *timers;
    struct schedule *schedule;
    struct registry *registry;
    struct shard *shard;
    struct publication_desk *desk;
    struct worst *worst;
};

/* The event in hand. */
struct moment {
    uint64_t now_ms;
    uint64_t now_wall_ms;
};

/* The borrowed rooms are the caller's to set. 0 or -ENOMEM. */
int rounds_init(struct rounds *rounds, uint32_t instance_count);
void rounds_finish(struct rounds *rounds);

/* A phase is due: its instances' rounds begin. */
void rounds_start_phase(struct rounds *rounds, uint32_t number,
                        uint64_t now_ms);

/* Out of band, with the full flight; right after it if one is under way. */
void rounds_probe_now(struct rounds *rounds, uint32_t index, uint64_t now_ms);

/* The alarm of an instance. */
void rounds_on_alarm(struct rounds *rounds, uint32_t index, uint64_t now_ms);

void rounds_take_result(struct rounds *rounds, const struct engine_event *event,
                        const struct moment *moment);

/* An operator drained an instance, or lifted that; what was being probed goes
 * on. */
void rounds_set_maint(struct rounds *rounds, const struct engine_event *event,
                      const struct moment *moment);

/* Judges the attempts that the shard gave up. */
void rounds_judge_failed(struct rounds *rounds, const struct moment *moment);

/* Nothing begins any more; rounds that are open stay without outcome. */
void rounds_stop(struct rounds *rounds);

#endif
