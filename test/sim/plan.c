/*
 * plan.c - from a seed to a scenario: the fleet, the course of every Redis
 * and the faults, all before anything runs.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/bounds.h"

#define PLAN_FAULTS_MS 24000 /* how long things go wrong */
#define PLAN_SETTLED_MS 4000 /* nothing goes wrong before this */
#define PLAN_QUIET_MS 12000  /* beyond the staleness bound */
#define PLAN_SESSION_MS 6000
#define PLAN_SICK 3 /* culprits in an epidemic */

const char *scenario_name(enum scenario scenario)
{
    static const char *const names[] = {[SCENARIO_CALM] = "calm",
                                        [SCENARIO_CULPRIT] = "culprit",
                                        [SCENARIO_PROBER] = "prober",
                                        [SCENARIO_SUPERVISOR] = "supervisor",
                                        [SCENARIO_PUBLISHER] = "publisher",
                                        [SCENARIO_SPAWNING] = "spawning",
                                        [SCENARIO_STRANGER] = "stranger",
                                        [SCENARIO_CHAOS] = "chaos",
                                        [SCENARIO_EPIDEMIC] = "epidemic",
                                        [SCENARIO_FLEET] = "fleet"};
    return names[scenario];
}

static uint64_t pick(struct world *world, const uint64_t *values, size_t count)
{
    return values[world_random(world, count)];
}

#define PICK(world, ...)                           \
    pick((world), (const uint64_t[]){__VA_ARGS__}, \
         sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static void plan_instance(struct world *world, uint32_t index)
{
    struct instance_settings *instances = world->settings.instances;
    struct instance_settings *own = &instances[index];
    (void)text_format(own->name, sizeof own->name, "i%u", index); /* short */
    (void)text_copy(own->addr.host, sizeof own->addr.host,
                    "10.0.0.7"); /* short */
    own->addr.port = (uint16_t)(6379 + index);
    own->addr.kind = ADDRESS_IPV4;
    bool is_odd =
        world->plan.scenario == SCENARIO_CHAOS && world_chance(world, 30);
    if (index == 0 || is_odd) {
        own->interval_ms = PICK(world, 500, 700, 1000, 2000);
        own->timeout_ms = PICK(world, 100, 200, 400, 1000);
        own->deep_interval_ms = PICK(world, 0, 1000, 10000);
        own->rise = (uint32_t)world_between(world, 1, 3);
        own->fall = (uint32_t)world_between(world, 1, 3);
    } else {
        own->interval_ms = instances[0].interval_ms;
        own->timeout_ms = instances[0].timeout_ms;
        own->deep_interval_ms = instances[0].deep_interval_ms;
        own->rise = instances[0].rise;
        own->fall = instances[0].fall;
    }
}

static void plan_fleet(struct world *world)
{
    bool is_fleet = world->plan.scenario == SCENARIO_FLEET;
    uint32_t count = (uint32_t)(is_fleet ? world_between(world, 257, 900)
                                         : world_between(world, 1, 8));
    if (world->plan.scenario == SCENARIO_CULPRIT) {
        count += 2; /* the culprit and the witness */
    }
    if (world->plan.scenario == SCENARIO_EPIDEMIC) {
        count += PLAN_SICK;
    }
    world->settings.instances =
        calloc(count, sizeof *world->settings.instances);
    world->settings.labels = calloc(count, sizeof *world->settings.labels);
    world->redis = calloc(count, sizeof *world->redis);
    if (world->settings.instances == NULL || world->settings.labels == NULL ||
        world->redis == NULL || count > WORLD_INSTANCES_MOST) {
        abort();
    }
    world->settings.instance_count = count;
    world->settings.has_zookeeper = true;
    world->settings.session_timeout_ms = PLAN_SESSION_MS;
    for (uint32_t i = 0; i < count; i++) {
        plan_instance(world, i);
    }
    world->settings.interval_ms = world->settings.instances[0].interval_ms;
}

static void add_span(struct world *world, struct redis *redis, uint64_t from_ms,
                     enum redis_mode mode, uint32_t half_ms)
{
    const struct redis_span *before =
        redis->span_count > 0 ? &redis->spans[redis->span_count - 1] : NULL;
    uint32_t life = before == NULL ? 1 : before->life;
    life += before != NULL && before->mode == REDIS_REFUSES;
    redis->spans[redis->span_count++] = (struct redis_span){
        .from_ms = from_ms,
        .mode = mode,
        .delay_ms = (uint32_t)world_between(world, 1, half_ms),
        .life = life};
}

/* Comes and goes until the faults end; the last mode stays. */
static void plan_course(struct world *world, uint32_t index)
{
    struct redis *redis = &world->redis[index];
    uint32_t half_ms =
        (uint32_t)world->settings.instances[index].timeout_ms / 2;
    uint64_t at_ms = 0;
    enum redis_mode mode =
        world_chance(world, 80) ? REDIS_ANSWERS : REDIS_REFUSES;
    while (redis->span_count < WORLD_SPANS_MOST) {
        add_span(world, redis, at_ms, mode, half_ms);
        at_ms = at_ms == 0 ? WORLD_START_MS + PLAN_SETTLED_MS : at_ms;
        at_ms += world_chance(world, 30) ? world_between(world, 1, 800)
                                         : world_between(world, 800, 14000);
        if (at_ms > world->plan.faults_end_ms) {
            return;
        }
        bool was_well = redis_answers(mode);
        if (was_well) {
            mode = REDIS_SLOW + (enum redis_mode)world_random(world, 4);
        } else {
            mode = REDIS_ANSWERS;
        }
    }
}

static void plan_steady(struct world *world, uint32_t index)
{
    add_span(world, &world->redis[index], 0, REDIS_ANSWERS, 1);
}

static void plan_poison(struct world *world, uint32_t index)
{
    struct redis *redis = &world->redis[index];
    redis->poison = world_chance(world, 50) ? POISON_CRASH : POISON_HANG;
    redis->poison_from_ms = WORLD_START_MS + PLAN_SETTLED_MS;
    redis->poison_until_ms = world->plan.faults_end_ms;
}

/* The witness goes once while the culprit is at it, and comes back. */
static void plan_culprit(struct world *world)
{
    struct plan *plan = &world->plan;
    plan->culprit = 0;
    plan->witness = 1;
    plan_poison(world, 0);
    struct redis *witness = &world->redis[1];
    uint64_t gone_ms =
        WORLD_START_MS + PLAN_SETTLED_MS + world_between(world, 0, 12000);
    add_span(world, witness, gone_ms, REDIS_REFUSES, 1);
    add_span(world, witness, gone_ms + 8000, REDIS_ANSWERS, 1);
}

static void plan_odds(struct plan *plan)
{
    bool is_chaos = plan->scenario == SCENARIO_CHAOS;
    if (is_chaos) {
        plan->lose_percent = 2;
        plan->late_percent = 5;
        plan->twice_percent = 5;
    }
    if (is_chaos || plan->scenario == SCENARIO_SPAWNING) {
        plan->spawn_fails_percent = 20;
        plan->spawn_slow_percent = 20;
        plan->spawn_mute_percent = 10;
        plan->unkillable_percent = 20;
        plan->deaf_percent = 30;
    }
    if (plan->scenario == SCENARIO_PROBER) {
        plan->twice_percent = 2;
    }
    if (is_chaos || plan->scenario == SCENARIO_STRANGER) {
        plan->look_lost_percent = 20;
    }
}

static void plan_courses(struct world *world)
{
    struct plan *plan = &world->plan;
    bool is_fleet = plan->scenario == SCENARIO_FLEET;
    bool is_epidemic = plan->scenario == SCENARIO_EPIDEMIC;
    bool is_single = is_fleet || (plan->scenario >= SCENARIO_PROBER &&
                                  plan->scenario <= SCENARIO_PUBLISHER);
    plan->is_steady = is_single && world_chance(world, 50);
    bool has_culprit =
        plan->scenario == SCENARIO_CULPRIT || (is_fleet && !plan->is_steady);
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        if (has_culprit || plan->is_steady || is_epidemic) {
            plan_steady(world, i);
        } else {
            plan_course(world, i);
        }
        bool is_chaotic =
            plan->scenario == SCENARIO_CHAOS && world_chance(world, 20);
        if (is_chaotic || (is_epidemic && i < PLAN_SICK)) {
            plan_poison(world, i);
        }
    }
    plan->culprit = UINT32_MAX;
    plan->witness = UINT32_MAX;
    if (has_culprit) {
        plan_culprit(world);
    }
}

