/*
 * oracle.c - what must hold, judged by what each simulated Redis could answer,
 * the bytes that the simulated ZooKeeper held, and counts. It never asks what
 * the engine believes of an instance.
 */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/bounds.h"

#define ORACLE_PUBLISH_MS 150 /* a claim to its node, nobody being ill */
#define ORACLE_SORTED_MS 6000 /* the healthy stand still in the last of it */
#define ORACLE_FIRST_MS 4000  /* by then everybody had a verdict */
#define ORACLE_STEADY_MS 3000 /* no writes in the last of it */

#define PROPERTY_TEXT(constant, text) [constant] = (text),
const char *property_name(enum property property)
{
    static const char *const names[] = {PROPERTY_TABLE(PROPERTY_TEXT)};
    return names[property];
}
#undef PROPERTY_TEXT

void oracle_fail(struct world *world, enum property property,
                 const char *format, ...)
{
    struct oracle *oracle = &world->oracle;
    if (oracle->has_failed) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(oracle->what, sizeof oracle->what, format, arguments);
    va_end(arguments);
    oracle->has_failed = true;
    oracle->property = property;
    world_note(world, "FAILED %s: %s", property_name(property), oracle->what);
}

void oracle_check(struct world *world, enum property property, bool holds,
                  const char *what, uint32_t instance)
{
    world->oracle.checks[property]++;
    if (!holds) {
        oracle_fail(world, property, "i%u at %.3f s: %s", instance,
                    (double)(world->now_ms - WORLD_START_MS) / 1000, what);
    }
}

static uint64_t bound_of(const struct world *world, uint32_t index)
{
    const struct instance_settings *own = &world->settings.instances[index];
    struct bounds_input input = {.interval_ms = own->interval_ms,
                                 .timeout_ms = own->timeout_ms,
                                 .fall = own->fall};
    struct bounds bounds;
    bounds_compute(&input, &bounds);
    return bounds.staleness_ms;
}

/* --- what nodes say ------------------------------------------------------ */

/* When it came back for the last time, if it was away for long enough to be
 * noticed for sure; else 0. */
static uint64_t came_back_ms(const struct world *world, uint32_t index)
{
    const struct redis *redis = &world->redis[index];
    const struct instance_settings *own = &world->settings.instances[index];
    uint64_t noticed_ms = 2 * (own->interval_ms + own->timeout_ms);
    for (uint32_t i = redis->span_count - 1; i > 0; i--) {
        const struct redis_span *away = &redis->spans[i - 1];
        if (redis->spans[i].from_ms > world->now_ms ||
            redis_answers(away->mode)) {
            continue;
        }
        bool is_noticed = away[1].from_ms - away->from_ms >= noticed_ms;
        return is_noticed ? away[1].from_ms : 0;
    }
    return 0;
}

static enum state state_of(const char *bytes, size_t length)
{
    char text[PAYLOAD_BYTES_MOST + 1];
    char name[16] = "";
    memcpy(text, bytes, length);
    text[length] = '\0';
    const char *found = strstr(text, "\"state\":\"");
    if (found == NULL || sscanf(found, "\"state\":\"%15[a-z]\"", name) != 1) {
        return STATE_NONE;
    }
    return state_find(name);
}

static bool find_index(const struct world *world, const char *path,
                       uint32_t *index)
{
    const char *slash = strrchr(path, '/');
    char *end = NULL;
    if (slash == NULL || slash[1] != 'i') {
        return false;
    }
    *index = (uint32_t)strtoul(slash + 2, &end, 10);
    return *end == '\0' && *index < world->settings.instance_count;
}

/* Trouble of our own that may make a healthy instance's node unknown. */
static bool may_be_unknown(const struct world *world, uint32_t index)
{
    return index == world->plan.culprit ||
           world->plan.scenario == SCENARIO_SPAWNING ||
           (world->plan.scenario == SCENARIO_EPIDEMIC &&
            (world->plan.is_starved ||
             world->redis[index].poison != POISON_NONE)) ||
           (world->plan.scenario == SCENARIO_SUPERVISOR &&
            world->plan.may_expire) ||
           world->plan.scenario == SCENARIO_CHAOS;
}

void oracle_node(struct world *world, const char *path, const char *bytes,
                 size_t length)
{
    uint32_t index = 0;
    if (!find_index(world, path, &index)) {
        return;
    }
    struct witness *witness = &world->oracle.witnesses[index];
    enum state said = bytes == NULL ? STATE_NONE : state_of(bytes, length);
    if (said == witness->said) {
        return;
    }
    world_note(world, "node i%u says %s", index, state_name(said));
    /* A probe out of band cuts pauses short, and a node may have missed an
     * unknown in between. */
    bool is_timed = !world->plan.has_probe_now && !may_be_unknown(world, index);
    if (said == STATE_UP && witness->said == STATE_DOWN && is_timed) {
        uint64_t rises = world->settings.instances[index].rise - 1;
        oracle_check(world, PROPERTY_RISE,
                     world->now_ms - came_back_ms(world, index) >=
                         rises * BOUNDS_RETRY_MS,
                     "up too early", index);
    }
    witness->said = said;
    witness->said_ms = world->now_ms;
    witness->moves++;
    uint64_t from_ms = world->now_ms - bound_of(world, index);
    if (said == STATE_DOWN) {
        oracle_check(world, PROPERTY_EVIDENCE,
                     !redis_always_answered(&world->redis[index], from_ms,
                                            world->now_ms),
                     "down, but it answered all the time", index);
    }
    if (said == STATE_UNKNOWN) {
        oracle_check(world, PROPERTY_BLAME, may_be_unknown(world, index),
                     "unknown without a reason", index);
    }
}

