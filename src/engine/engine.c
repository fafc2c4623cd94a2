/*
 * engine.c - see engine.h. Carries an event to the room it concerns, and what
 * comes of it to the next one:
 *
 *     schedule -> round -> attempt -> shard -> result or failure
 *                   ^         ^                     |
 *                   |         '---- again ------ registry
 *                   '- outcome -----------------'   '-> publication
 *
 * The state of one instance's round:
 *
 *     IDLE --due, probe now--> PROBING --outcome--> IDLE
 *                               |    ^
 *                     again soon'-> WAITING --its time, probe now
 *
 * An event never does more than walk the instances once.
 */
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/actions.h"
#include "engine/publication.h"
#include "engine/registry.h"
#include "engine/schedule.h"
#include "engine/shard.h"
#include "engine/timers.h"
#include "model/bounds.h"

/* An alarm heard later than this: we stood still, and so may the others. */
#define ENGINE_STALL_MS 250

enum work_phase { WORK_IDLE, WORK_PROBING, WORK_WAITING };

struct work {
    enum work_phase phase;
    bool is_wanted_again; /* ENGINE_PROBE_NOW came while it was probing */
    bool has_forgiven;    /* a stale result was thrown away in this round */
};

struct engine {
    const struct settings *settings;
    struct work *works; /* owned; one per instance */
    struct actions actions;
    struct timers timers;
    struct schedule schedule;
    struct registry registry;
    struct shard shard;
    struct publication_desk desk;
    struct engine_round round;
    uint32_t awaited;  /* outcomes that `round` still misses */
    uint64_t heard_ms; /* the last event */
    bool is_stopping;
    /* Owners of alarms: instances from 0, then these. */
    uint32_t prober_alarms;
    uint32_t phase_alarms;
    uint32_t look_alarm;
};

/* The event in hand. */
struct moment {
    uint64_t now_ms;
    uint64_t now_wall_ms;
};

static void start_attempt(struct engine *engine, uint32_t index, bool is_deep,
                          uint64_t now_ms)
{
    struct instance *instance = &engine->registry.records[index].instance;
    struct work *work = &engine->works[index];
    work->phase = WORK_PROBING;
    work->is_wanted_again = false;
    instance->counters.attempts++;
    registry_touch(&engine->registry, index);
    timers_set(&engine->timers, index, TIMERS_NEVER);
    shard_start(&engine->shard, index, instance->round, is_deep, now_ms);
}

static void start_round(struct engine *engine, uint32_t index, bool is_deep,
                        uint64_t now_ms)
{
    engine->registry.records[index].instance.round++;
    engine->works[index].has_forgiven = false;
    start_attempt(engine, index, is_deep, now_ms);
}

static void end_round(struct engine *engine, uint32_t index, uint64_t now_ms)
{
    struct record *record = &engine->registry.records[index];
    struct work *work = &engine->works[index];
    work->phase = WORK_IDLE;
    if (record->is_in_round) {
        record->is_in_round = false;
        engine->awaited--;
        if (engine->awaited == 0) {
            engine->round.ended_ms = now_ms;
        }
    }
    if (work->is_wanted_again) {
        start_round(engine, index, true, now_ms);
    }
}

static void wait_or_go(struct engine *engine, uint32_t index, uint64_t now_ms)
{
    struct work *work = &engine->works[index];
    if (work->is_wanted_again) {
        start_attempt(engine, index, true, now_ms);
        return;
    }
    work->phase = WORK_WAITING;
    timers_set(&engine->timers, index, now_ms + BOUNDS_RETRY_MS);
}

static void tell_change(struct engine *engine, uint32_t index,
                        enum state before, uint64_t now_ms)
{
    actions_add(&engine->actions,
                &(struct engine_action){.kind = ENGINE_CHANGED,
                                        .instance = index,
                                        .before = before});
    publication_change(&engine->desk, index, now_ms);
}