static void plan_trees(struct plan *plan)
{
    static const uint32_t whens[PLAN_TREES_MOST] = {
        REGISTRATION_READABLE, REGISTRATION_WRITABLE, REGISTRATION_UP};
    if (plan->scenario == SCENARIO_FLEET) {
        return;
    }
    plan->tree_count = PLAN_TREES_MOST;
    for (uint32_t i = 0; i < PLAN_TREES_MOST; i++) {
        plan->trees[i] = (struct registration){.style = REGISTRATION_COMPAT,
                                               .when = whens[i]};
        (void)text_format(plan->trees[i].path, sizeof plan->trees[i].path,
                          "/services/t%u", i); /* short */
    }
}

void plan_make(struct world *world)
{
    struct plan *plan = &world->plan;
    plan->scenario = world->seed % 64 == 63
                         ? SCENARIO_FLEET
                         : (enum scenario)(world->seed % SCENARIO_FLEET);
    plan->faults_end_ms = WORLD_START_MS + PLAN_FAULTS_MS;
    plan->is_bounded = plan->scenario != SCENARIO_CHAOS;
    plan->is_quiet = plan->scenario == SCENARIO_CALM;
    plan->has_probe_now = world_chance(world, 30);
    plan->is_starved = world_chance(world, 25);
    plan_trees(plan);
    plan_fleet(world);
    plan_odds(plan);
    plan_courses(world);
    /* Where a node that moves breaks a rule, nobody moves it. */
    plan->has_drains = !plan->is_steady && plan->culprit == UINT32_MAX &&
                       plan->scenario != SCENARIO_EPIDEMIC &&
                       world_chance(world, 40);
    plan->may_expire = plan->scenario == SCENARIO_CHAOS || !plan->is_steady;
    faults_plan(world);
    sim_operator_plan(world);
    const struct instance_settings *own = &world->settings.instances[0];
    uint64_t slowest_ms = 0;
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        own = &world->settings.instances[i];
        uint64_t lease_ms =
            bounds_lease_ms(own->interval_ms, own->timeout_ms, own->fall);
        slowest_ms = lease_ms > slowest_ms ? lease_ms : slowest_ms;
    }
    plan->end_ms = plan->faults_end_ms + slowest_ms + PLAN_QUIET_MS;
}