/* --- appointments -------------------------------------------------------- */

struct appointment {
    uint32_t index;
    enum state state;
    uint64_t moves;
    uint64_t ordered_ms;
};

static void meet_at(struct world *world, uint64_t at_ms, world_cb callback,
                    uint32_t index, enum state state)
{
    struct appointment appointment = {.index = index, .state = state};
    world_at(world, at_ms, callback,
             world_copy(&appointment, sizeof appointment));
}

static void check_staleness(struct world *world, void *data)
{
    const struct appointment *appointment = data;
    oracle_check(world, PROPERTY_STALENESS,
                 world->oracle.witnesses[appointment->index].said != STATE_UP,
                 "still says up", appointment->index);
}

/* What was ordered just now need not be published yet. */
static bool is_just_ordered(const struct world *world, uint32_t index)
{
    uint64_t ordered_ms = world->operator_of_host.ordered_ms[index];
    return ordered_ms != 0 && world->now_ms - ordered_ms <= ORACLE_PUBLISH_MS;
}

static void check_prompt(struct world *world, void *data)
{
    const struct appointment *appointment = data;
    uint32_t index = appointment->index;
    enum state expected = world->operator_of_host.maints[index].is_on
                              ? STATE_MAINT
                              : appointment->state;
    if (!is_just_ordered(world, index)) {
        oracle_check(world, PROPERTY_PROMPT,
                     world->oracle.witnesses[index].said == expected,
                     state_name(expected), index);
    }
}

static void check_delay(struct world *world, void *data)
{
    const struct appointment *appointment = data;
    oracle_check(world, PROPERTY_DELAY,
                 world->oracle.witnesses[appointment->index].said == STATE_DOWN,
                 "not down yet", appointment->index);
}

enum state oracle_truth(enum redis_mode mode)
{
    if (redis_answers(mode)) {
        return STATE_UP;
    }
    return mode == REDIS_LOADS ? STATE_LOADING : STATE_DOWN;
}

enum state oracle_expected(const struct world *world, uint32_t instance,
                           enum redis_mode mode)
{
    return world->operator_of_host.maints[instance].is_on ? STATE_MAINT
                                                          : oracle_truth(mode);
}

/* Without faults of ours: this long after a change its node has followed,
 * a round that was under way included. */
static uint64_t follow_ms(const struct instance_settings *own)
{
    uint64_t tries = own->rise > own->fall ? own->rise : own->fall;
    return 2 * own->interval_ms +
           2 * tries * (own->timeout_ms + BOUNDS_RETRY_MS) + own->timeout_ms +
           ORACLE_PUBLISH_MS;
}

/* No other order came since. A node that is not there says nothing wrong. */
static void check_order(struct world *world, void *data)
{
    const struct appointment *appointment = data;
    uint32_t index = appointment->index;
    const struct sim_operator *operator_of_host = &world->operator_of_host;
    enum state said = world->oracle.witnesses[index].said;
    bool is_maint = said == STATE_MAINT;
    if (operator_of_host->ordered_ms[index] != appointment->ordered_ms ||
        said == STATE_NONE ||
        (said == STATE_UNKNOWN && !world->plan.is_quiet)) {
        return;
    }
    oracle_check(world, PROPERTY_DRAINED,
                 is_maint == operator_of_host->maints[index].is_on,
                 state_name(said), index);
    const struct redis *redis = &world->redis[index];
    uint64_t followed_ms =
        world->now_ms - follow_ms(&world->settings.instances[index]);
    if (world->plan.is_quiet && !is_maint &&
        followed_ms > WORLD_START_MS + ORACLE_FIRST_MS &&
        redis_at(redis, followed_ms) == redis_at(redis, world->now_ms)) {
        enum state truth = oracle_truth(redis_at(redis, world->now_ms)->mode);
        oracle_check(world, PROPERTY_DRAINED, said == truth, state_name(said),
                     index);
    }
}

void oracle_ordered(struct world *world, uint32_t instance)
{
    struct appointment appointment = {.index = instance,
                                      .ordered_ms = world->now_ms};
    uint64_t after_ms =
        world->plan.is_quiet ? ORACLE_PUBLISH_MS : bound_of(world, instance);
    if (world->plan.is_bounded) {
        world_at(world, world->now_ms + after_ms, check_order,
                 world_copy(&appointment, sizeof appointment));
    }
}