static void judge(struct engine *engine, uint32_t index,
                  const struct result *result, const struct moment *moment)
{
    struct attempt attempt = {.result = result,
                              .dispatched_ms =
                                  engine->shard.probes[index].dispatched_ms,
                              .now_ms = moment->now_ms,
                              .now_wall_ms = moment->now_wall_ms};
    struct judgement judgement =
        registry_judge(&engine->registry, index, &attempt);
    if (judgement.is_changed) {
        tell_change(engine, index, judgement.before, moment->now_ms);
    }
    switch (judgement.next) {
    case REGISTRY_OUTCOME:
        end_round(engine, index, moment->now_ms);
        break;
    case REGISTRY_AGAIN_SOON:
        wait_or_go(engine, index, moment->now_ms);
        break;
    case REGISTRY_AGAIN_DEEP:
        start_attempt(engine, index, true, moment->now_ms);
        break;
    }
}

/* While we all stood still, so did the prober and its timers: `down` needs
 * better evidence than that. Once a round, so that a host that keeps on
 * stumbling still gets its outcomes. */
static bool is_to_be_forgiven(struct engine *engine, uint32_t index,
                              const struct verdict *verdict)
{
    struct work *work = &engine->works[index];
    if (!engine->shard.probes[index].is_stale || work->has_forgiven ||
        verdict->state != STATE_DOWN || verdict_is_certain(verdict)) {
        return false;
    }
    work->has_forgiven = true;
    return true;
}

static void take_result(struct engine *engine, const struct engine_event *event,
                        const struct moment *moment)
{
    uint32_t index = 0;
    if (!shard_take_result(&engine->shard, event->prober, event->result,
                           &index)) {
        engine->round.late_results++;
        return;
    }
    if (is_to_be_forgiven(engine, index, &event->result->verdict)) {
        start_attempt(engine, index, true, moment->now_ms);
    } else {
        judge(engine, index, event->result, moment);
    }
}

static void judge_failed(struct engine *engine, const struct moment *moment)
{
    char detail[VERDICT_DETAIL_BYTES];
    uint32_t index = 0;
    while (shard_take_failed(&engine->shard, &index, detail, sizeof detail)) {
        struct result result = {.is_deep = true};
        verdict_set_agent_fault(&result.verdict, detail);
        judge(engine, index, &result, moment);
    }
}

static void start_phase(struct engine *engine, uint32_t number, uint64_t now_ms)
{
    const struct phase *phase = &engine->schedule.phases[number];
    bool is_main = number == engine->schedule.main_phase;
    schedule_advance(&engine->schedule, number, now_ms);
    timers_set(&engine->timers, engine->phase_alarms + number, phase->due_ms);
    if (is_main) {
        engine->round.number++;
        engine->round.started_ms = now_ms;
        engine->round.ended_ms = 0;
    }
    for (uint32_t i = phase->first; i < phase->first + phase->count; i++) {
        uint32_t index = engine->schedule.members[i];
        struct record *record = &engine->registry.records[index];
        record->instance.due_ms = phase->due_ms;
        registry_touch(&engine->registry, index);
        if (is_main && !record->is_in_round) {
            record->is_in_round = true;
            engine->awaited++;
        }
        if (engine->works[index].phase != WORK_IDLE) {
            record->instance.counters.overruns++;
            continue;
        }
        start_round(engine, index,
                    registry_wants_deep(&engine->registry, index, now_ms),
                    now_ms);
    }
}

static void probe_now(struct engine *engine, uint32_t index, uint64_t now_ms)
{
    if (index >= engine->settings->instance_count || engine->is_stopping) {
        return;
    }
    switch (engine->works[index].phase) {
    case WORK_IDLE:
        start_round(engine, index, true, now_ms);
        break;
    case WORK_WAITING:
        start_attempt(engine, index, true, now_ms);
        break;
    case WORK_PROBING:
        engine->works[index].is_wanted_again = true;
        break;
    }
}

static void handle_instance_alarm(struct engine *engine, uint32_t index,
                                  uint64_t now_ms)
{
    if (engine->works[index].phase == WORK_WAITING) {
        start_attempt(engine, index, true, now_ms);
    } else if (shard_is_busy(&engine->shard, index)) {
        shard_on_alarm(&engine->shard, index, now_ms);
    }
}

static void handle_prober_alarm(struct engine *engine, uint32_t slot,
                                uint64_t now_ms)
{
    if (slot == ENGINE_PROBERS_MOST) {
        return; /* the pause before a spawn is over: shard_settle spawns */
    }
    const struct prober *prober = &engine->shard.probers.list[slot];
    if (prober->state == PROBER_KILLED && prober->running.count > 0) {
        shard_on_lost(&engine->shard, slot,
                      &(struct last_words){.why = "did not end"}, now_ms);
    }
    probers_on_alarm(&engine->shard.probers, slot, now_ms);
}

