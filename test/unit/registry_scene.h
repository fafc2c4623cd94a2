/*
 * registry_scene.h - a registry of one instance and a clock, for tests of what
 * it believes.
 */
#ifndef TEST_UNIT_REGISTRY_SCENE_H
#define TEST_UNIT_REGISTRY_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/registry.h"
#include "model/bounds.h"

#define NOW_MS 50000u
#define WALL_MS 1763742000000u

struct scene {
    struct instance_settings own;
    struct settings settings;
    struct registry registry;
    uint64_t now_ms;
    struct judgement judgement;
};

static inline struct instance *instance_of(struct scene *scene)
{
    return &scene->registry.records[0].instance;
}

static inline struct claim *claim_of(struct scene *scene)
{
    return &instance_of(scene)->claim;
}

static inline int make_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    scene->own = (struct instance_settings){.interval_ms = 10000,
                                            .timeout_ms = 1000,
                                            .deep_interval_ms = 10000,
                                            .rise = 2,
                                            .fall = 3};
    scene->settings.instances = &scene->own;
    scene->settings.instance_count = 1;
    scene->now_ms = NOW_MS;
    *state = scene;
    return registry_init(&scene->registry, &scene->settings, NOW_MS);
}

static inline int drop_scene(void **state)
{
    struct scene *scene = *state;
    registry_finish(&scene->registry);
    free(scene);
    return 0;
}

static inline struct result make_result(enum state state, enum reason reason,
                                        bool is_deep)
{
    struct result result = {.is_deep = is_deep};
    result.verdict.state = state;
    result.verdict.reason = reason;
    return result;
}

/* Judges a result of a probe sent 10 ms ago; time moves on by a second. */
static inline enum registry_next judge(struct scene *scene,
                                       const struct result *result)
{
    struct attempt attempt = {.result = result,
                              .dispatched_ms = scene->now_ms - 10,
                              .now_ms = scene->now_ms,
                              .now_wall_ms = WALL_MS + scene->now_ms};
    scene->judgement = registry_judge(&scene->registry, 0, &attempt);
    scene->now_ms += 1000;
    return scene->judgement.next;
}

static inline enum registry_next judge_deep(struct scene *scene,
                                            enum state state,
                                            enum reason reason)
{
    struct result result = make_result(state, reason, true);
    return judge(scene, &result);
}

static inline enum registry_next judge_shallow(struct scene *scene,
                                               enum state state)
{
    struct result result = make_result(state, REASON_NONE, false);
    return judge(scene, &result);
}

static inline void go_up(struct scene *scene)
{
    assert_int_equal(judge_deep(scene, STATE_UP, REASON_MASTER),
                     REGISTRY_OUTCOME);
}

static inline void go_down(struct scene *scene)
{
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_REFUSED),
                     REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_DOWN);
}

static inline struct instance make_left(void)
{
    struct instance left = {.round = 9, .counters.rounds = 9};
    left.claim.verdict.state = STATE_UP;
    left.claim.version = 7;
    left.claim.earned_ms = NOW_MS - 500;
    left.claim.since_wall_ms = 12345;
    left.claim.lease_ms = 1;
    left.publication.claim_version = 7;
    return left;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, drop_scene)

#endif
