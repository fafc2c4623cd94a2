/*
 * supervisor.c - the real engine and the real board, with the wiring that the
 * supervisor would do. It may die at any moment and be followed by a
 * successor that adopts what stands on the board; it may stand still, and
 * find everything at once when it wakes.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define SUPERVISOR_SEQUEL_MS 120 /* systemd brings it back */

struct letter {
    uint32_t life;
    struct engine_event event;
    struct result result;
};

struct wake {
    uint64_t number;
};

static void feed(struct world *world, const struct engine_event *event);

static void handle_letter(struct world *world, void *data)
{
    struct letter *letter = data;
    struct sim_supervisor *supervisor = &world->supervisor;
    if (letter->life != supervisor->life || !supervisor->is_alive) {
        return;
    }
    if (world->now_ms < supervisor->stalled_until_ms) {
        world_at(world, supervisor->stalled_until_ms, handle_letter,
                 world_copy(letter, sizeof *letter));
        return;
    }
    if (letter->event.result != NULL) {
        letter->event.result = &letter->result;
    }
    feed(world, &letter->event);
}

/* Later in this very millisecond: an engine's event may not come while its
 * actions are still being performed. */
void sim_supervisor_tell(struct world *world, uint32_t life,
                         const struct engine_event *event)
{
    struct letter letter = {.life = life, .event = *event};
    if (event->result != NULL) {
        letter.result = *event->result;
    }
    world_at(world, world->now_ms, handle_letter,
             world_copy(&letter, sizeof letter));
}

static void handle_wake(struct world *world, void *data)
{
    const struct wake *wake = data;
    struct sim_supervisor *supervisor = &world->supervisor;
    if (!supervisor->is_alive || wake->number != supervisor->wake) {
        return;
    }
    supervisor->wake_ms = WORLD_NEVER;
    if (world->now_ms < supervisor->stalled_until_ms) {
        supervisor->wake_ms = supervisor->stalled_until_ms;
        struct wake again = {.number = ++supervisor->wake};
        world_at(world, supervisor->wake_ms, handle_wake,
                 world_copy(&again, sizeof again));
        return;
    }
    feed(world, &(struct engine_event){.kind = ENGINE_TIME});
}

static void sleep_until_next(struct world *world)
{
    struct sim_supervisor *supervisor = &world->supervisor;
    uint64_t next_ms = engine_next_ms(supervisor->engine);
    if (next_ms == WORLD_NEVER || next_ms == supervisor->wake_ms) {
        return;
    }
    supervisor->wake_ms = next_ms;
    struct wake wake = {.number = ++supervisor->wake};
    uint64_t at_ms = next_ms < world->now_ms ? world->now_ms : next_ms;
    world_at(world, at_ms, handle_wake, world_copy(&wake, sizeof wake));
}

static void store_dirty(struct world *world)
{
    struct sim_supervisor *supervisor = &world->supervisor;
    uint32_t index = 0;
    while (engine_take_dirty(supervisor->engine, &index)) {
        board_store_instance(supervisor->board, index, NULL,
                             engine_instance(supervisor->engine, index));
    }
}

static void perform(struct world *world, const struct engine_action *action)
{
    switch (action->kind) {
    case ENGINE_SPAWN:
        world_note(world, "spawn %u", action->prober);
        sim_prober_spawn(world, action->prober);
        break;
    case ENGINE_PROBE:
        sim_prober_probe(world, action);
        faults_on_probes(world);
        break;
    case ENGINE_RETIRE:
        world_note(world, "retire %u", action->prober);
        sim_prober_retire(world, action->prober);
        break;
    case ENGINE_KILL:
        world_note(world, "kill %u", action->prober);
        sim_prober_kill(world, action->prober);
        break;
    case ENGINE_CHANGED: {
        const struct verdict *verdict =
            &engine_instance(world->supervisor.engine, action->instance)
                 ->claim.verdict;
        world_note(world, "i%u: %s -> %s %s %s", action->instance,
                   state_name(action->before), state_name(verdict->state),
                   reason_name(verdict->reason), verdict->detail);
        break;
    }
    case ENGINE_LOOK:
        sim_publisher_look(world);
        break;
    }
}