static void handle_alarms(struct engine *engine, uint64_t now_ms)
{
    uint32_t owner = 0;
    while (timers_take_due(&engine->timers, now_ms, &owner)) {
        if (owner < engine->prober_alarms) {
            handle_instance_alarm(engine, owner, now_ms);
        } else if (owner < engine->phase_alarms) {
            handle_prober_alarm(engine, owner - engine->prober_alarms, now_ms);
        } else if (owner < engine->look_alarm) {
            start_phase(engine, owner - engine->phase_alarms, now_ms);
        }
        /* The look alarm only wakes us: settle() does the rest. */
    }
}

static void handle_prober(struct engine *engine,
                          const struct engine_event *event, uint64_t now_ms)
{
    struct probers *probers = &engine->shard.probers;
    uint32_t slot = probers_find(probers, event->prober);
    struct last_words words = {
        .inside = event->inside, .step = event->step, .why = event->why};
    if (slot == PROBERS_NONE) {
        return;
    }
    if (event->kind == ENGINE_PROBER_SPAWNED) {
        probers_on_spawned(probers, slot, event->pid);
    } else if (event->kind == ENGINE_PROBER_FAILED) {
        shard_on_lost(&engine->shard, slot, &words, now_ms);
        probers_on_failed(probers, slot, now_ms);
    } else if (event->kind == ENGINE_PROBER_READY) {
        probers_on_ready(probers, slot);
    } else if (event->kind == ENGINE_PROBER_ENDED) {
        shard_on_lost(&engine->shard, slot, &words, now_ms);
        probers_on_ended(probers, slot, now_ms);
    } else {
        shard_on_lost(&engine->shard, slot, &words, now_ms);
        probers_on_reaped(probers, slot, now_ms);
    }
}

static void stop(struct engine *engine, uint64_t now_ms)
{
    engine->is_stopping = true;
    shard_stop(&engine->shard, now_ms);
    for (uint32_t i = 0; i < engine->settings->instance_count; i++) {
        engine->works[i] = (struct work){0};
        timers_set(&engine->timers, i, TIMERS_NEVER);
    }
    for (uint32_t i = 0; i < engine->schedule.phase_count; i++) {
        timers_set(&engine->timers, engine->phase_alarms + i, TIMERS_NEVER);
    }
}

static void dispatch(struct engine *engine, const struct engine_event *event,
                     const struct moment *moment)
{
    switch (event->kind) {
    case ENGINE_TIME:
        handle_alarms(engine, moment->now_ms);
        break;
    case ENGINE_PROBER_SPAWNED:
    case ENGINE_PROBER_FAILED:
    case ENGINE_PROBER_READY:
    case ENGINE_PROBER_ENDED:
    case ENGINE_PROBER_REAPED:
        handle_prober(engine, event, moment->now_ms);
        break;
    case ENGINE_PROBER_RESULT:
        take_result(engine, event, moment);
        break;
    case ENGINE_PROBE_NOW:
        probe_now(engine, event->instance, moment->now_ms);
        break;
    case ENGINE_PUBLISHED:
        if (event->instance < engine->settings->instance_count) {
            (void)publication_acknowledge(
                &engine->desk, event->instance, &event->published,
                moment->now_ms); /* gossip: a false one is just dropped */
        }
        break;
    case ENGINE_STOP:
        stop(engine, moment->now_ms);
        break;
    }
}

/* If nobody called although an alarm was due, we stood still: the time that
 * was lost is nobody's fault and counts against no deadline. */
static void forgive_stall(struct engine *engine, uint64_t now_ms)
{
    uint64_t awake_ms = timers_next_ms(&engine->timers);
    if (awake_ms < engine->heard_ms) {
        awake_ms = engine->heard_ms;
    }
    if (awake_ms < now_ms && now_ms - awake_ms > ENGINE_STALL_MS) {
        shard_forgive(&engine->shard, now_ms - awake_ms);
    }
    engine->heard_ms = now_ms;
}

static void settle(struct engine *engine, const struct moment *moment)
{
    judge_failed(engine, moment);
    shard_settle(&engine->shard, moment->now_ms);
    if (publication_take_look(&engine->desk, moment->now_ms)) {
        actions_add(&engine->actions,
                    &(struct engine_action){.kind = ENGINE_LOOK});
    }
    timers_set(&engine->timers, engine->look_alarm, engine->desk.look_ms);
}

