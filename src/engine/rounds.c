/*
 * rounds.c - see rounds.h.
 */
#include "engine/rounds.h"

#include <errno.h>
#include <stdlib.h>

#include "model/bounds.h"

static void start_attempt(struct rounds *rounds, uint32_t index, bool is_deep,
                          uint64_t now_ms)
{
    struct instance *instance = &rounds->registry->records[index].instance;
    struct work *work = &rounds->works[index];
    work->phase = WORK_PROBING;
    work->is_wanted_again = false;
    work->begun_ms = now_ms;
    instance->counters.attempts++;
    registry_touch(rounds->registry, index);
    timers_set(rounds->timers, index, TIMERS_NEVER);
    shard_start(rounds->shard, index, instance->round, is_deep, now_ms);
}

static void start_round(struct rounds *rounds, uint32_t index, bool is_deep,
                        uint64_t now_ms)
{
    rounds->registry->records[index].instance.round++;
    rounds->works[index].has_forgiven = false;
    start_attempt(rounds, index, is_deep, now_ms);
}

static void end_round(struct rounds *rounds, uint32_t index, uint64_t now_ms)
{
    struct record *record = &rounds->registry->records[index];
    struct work *work = &rounds->works[index];
    work->phase = WORK_IDLE;
    if (record->is_in_round) {
        record->is_in_round = false;
        rounds->awaited--;
        if (rounds->awaited == 0) {
            rounds->round.ended_ms = now_ms;
        }
    }
    if (work->is_wanted_again) {
        start_round(rounds, index, true, now_ms);
    }
}

static void wait_or_go(struct rounds *rounds, uint32_t index, uint64_t now_ms)
{
    struct work *work = &rounds->works[index];
    if (work->is_wanted_again) {
        start_attempt(rounds, index, true, now_ms);
        return;
    }
    work->phase = WORK_WAITING;
    timers_set(rounds->timers, index, now_ms + BOUNDS_RETRY_MS);
}

static void tell_change(struct rounds *rounds, uint32_t index,
                        enum state before, uint64_t now_ms)
{
    actions_add(rounds->actions, &(struct engine_action){.kind = ENGINE_CHANGED,
                                                         .instance = index,
                                                         .before = before});
    publication_change(rounds->desk, index, now_ms);
    worst_on_change(rounds->worst, index, now_ms);
}

static void judge(struct rounds *rounds, uint32_t index,
                  const struct result *result, const struct moment *moment)
{
    struct attempt attempt = {.result = result,
                              .dispatched_ms =
                                  rounds->shard->probes[index].dispatched_ms,
                              .now_ms = moment->now_ms,
                              .now_wall_ms = moment->now_wall_ms};
    struct judgement judgement =
        registry_judge(rounds->registry, index, &attempt);
    if (judgement.is_changed) {
        tell_change(rounds, index, judgement.before, moment->now_ms);
    }
    switch (judgement.next) {
    case REGISTRY_OUTCOME:
        end_round(rounds, index, moment->now_ms);
        break;
    case REGISTRY_AGAIN_SOON:
        wait_or_go(rounds, index, moment->now_ms);
        break;
    case REGISTRY_AGAIN_DEEP:
        start_attempt(rounds, index, true, moment->now_ms);
        break;
    }
}

/* It rests on how long something took, ours or the server's. */
static bool is_by_time(const struct verdict *verdict)
{
    bool is_ours =
        verdict->state == STATE_UNKNOWN && verdict->reason == REASON_AGENT;
    return is_ours ||
           (verdict->state == STATE_DOWN && !verdict_is_certain(verdict));
}

/* While we all stood still, so did the prober and its timers: a judgement
 * needs better evidence than that. Once a round, so that a host that keeps on
 * stumbling still gets its outcomes. */
static bool is_to_be_forgiven(struct rounds *rounds, uint32_t index,
                              const struct verdict *verdict)
{
    struct work *work = &rounds->works[index];
    if (!rounds->shard->probes[index].is_stale || work->has_forgiven ||
        !is_by_time(verdict)) {
        return false;
    }
    work->has_forgiven = true;
    return true;
}

/* How long the attempt that was just answered had to wait for others. The
 * first ones wait for the first probers, and a suspect is alone. */
static void note_wait(struct rounds *rounds, uint32_t index,
                      const struct verdict *verdict)
{
    const struct probe *probe = &rounds->shard->probes[index];
    bool is_innocent = !rounds->shard->lanes[probe->lane].is_alone &&
                       verdict->reason != REASON_AGENT;
    if (is_innocent && !probe->is_stale &&
        rounds->registry->records[index].has_outcome) {
        worst_on_wait(rounds->worst,
                      probe->dispatched_ms - rounds->works[index].begun_ms);
    }
}

