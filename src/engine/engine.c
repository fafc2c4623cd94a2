/*
 * engine.c - see engine.h. Carries an event to the room it concerns, and what
 * comes of it to the next one:
 *
 *     schedule -> round -> attempt -> shard -> result or failure
 *                   ^         ^                     |
 *                   |         '---- again ------ registry
 *                   '- outcome -----------------'   '-> publication
 *
 * An event never does more than walk the instances once.
 */
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/actions.h"
#include "engine/loss.h"
#include "engine/publication.h"
#include "engine/registry.h"
#include "engine/rounds.h"
#include "engine/schedule.h"
#include "engine/shard.h"
#include "engine/tilt.h"
#include "engine/timers.h"
#include "engine/worst.h"
#include "model/bounds.h"

struct engine {
    const struct settings *settings;
    struct actions actions;
    struct timers timers;
    struct schedule schedule;
    struct registry registry;
    struct shard shard;
    struct publication_desk desk;
    struct rounds rounds;
    struct tilt tilt;
    struct worst worst;
    /* Owners of alarms: instances from 0, then these. */
    uint32_t prober_alarms;
    uint32_t phase_alarms;
    uint32_t look_alarm;
    uint32_t tick_alarm; /* set while probes are out: tilt.h */
};

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
            rounds_on_alarm(&engine->rounds, owner, now_ms);
        } else if (owner < engine->phase_alarms) {
            handle_prober_alarm(engine, owner - engine->prober_alarms, now_ms);
        } else if (owner < engine->look_alarm) {
            rounds_start_phase(&engine->rounds, owner - engine->phase_alarms,
                               now_ms);
        }
        /* The last two only wake us: settle() does the rest. */
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

static void handle_stuck(struct engine *engine,
                         const struct engine_event *event, uint64_t now_ms)
{
    uint32_t slot = probers_find(&engine->shard.probers, event->prober);
    if (slot != PROBERS_NONE) {
        loss_on_stuck(&engine->shard, slot,
                      &(struct stuck){event->inside, event->is_burning},
                      now_ms);
    }
}

/* Gossip: a false one is just dropped. */
static void take_published(struct engine *engine,
                           const struct engine_event *event, uint64_t now_ms)
{
    if (event->instance < engine->settings->instance_count &&
        publication_acknowledge(&engine->desk, event->instance,
                                &event->published, now_ms)) {
        worst_on_published(&engine->worst, event->instance);
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
    case ENGINE_PROBER_STUCK:
        handle_stuck(engine, event, moment->now_ms);
        break;
    case ENGINE_PROBER_RESULT:
        rounds_take_result(&engine->rounds, event, moment);
        break;
    case ENGINE_PROBE_NOW:
        rounds_probe_now(&engine->rounds, event->instance, moment->now_ms);
        break;
    case ENGINE_PUBLISHED:
        take_published(engine, event, moment->now_ms);
        break;
    case ENGINE_CONTACT:
        worst_on_contact(&engine->worst, &event->contact, moment->now_ms);
        break;
    case ENGINE_MAINT:
        rounds_set_maint(&engine->rounds, event, moment);
        break;
    case ENGINE_STOP:
        shard_stop(&engine->shard, moment->now_ms);
        rounds_stop(&engine->rounds);
        break;
    }
}

/* The time that was lost is nobody's fault and counts against no deadline. A
 * grace on top, so that what the probers said meanwhile is heard before they
 * are judged. */
static void forgive_stall(struct engine *engine, uint64_t now_ms)
{
    uint64_t lost_ms =
        tilt_on_event(&engine->tilt, timers_next_ms(&engine->timers), now_ms);
    if (lost_ms > 0) {
        shard_forgive(&engine->shard, lost_ms + BOUNDS_GRACE_MS);
    }
}

static bool are_probes_out(const struct engine *engine)
{
    uint32_t count = 0;
    for (uint32_t lane = 0; lane < SHARD_LANES_MOST; lane++) {
        count += engine->shard.lanes[lane].count;
    }
    return count > 0;
}

static void set_tick(struct engine *engine, uint64_t now_ms)
{
    bool is_set =
        timers_due_ms(&engine->timers, engine->tick_alarm) != TIMERS_NEVER;
    bool is_wanted = are_probes_out(engine);
    if (is_set != is_wanted) {
        timers_set(&engine->timers, engine->tick_alarm,
                   is_wanted ? now_ms + TILT_TICK_MS : TIMERS_NEVER);
    }
}

