/*
 * oracle_state.c - what holds at every step, and what must stand when all is
 * quiet: counts, and the bytes in ZooKeeper.
 */
#include "world.h"

#include <string.h>

#include "base/text.h"
#include "model/bounds.h"

#define ORACLE_STALL_MS 21000 /* the longest that we stand still */

/* --- after every event ---------------------------------------------------- */

static void check_tasks(struct world *world)
{
    const struct tasks *tasks = &world->supervisor.tasks;
    static uint8_t seen[WORLD_INSTANCES_MOST];
    bool is_single = true;
    for (uint32_t i = 0; i < tasks->live; i++) {
        is_single = is_single && seen[tasks->list[i].instance]++ == 0;
    }
    for (uint32_t i = 0; i < tasks->live; i++) {
        seen[tasks->list[i].instance] = 0;
    }
    oracle_check(world, PROPERTY_ONE_TASK, is_single, "two tasks", 0);
    oracle_check(world, PROPERTY_COUNTS,
                 tasks->started ==
                     tasks->finished + tasks->reaped + tasks->live,
                 "the counts do not add up", 0);
}

static void check_rounds(struct world *world, uint32_t index)
{
    const struct instance *instance =
        engine_instance(world->supervisor.engine, index);
    const struct instance_settings *own = &world->settings.instances[index];
    struct witness *witness = &world->oracle.witnesses[index];
    uint64_t outcomes = instance->counters.rounds + witness->offset;
    bool is_open = instance->round == outcomes + 1;
    if (instance->round != witness->round) {
        witness->round = instance->round;
        witness->round_ms = world->now_ms;
    }
    bool may_stall = world->plan.scenario == SCENARIO_SUPERVISOR ||
                     world->plan.scenario == SCENARIO_CHAOS;
    uint64_t tries = own->rise > own->fall ? own->rise : own->fall;
    uint64_t longest_ms =
        own->timeout_ms + (may_stall ? ORACLE_STALL_MS : 0) +
        (tries + 1) * (bounds_task_ms(own->timeout_ms) + BOUNDS_RETRY_MS);
    oracle_check(world, PROPERTY_OUTCOME,
                 (is_open || instance->round == outcomes) &&
                     instance->outcome_count == instance->counters.rounds,
                 "more or fewer outcomes than rounds", index);
    oracle_check(world, PROPERTY_OUTCOME,
                 !is_open || world->now_ms - witness->round_ms <= longest_ms,
                 "a round without outcome", index);
}

/* One bound for all: that of the slowest. */
static void check_worst(struct world *world)
{
    uint64_t bound_ms = 0;
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        const struct instance_settings *own = &world->settings.instances[i];
        uint64_t lease_ms =
            bounds_lease_ms(own->interval_ms, own->timeout_ms, own->fall);
        bound_ms = lease_ms > bound_ms ? lease_ms : bound_ms;
    }
    struct bounds_worst worst;
    engine_worst(world->supervisor.engine, world->now_ms, &worst);
    oracle_check(world, PROPERTY_WORST,
                 worst.staleness_ms <= bound_ms + BOUNDS_PUBLISH_MS,
                 "an up that is too old", 0);
}

void oracle_step(struct world *world)
{
    bool is_big = world->settings.instance_count > 64;
    if (is_big && world->event_number % 64 != 0) {
        return;
    }
    check_tasks(world);
    if (world->plan.is_bounded) {
        check_worst(world);
    }
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        check_rounds(world, i);
    }
}

/* A crash leaves rounds without an outcome; nothing else may. */
void oracle_adopted(struct world *world)
{
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        const struct instance *instance =
            engine_instance(world->supervisor.engine, i);
        struct witness *witness = &world->oracle.witnesses[i];
        uint64_t offset = instance->round - instance->counters.rounds;
        oracle_check(world, PROPERTY_OUTCOME,
                     offset == witness->offset || offset == witness->offset + 1,
                     "a crash lost more than the open round", i);
        witness->offset = offset;
    }
}

void oracle_order(struct world *world, const struct engine_action *action)
{
    if (action->kind != ENGINE_PROBE) {
        return;
    }
    for (uint32_t i = 0; i < WORLD_PROBERS_MOST; i++) {
        const struct sim_prober *prober = &world->probers[i];
        if (prober->state != PROCESS_NONE && prober->number == action->prober) {
            oracle_check(world, PROPERTY_ORDERS,
                         prober->is_ready && !prober->is_retiring &&
                             !prober->is_condemned,
                         "asked a prober that is not ready", action->instance);
        }
    }
}

/* --- presence ------------------------------------------------------------ */

/* What the node says a member of this tree may rest on; no other word of it. */
static bool says_so(const struct sim_node *node, uint32_t when)
{
    const char *words = when == REGISTRATION_READABLE   ? "\"readable\":\"yes\""
                        : when == REGISTRATION_WRITABLE ? "\"writable\":\"yes\""
                                                        : "\"state\":\"up\"";
    char text[PAYLOAD_READ_MOST + 1];
    memcpy(text, node->bytes, node->length);
    text[node->length] = '\0';
    return strstr(text, words) != NULL &&
           strstr(text, "\"state\":\"maint\"") == NULL;
}