void engine_on_event(struct engine *engine, const struct engine_event *event,
                     uint64_t now_ms, uint64_t now_wall_ms)
{
    struct moment moment = {.now_ms = now_ms, .now_wall_ms = now_wall_ms};
    actions_clear(&engine->actions);
    forgive_stall(engine, now_ms);
    dispatch(engine, event, &moment);
    settle(engine, &moment);
}

const struct engine_action *engine_action(struct engine *engine)
{
    return actions_take(&engine->actions);
}

uint64_t engine_next_ms(const struct engine *engine)
{
    return timers_next_ms(&engine->timers);
}

void engine_adopt(struct engine *engine, uint32_t index,
                  const struct instance *instance, uint64_t now_ms)
{
    registry_adopt(&engine->registry, index, instance, now_ms);
    publication_adopt(&engine->desk, index, now_ms);
    timers_set(&engine->timers, engine->look_alarm, engine->desk.look_ms);
}

const struct instance *engine_instance(const struct engine *engine,
                                       uint32_t index)
{
    return &engine->registry.records[index].instance;
}

bool engine_take_dirty(struct engine *engine, uint32_t *index)
{
    return registry_take_dirty(&engine->registry, index);
}

void engine_round(const struct engine *engine, struct engine_round *round)
{
    *round = engine->round;
    round->is_complete = engine->registry.without_outcome == 0;
}

const char *engine_prober_note(const struct engine *engine, uint32_t prober)
{
    const struct shard *shard = &engine->shard;
    uint32_t slot = probers_find(&shard->probers, prober);
    if (slot == PROBERS_NONE) {
        return "";
    }
    const struct prober *found = &shard->probers.list[slot];
    switch (found->state) {
    case PROBER_STARTING:
        return "starting";
    case PROBER_RETIRING:
        return "retiring";
    case PROBER_KILLED:
    case PROBER_ENDED:
        return "killed";
    case PROBER_READY:
        if (shard->lanes[found->lane].is_alone) {
            return "solo";
        }
        return found->batches == 0 ? "spare" : "shard";
    case PROBER_FREE:
        break;
    }
    return "";
}

static int init_rooms(struct engine *engine, const struct settings *settings,
                      struct tasks *tasks, uint64_t now_ms)
{
    uint32_t count = settings->instance_count;
    int status = actions_init(&engine->actions, count);
    status = status != 0 ? status
                         : schedule_init(&engine->schedule, settings, now_ms);
    engine->prober_alarms = count;
    engine->phase_alarms = engine->prober_alarms + PROBERS_ALARMS;
    engine->look_alarm = engine->phase_alarms + engine->schedule.phase_count;
    status = status != 0 ? status
                         : timers_init(&engine->timers, engine->look_alarm + 1);
    status = status != 0 ? status
                         : registry_init(&engine->registry, settings, now_ms);
    status = status != 0
                 ? status
                 : shard_init(&engine->shard, settings, tasks, &engine->actions,
                              &engine->timers, engine->prober_alarms);
    publication_init(&engine->desk, &engine->registry, settings->has_zookeeper);
    return status;
}

int engine_create(const struct settings *settings, struct tasks *tasks,
                  uint64_t now_ms, uint64_t now_wall_ms, struct engine **engine)
{
    (void)now_wall_ms; /* every event brings it anew */
    struct engine *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return -ENOMEM;
    }
    made->settings = settings;
    made->heard_ms = now_ms;
    made->works = calloc(settings->instance_count + 1, sizeof *made->works);
    if (made->works == NULL || init_rooms(made, settings, tasks, now_ms) != 0) {
        engine_destroy(made);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < made->schedule.phase_count; i++) {
        timers_set(&made->timers, made->phase_alarms + i, now_ms);
    }
    *engine = made;
    return 0;
}

void engine_destroy(struct engine *engine)
{
    if (engine == NULL) {
        return;
    }
    shard_finish(&engine->shard);
    registry_finish(&engine->registry);
    timers_finish(&engine->timers);
    schedule_finish(&engine->schedule);
    actions_finish(&engine->actions);
    free(engine->works);
    free(engine);
}