void rounds_take_result(struct rounds *rounds, const struct engine_event *event,
                        const struct moment *moment)
{
    uint32_t index = 0;
    if (!shard_take_result(rounds->shard, event->prober, event->result,
                           &index)) {
        rounds->round.late_results++;
        return;
    }
    worst_on_result(rounds->worst, index, moment->now_ms);
    note_wait(rounds, index, &event->result->verdict);
    if (is_to_be_forgiven(rounds, index, &event->result->verdict)) {
        start_attempt(rounds, index, true, moment->now_ms);
    } else {
        judge(rounds, index, event->result, moment);
    }
}

void rounds_judge_failed(struct rounds *rounds, const struct moment *moment)
{
    char detail[VERDICT_DETAIL_BYTES];
    uint32_t index = 0;
    while (shard_take_failed(rounds->shard, &index, detail, sizeof detail)) {
        struct result result = {.is_deep = true};
        verdict_set_agent_fault(&result.verdict, detail);
        judge(rounds, index, &result, moment);
    }
}

void rounds_set_maint(struct rounds *rounds, const struct engine_event *event,
                      const struct moment *moment)
{
    enum state before = STATE_NONE;
    if (event->instance < rounds->registry->settings->instance_count &&
        registry_set_maint(rounds->registry, event->instance, event->maint,
                           moment->now_wall_ms, &before)) {
        tell_change(rounds, event->instance, before, moment->now_ms);
    }
}

void rounds_start_phase(struct rounds *rounds, uint32_t number, uint64_t now_ms)
{
    const struct phase *phase = &rounds->schedule->phases[number];
    bool is_main = number == rounds->schedule->main_phase;
    schedule_advance(rounds->schedule, number, now_ms);
    timers_set(rounds->timers, rounds->phase_alarms + number, phase->due_ms);
    if (is_main) {
        rounds->round.number++;
        rounds->round.started_ms = now_ms;
        rounds->round.ended_ms = 0;
    }
    for (uint32_t i = phase->first; i < phase->first + phase->count; i++) {
        uint32_t index = rounds->schedule->members[i];
        struct record *record = &rounds->registry->records[index];
        record->instance.due_ms = phase->due_ms;
        registry_touch(rounds->registry, index);
        if (is_main && !record->is_in_round) {
            record->is_in_round = true;
            rounds->awaited++;
        }
        if (rounds->works[index].phase != WORK_IDLE) {
            record->instance.counters.overruns++;
            continue;
        }
        start_round(rounds, index,
                    registry_wants_deep(rounds->registry, index, now_ms),
                    now_ms);
    }
}

void rounds_probe_now(struct rounds *rounds, uint32_t index, uint64_t now_ms)
{
    if (index >= rounds->registry->settings->instance_count ||
        rounds->is_stopping) {
        return;
    }
    switch (rounds->works[index].phase) {
    case WORK_IDLE:
        start_round(rounds, index, true, now_ms);
        break;
    case WORK_WAITING:
        start_attempt(rounds, index, true, now_ms);
        break;
    case WORK_PROBING:
        rounds->works[index].is_wanted_again = true;
        break;
    }
}

void rounds_on_alarm(struct rounds *rounds, uint32_t index, uint64_t now_ms)
{
    if (rounds->works[index].phase == WORK_WAITING) {
        start_attempt(rounds, index, true, now_ms);
    } else if (shard_is_busy(rounds->shard, index)) {
        shard_on_alarm(rounds->shard, index, now_ms);
    }
}

void rounds_stop(struct rounds *rounds)
{
    rounds->is_stopping = true;
    for (uint32_t i = 0; i < rounds->registry->settings->instance_count; i++) {
        rounds->works[i] = (struct work){0};
        timers_set(rounds->timers, i, TIMERS_NEVER);
    }
    for (uint32_t i = 0; i < rounds->schedule->phase_count; i++) {
        timers_set(rounds->timers, rounds->phase_alarms + i, TIMERS_NEVER);
    }
}

int rounds_init(struct rounds *rounds, uint32_t instance_count)
{
    rounds->works = calloc(instance_count + 1, sizeof *rounds->works);
    return rounds->works == NULL ? -ENOMEM : 0;
}

void rounds_finish(struct rounds *rounds)
{
    free(rounds->works);
    rounds->works = NULL;
}