static void feed(struct world *world, const struct engine_event *event)
{
    struct engine *engine = world->supervisor.engine;
    uint64_t wall_ms = world->now_ms - WORLD_START_MS + WORLD_WALL_MS;
    engine_on_event(engine, event, world->now_ms, wall_ms);
    store_dirty(world);
    for (const struct engine_action *action = engine_action(engine);
         action != NULL; action = engine_action(engine)) {
        oracle_order(world, action);
        perform(world, action);
    }
    oracle_step(world);
    sleep_until_next(world);
}

static void store_agent(struct world *world)
{
    struct board_agent agent = {.started_ms = world->now_ms,
                                .interval_ms = world->settings.interval_ms,
                                .instance_count =
                                    world->settings.instance_count,
                                .has_zookeeper = true};
    (void)text_copy(agent.cluster, sizeof agent.cluster, "sim"); /* fits */
    (void)text_copy(agent.host, sizeof agent.host, "host");      /* fits */
    (void)text_copy(agent.id, sizeof agent.id, WORLD_AGENT_ID);  /* fits */
    (void)text_copy(agent.state_path, sizeof agent.state_path,
                    "/redis-sentinel"); /* fits */
    board_store_agent(world->supervisor.board, &agent);
}

/* As its predecessor left it, or empty. */
static void adopt(struct world *world, const struct board *left)
{
    struct sim_supervisor *supervisor = &world->supervisor;
    struct board_instance record;
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        struct instance none = {0};
        struct board_settings shown;
        board_settings_fill(&shown, &world->settings, i);
        board_store_instance(supervisor->board, i, &shown, &none);
        if (left != NULL && board_read_instance(left, i, &record) == 0) {
            engine_adopt(supervisor->engine, i, &record.instance,
                         world->now_ms);
        }
    }
}

void sim_supervisor_start(struct world *world)
{
    struct sim_supervisor *supervisor = &world->supervisor;
    struct board *left = supervisor->board;
    supervisor->board = NULL;
    memset(&supervisor->tasks, 0, sizeof supervisor->tasks);
    if (board_create(NULL, "boot", world->settings.instance_count,
                     board_settings_room(&world->settings),
                     &supervisor->board) != 0 ||
        engine_create(&world->settings, &supervisor->tasks, world->now_ms,
                      &supervisor->engine) != 0) {
        abort();
    }
    adopt(world, left);
    sim_operator_restore(world);
    board_destroy(left);
    store_agent(world);
    store_dirty(world);
    supervisor->is_alive = true;
    supervisor->stalled_until_ms = 0;
    supervisor->wake_ms = WORLD_NEVER;
    oracle_adopted(world);
    feed(world, &(struct engine_event){.kind = ENGINE_CONTACT,
                                       .contact = {.is_connected = true}});
    sleep_until_next(world);
}

static void handle_sequel(struct world *world, void *data)
{
    (void)data; /* nothing to say */
    sim_supervisor_start(world);
    sim_publisher_start(world);
}

/* All helpers die with it; the publisher without closing its session. */
void sim_supervisor_crash(struct world *world, uint64_t away_ms)
{
    struct sim_supervisor *supervisor = &world->supervisor;
    if (!supervisor->is_alive) {
        return;
    }
    world_note(world, "fault: supervisor dies");
    supervisor->is_alive = false;
    supervisor->life++;
    supervisor->wake++;
    sim_probers_vanish(world);
    sim_publisher_die(world);
    engine_destroy(supervisor->engine);
    supervisor->engine = NULL;
    world_at(world, world->now_ms + SUPERVISOR_SEQUEL_MS + away_ms,
             handle_sequel, NULL);
}

void sim_supervisor_stall(struct world *world, uint64_t for_ms)
{
    world_note(world, "fault: supervisor stands still for %llu ms",
               (unsigned long long)for_ms);
    world->supervisor.stalled_until_ms = world->now_ms + for_ms;
}