static void check_blip(struct world *world, void *data)
{
    const struct appointment *appointment = data;
    const struct witness *witness =
        &world->oracle.witnesses[appointment->index];
    uint64_t ordered_ms =
        world->operator_of_host.ordered_ms[appointment->index];
    oracle_check(world, PROPERTY_BLIP,
                 witness->moves == appointment->moves ||
                     ordered_ms + ORACLE_PUBLISH_MS >= appointment->ordered_ms,
                 "a blip moved its node", appointment->index);
}

/* A blip begins; if the node says up, it shall say so all the time. */
static void watch_blip(struct world *world, void *data)
{
    struct appointment *appointment = data;
    const struct witness *witness =
        &world->oracle.witnesses[appointment->index];
    const struct instance_settings *own =
        &world->settings.instances[appointment->index];
    appointment->moves = witness->moves;
    appointment->ordered_ms = world->now_ms;
    if (witness->said == STATE_UP) {
        world_at(world, world->now_ms + 2 * (own->timeout_ms + BOUNDS_RETRY_MS),
                 check_blip, world_copy(appointment, sizeof *appointment));
    }
}

/* It hangs for less than the pause between two tries, and answers for long
 * before and after. */
static bool is_blip(const struct world *world, uint32_t index, uint32_t span)
{
    const struct redis *redis = &world->redis[index];
    const struct instance_settings *own = &world->settings.instances[index];
    const struct redis_span *at = &redis->spans[span];
    uint64_t long_ms = 3 * (own->timeout_ms + BOUNDS_RETRY_MS);
    return span > 0 && span + 1 < redis->span_count &&
           at->mode == REDIS_HANGS && own->fall > 1 &&
           at[1].from_ms - at->from_ms < BOUNDS_RETRY_MS &&
           at->from_ms > WORLD_START_MS + long_ms &&
           redis_always_answered(redis, at->from_ms - long_ms,
                                 at->from_ms - 1) &&
           redis_always_answered(redis, at[1].from_ms, at[1].from_ms + long_ms);
}

static void watch_course(struct world *world, uint32_t index)
{
    const struct redis *redis = &world->redis[index];
    const struct instance_settings *own = &world->settings.instances[index];
    uint64_t bound_ms = bound_of(world, index);
    for (uint32_t i = 0; i < redis->span_count; i++) {
        const struct redis_span *span = &redis->spans[i];
        uint64_t from_ms =
            span->from_ms > WORLD_START_MS ? span->from_ms : WORLD_START_MS;
        uint64_t until_ms =
            i + 1 < redis->span_count ? span[1].from_ms : world->plan.end_ms;
        if (world->plan.is_bounded && !redis_answers(span->mode) &&
            from_ms + bound_ms + 1 < until_ms) {
            meet_at(world, from_ms + bound_ms + 1, check_staleness, index,
                    STATE_NONE);
        }
        if (world->plan.is_quiet && from_ms + follow_ms(own) < until_ms) {
            meet_at(world, from_ms + follow_ms(own), check_prompt, index,
                    oracle_truth(span->mode));
        }
        if (world->plan.is_quiet && is_blip(world, index, i)) {
            meet_at(world, from_ms, watch_blip, index, STATE_UP);
        }
        if (index == world->plan.witness && span->mode == REDIS_REFUSES) {
            meet_at(world,
                    from_ms + own->interval_ms + own->timeout_ms +
                        BOUNDS_GRACE_MS + BOUNDS_ISOLATION_MS +
                        ORACLE_PUBLISH_MS,
                    check_delay, index, STATE_DOWN);
        }
    }
}

/* Time enough to tell three apart: from now on the healthy stand still. */
static void handle_sorted(struct world *world, void *data)
{
    (void)data; /* nothing to say */
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        struct witness *witness = &world->oracle.witnesses[i];
        bool is_healthy = world->redis[i].poison == POISON_NONE;
        oracle_check(world, PROPERTY_TOLD_APART,
                     witness->said == (is_healthy ? STATE_UP : STATE_UNKNOWN),
                     state_name(witness->said), i);
        witness->moves = 0;
    }
}

/* The fleet stands: from now on a steady instance's node may not move. */
static void handle_settled(struct world *world, void *data)
{
    (void)data; /* nothing to say */
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        world->oracle.witnesses[i].moves = 0;
    }
}

static void handle_steady(struct world *world, void *data)
{
    (void)data; /* nothing to say */
    world->oracle.steady_writes = world->zookeeper.writes;
}

void oracle_start(struct world *world)
{
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        watch_course(world, i);
    }
    world_at(world, WORLD_START_MS + 3900, handle_settled, NULL);
    if (world->plan.scenario == SCENARIO_EPIDEMIC) {
        world_at(world, world->plan.faults_end_ms - ORACLE_SORTED_MS,
                 handle_sorted, NULL);
    }
    world_at(world, world->plan.end_ms - ORACLE_STEADY_MS, handle_steady, NULL);
}