void oracle_members(struct world *world, uint32_t instance)
{
    const struct sim_node *node = sim_zookeeper_node(world, instance);
    for (uint32_t i = 0; node != NULL && i < world->plan.tree_count; i++) {
        char path[192];
        (void)text_format(path, sizeof path, "%s/member_10.0.0.7_%u",
                          world->plan.trees[i].path,
                          6379 + instance); /* short */
        const struct sim_node *member = zookeeper_find(world, path);
        bool is_there = member != NULL && member->exists;
        bool may_stand = says_so(node, world->plan.trees[i].when);
        oracle_check(world, PROPERTY_MEMBERS, !is_there || may_stand,
                     "a member where its node says not", instance);
        oracle_check(world, PROPERTY_MEMBERS, is_there || !may_stand,
                     "no member where its node says so", instance);
    }
}

/* Under a stranger's hands a multi may fail and be done in parts. */
void oracle_transaction(struct world *world, uint32_t slot)
{
    bool is_whole = world->plan.scenario != SCENARIO_STRANGER &&
                    world->plan.scenario != SCENARIO_CHAOS;
    if (is_whole && slot < world->settings.instance_count) {
        oracle_members(world, slot);
    }
}

/* --- when all is quiet --------------------------------------------------- */

static void check_node(struct world *world, uint32_t index)
{
    const struct sim_node *node = sim_zookeeper_node(world, index);
    const struct redis_span *span =
        redis_at(&world->redis[index], world->now_ms);
    enum state truth = oracle_truth(span->mode);
    enum state expected = oracle_expected(world, index, span->mode);
    oracle_check(world, PROPERTY_CONVERGES,
                 world->oracle.witnesses[index].said == expected,
                 state_name(expected), index);
    if (node == NULL) {
        return;
    }
    oracle_check(world, PROPERTY_CONVERGES,
                 node->owner == world->publisher.session,
                 "a dead session's node", index);
    char run_id[VERDICT_RUN_ID_BYTES];
    char text[PAYLOAD_BYTES_MOST + 1];
    (void)text_format(run_id, sizeof run_id, "%040u", span->life); /* fits */
    memcpy(text, node->bytes, node->length);
    text[node->length] = '\0';
    oracle_check(world, PROPERTY_CONVERGES,
                 truth != STATE_UP || strstr(text, run_id) != NULL,
                 "another life's run_id", index);
}

static void check_moves(struct world *world, uint32_t index)
{
    const struct plan *plan = &world->plan;
    uint64_t moves = world->oracle.witnesses[index].moves;
    if (plan->culprit != UINT32_MAX && index != plan->culprit &&
        index != plan->witness) {
        oracle_check(world, PROPERTY_ISOLATION, moves == 0, "its node moved",
                     index);
    }
    if (plan->scenario == SCENARIO_EPIDEMIC &&
        world->redis[index].poison == POISON_NONE) {
        oracle_check(world, PROPERTY_TOLD_APART, moves == 0, "its node moved",
                     index);
    }
    if (plan->is_steady) {
        oracle_check(world, PROPERTY_FLICKER, moves == 0, "its node moved",
                     index);
    }
}

static void check_baseline(struct world *world)
{
    const struct tasks *tasks = &world->supervisor.tasks;
    uint32_t count = world->settings.instance_count;
    uint32_t full = (count + ENGINE_SHARD_TASKS - 1) / ENGINE_SHARD_TASKS;
    uint32_t usual = full > 2 ? full : 2;
    oracle_check(world, PROPERTY_BASELINE, sim_probers_count(world) == usual,
                 "not the usual number of probers", sim_probers_count(world));
    for (uint32_t i = 0; i < tasks->live; i++) {
        const struct task *task = &tasks->list[i];
        uint64_t timeout_ms =
            world->settings.instances[task->instance].timeout_ms;
        oracle_check(world, PROPERTY_BASELINE,
                     world->now_ms - task->started_ms <= timeout_ms + 10,
                     "a task lives on", (uint32_t)task->instance);
    }
}

/* Every time a round was due it began or was counted as skipped. */
static void check_due(struct world *world, uint32_t index)
{
    const struct instance *instance =
        engine_instance(world->supervisor.engine, index);
    struct engine_round round;
    engine_round(world->supervisor.engine, &round);
    oracle_check(world, PROPERTY_OUTCOME,
                 instance->round + instance->counters.overruns == round.number,
                 "a due round neither began nor was counted as skipped", index);
}

void oracle_finish(struct world *world)
{
    const struct plan *plan = &world->plan;
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        check_node(world, i);
        oracle_members(world, i);
        check_moves(world, i);
        if (plan->is_quiet && !plan->has_probe_now) {
            check_due(world, i);
        }
    }
    check_baseline(world);
    const struct sim_node *left = zookeeper_find(world, PLAN_LEFTOVER);
    oracle_check(world, PROPERTY_LEFT_OVER, left == NULL || !left->exists,
                 "it is still there", 0);
    oracle_check(world, PROPERTY_STEADY,
                 world->zookeeper.writes == world->oracle.steady_writes,
                 "writes without a change", 0);
}