static void settle(struct engine *engine, const struct moment *moment)
{
    rounds_judge_failed(&engine->rounds, moment);
    shard_settle(&engine->shard, moment->now_ms);
    if (publication_take_look(&engine->desk, moment->now_ms)) {
        actions_add(&engine->actions,
                    &(struct engine_action){.kind = ENGINE_LOOK});
    }
    timers_set(&engine->timers, engine->look_alarm, engine->desk.look_ms);
    set_tick(engine, moment->now_ms);
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
    worst_adopt(&engine->worst, index, now_ms);
    timers_set(&engine->timers, engine->look_alarm, engine->desk.look_ms);
}

void engine_restore_maint(struct engine *engine, uint32_t index,
                          const struct maint *maint, uint64_t now_ms,
                          uint64_t now_wall_ms)
{
    enum state before = STATE_NONE;
    (void)registry_set_maint(&engine->registry, index, maint, now_wall_ms,
                             &before); /* nobody was told anything yet */
    publication_adopt(&engine->desk, index, now_ms);
    worst_adopt(&engine->worst, index, now_ms);
    timers_set(&engine->timers, engine->look_alarm, engine->desk.look_ms);
}

void engine_forget_server(struct engine *engine, uint32_t index)
{
    registry_forget_server(&engine->registry, index);
}

void engine_note_address(struct engine *engine, uint32_t index,
                         const char *address)
{
    registry_note_address(&engine->registry, index, address);
}

void engine_continue(struct engine *engine, const struct engine *before)
{
    engine->shard.probers.last_number = before->shard.probers.last_number;
    engine->rounds.round.number = before->rounds.round.number;
    engine->tilt = before->tilt;
    worst_continue(&engine->worst, &before->worst);
}

const struct instance *engine_instance(const struct engine *engine,
                                       uint32_t index)
{
    return &engine->registry.records[index].instance;
}

const struct histogram *engine_stages(const struct engine *engine)
{
    return engine->registry.stages;
}

bool engine_take_dirty(struct engine *engine, uint32_t *index)
{
    return registry_take_dirty(&engine->registry, index);
}

void engine_round(const struct engine *engine, struct engine_round *round)
{
    *round = engine->rounds.round;
    round->is_complete = engine->registry.without_outcome == 0;
}

void engine_tilt(const struct engine *engine, struct engine_tilt *tilt)
{
    *tilt = (struct engine_tilt){.count = engine->tilt.count,
                                 .last_ms = engine->tilt.last_ms,
                                 .lost_ms = engine->tilt.lost_ms};
}

void engine_worst(const struct engine *engine, uint64_t now_ms,
                  struct bounds_worst *seen)
{
    worst_read(&engine->worst, now_ms, seen);
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

/* Every room even if one fails, so that all can be finished. */
/* What a room that failed left behind is for engine_destroy: the others are
 * zero. */
static bool init_rooms(struct engine *engine, const struct settings *settings,
                       struct tasks *tasks, uint64_t now_ms)
{
    uint32_t count = settings->instance_count;
    if (actions_init(&engine->actions, count) != 0 ||
        schedule_init(&engine->schedule, settings, now_ms) != 0) {
        return false;
    }
    engine->prober_alarms = count;
    engine->phase_alarms = engine->prober_alarms + PROBERS_ALARMS;
    engine->look_alarm = engine->phase_alarms + engine->schedule.phase_count;
    engine->tick_alarm = engine->look_alarm + 1;
    if (timers_init(&engine->timers, engine->tick_alarm + 1) != 0 ||
        registry_init(&engine->registry, settings, now_ms) != 0 ||
        shard_init(&engine->shard, settings, tasks, &engine->actions,
                   &engine->timers, engine->prober_alarms) != 0) {
        return false;
    }
    publication_init(&engine->desk, &engine->registry, settings->has_zookeeper);
    engine->rounds = (struct rounds){.phase_alarms = engine->phase_alarms,
                                     .actions = &engine->actions,
                                     .timers = &engine->timers,
                                     .schedule = &engine->schedule,
                                     .registry = &engine->registry,
                                     .shard = &engine->shard,
                                     .desk = &engine->desk,
                                     .worst = &engine->worst};
    return worst_init(&engine->worst, &engine->registry) == 0 &&
           rounds_init(&engine->rounds, count) == 0;
}

int engine_create(const struct settings *settings, struct tasks *tasks,
                  uint64_t now_ms, struct engine **engine)
{
    struct engine *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return -ENOMEM;
    }
    made->settings = settings;
    made->tilt.heard_ms = now_ms;
    if (!init_rooms(made, settings, tasks, now_ms)) {
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
    rounds_finish(&engine->rounds);
    worst_finish(&engine->worst);
    free(engine);
}
