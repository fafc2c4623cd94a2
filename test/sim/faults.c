/*
 * faults.c - what is done to us while a seed runs, and when.
 */
#include "world.h"

#define FAULTS_FIRST_MS 4000  /* nothing goes wrong before this */
#define FAULTS_APART_MS 11000 /* where one at a time counts */

static void handle_probe_now(struct world *world, void *data)
{
    (void)data; /* nothing to say */
    struct engine_event event = {.kind = ENGINE_PROBE_NOW,
                                 .instance = (uint32_t)world_random(
                                     world, world->settings.instance_count)};
    sim_supervisor_tell(world, world->supervisor.life, &event);
}

static void hurt_publisher(struct world *world)
{
    switch (world_random(world, world->plan.may_expire ? 6 : 3)) {
    case 0:
        world_note(world, "fault: publisher killed");
        sim_publisher_die(world);
        break;
    case 1:
        sim_publisher_freeze(world, world_between(world, 100, 5000));
        break;
    case 2:
        sim_publisher_cut(world, world_between(world, 10, 2500));
        break;
    case 3:
        sim_publisher_cut(world, world_between(world, 6000, 8000));
        break;
    case 4:
        world_note(world, "fault: session file lost");
        sim_publisher_forget(world);
        break;
    default:
        world_note(world, "fault: session ended by another hand");
        sim_zookeeper_expire(world, world->publisher.session);
        break;
    }
}

static void freeze_all(struct world *world)
{
    uint64_t for_ms = world_between(world, 100, 2900);
    world_note(world, "fault: all of us are frozen");
    sim_supervisor_stall(world, for_ms);
    sim_probers_freeze(world, for_ms);
    sim_publisher_freeze(world, for_ms);
}

/* A supervisor that stands still for longer than its dead-man allows is the
 * case that the publisher's leases are for. */
static void hurt_supervisor(struct world *world)
{
    uint64_t end_ms = world->plan.faults_end_ms;
    uint64_t left_ms = world->now_ms < end_ms ? end_ms - world->now_ms : 0;
    uint64_t wedge_ms = world_between(world, 8000, 20000);
    switch (world_random(world, world->plan.may_expire ? 4 : 3)) {
    case 0:
        sim_supervisor_crash(world, world_random(world, 2500));
        break;
    case 1:
        sim_supervisor_stall(world, world_between(world, 100, 2900));
        break;
    case 2:
        freeze_all(world);
        break;
    default:
        sim_supervisor_stall(world, wedge_ms < left_ms ? wedge_ms : left_ms);
        break;
    }
}

static void meddle(struct world *world)
{
    uint32_t index =
        (uint32_t)world_random(world, world->settings.instance_count);
    if (world_chance(world, 50)) {
        sim_zookeeper_delete(world, index);
    } else {
        sim_zookeeper_overwrite(world, index);
    }
}

/* Results of tasks that the teller never had, acknowledgements of claims that
 * nobody made: whoever believes them says what is not so. */
static void gossip(struct world *world)
{
    struct tasks *tasks = &world->supervisor.tasks;
    uint32_t life = world->supervisor.life;
    struct result result = {.task = world_random(world, 1 + tasks->last_id)};
    if (tasks->live > 0 && world_chance(world, 80)) {
        result.task = tasks->list[world_random(world, tasks->live)].id;
    }
    result.is_deep = world_chance(world, 50);
    result.verdict.state = world_chance(world, 50) ? STATE_DOWN : STATE_UP;
    result.verdict.reason = REASON_REFUSED;
    uint32_t teller =
        world->probers[world_random(world, WORLD_PROBERS_MOST)].number;
    const struct task *task = tasks_find(tasks, result.task);
    if (task != NULL && task->pid == SIM_PID_BASE + (int32_t)teller) {
        teller = world->supervisor.last_number + 1; /* not the one it is with */
    }
    struct engine_event event = {
        .kind = ENGINE_PROBER_RESULT, .prober = teller, .result = &result};
    sim_supervisor_tell(world, life, &event);
    event =
        (struct engine_event){.kind = ENGINE_PUBLISHED,
                              .instance = (uint32_t)world_random(
                                  world, world->settings.instance_count + 2)};
    event.published.claim_version = 1000000 + world_random(world, 9);
    sim_supervisor_tell(world, life, &event);
}

static void commit_fault(struct world *world, void *data)
{
    (void)data; /* nothing to say */
    enum scenario scenario = world->plan.scenario;
    if (!world->supervisor.is_alive) {
        return;
    }
    if (scenario == SCENARIO_CHAOS) {
        gossip(world);
        scenario = SCENARIO_PROBER +
                   (enum scenario)world_random(world, SCENARIO_STRANGER -
                                                          SCENARIO_PROBER + 1);
    }
    switch (scenario) {
    case SCENARIO_PROBER:
    case SCENARIO_SPAWNING:
        sim_prober_hurt(world);
        break;
    case SCENARIO_FLEET:
        if (world->plan.is_steady) {
            sim_prober_hurt(world);
        }
        break;
    case SCENARIO_SUPERVISOR:
        hurt_supervisor(world);
        break;
    case SCENARIO_PUBLISHER:
        hurt_publisher(world);
        break;
    case SCENARIO_STRANGER:
        meddle(world);
        break;
    case SCENARIO_CALM:
    case SCENARIO_CULPRIT:
    case SCENARIO_EPIDEMIC:
    case SCENARIO_CHAOS:
    case SCENARIO_COUNT:
        break;
    }
}

/* Half of them wait until probes are under way: that is when they hurt. */
static void handle_fault(struct world *world, void *data)
{
    if (world_chance(world, 50)) {
        world->is_armed = true;
    } else {
        commit_fault(world, data);
    }
}

void faults_on_probes(struct world *world)
{
    if (world->is_armed && world->now_ms < world->plan.faults_end_ms) {
        world->is_armed = false;
        world_at(world, world->now_ms + world_random(world, 4), commit_fault,
                 NULL);
    }
}

void faults_plan(struct world *world)
{
    const struct plan *plan = &world->plan;
    bool is_dense =
        plan->scenario >= SCENARIO_SPAWNING && plan->scenario != SCENARIO_FLEET;
    uint64_t at_ms = WORLD_START_MS + FAULTS_FIRST_MS;
    at_ms += world_between(world, 0, 9000);
    while (at_ms < plan->faults_end_ms) {
        world_at(world, at_ms, handle_fault, NULL);
        at_ms += is_dense ? world_between(world, 50, 4000) : FAULTS_APART_MS;
    }
    at_ms = WORLD_START_MS;
    while (plan->has_probe_now && at_ms < plan->faults_end_ms) {
        at_ms += world_between(world, 1, 3000);
        world_at(world, at_ms, handle_probe_now, NULL);
    }
}
