/*
 * engine_scene.h - an engine with a fleet, driven by hand: what it wants done
 * is kept, nothing is done of itself.
 */
#ifndef UNIT_ENGINE_SCENE_H
#define UNIT_ENGINE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"

#define SCENE_INSTANCES_MOST 1600
#define SCENE_ACTIONS_MOST 20000
#define SCENE_START_MS 1000000u
#define SCENE_WALL_MS 1763742000000u
#define SCENE_INTERVAL_MS 10000u
#define SCENE_TIMEOUT_MS 1000u

struct scene {
    struct settings settings;
    struct instance_settings instances[SCENE_INSTANCES_MOST];
    struct tasks tasks;
    struct engine *engine;
    uint64_t now_ms;
    struct engine_action actions[SCENE_ACTIONS_MOST];
    uint32_t count;
};

/* A fleet of equals; change the settings before scene_start. */
static inline void scene_settle(struct scene *scene, uint32_t count)
{
    memset(scene, 0, sizeof *scene);
    scene->now_ms = SCENE_START_MS;
    scene->settings.instances = scene->instances;
    scene->settings.instance_count = count;
    scene->settings.interval_ms = SCENE_INTERVAL_MS;
    scene->settings.has_zookeeper = true;
    for (uint32_t i = 0; i < count; i++) {
        scene->instances[i].interval_ms = SCENE_INTERVAL_MS;
        scene->instances[i].timeout_ms = SCENE_TIMEOUT_MS;
        scene->instances[i].deep_interval_ms = SCENE_INTERVAL_MS;
        scene->instances[i].rise = 1;
        scene->instances[i].fall = 2;
    }
}

static inline void scene_begin(struct scene *scene)
{
    assert_int_equal(engine_create(&scene->settings, &scene->tasks,
                                   scene->now_ms, &scene->engine),
                     0);
}

static inline void scene_end(struct scene *scene)
{
    engine_destroy(scene->engine);
    scene->engine = NULL;
}

/* Forgets the actions so far. */
static inline void scene_forget(struct scene *scene)
{
    scene->count = 0;
}

static inline void scene_feed(struct scene *scene,
                              const struct engine_event *event)
{
    engine_on_event(scene->engine, event, scene->now_ms,
                    SCENE_WALL_MS + scene->now_ms - SCENE_START_MS);
    for (const struct engine_action *action = engine_action(scene->engine);
         action != NULL; action = engine_action(scene->engine)) {
        assert_true(scene->count < SCENE_ACTIONS_MOST);
        scene->actions[scene->count++] = *action;
    }
    const struct tasks *tasks = &scene->tasks;
    assert_int_equal(tasks->started,
                     tasks->finished + tasks->reaped + tasks->live);
}

/* Lets time pass, waking the engine whenever it wants to be. */
static inline void scene_pass(struct scene *scene, uint64_t for_ms)
{
    uint64_t until_ms = scene->now_ms + for_ms;
    while (engine_next_ms(scene->engine) <= until_ms) {
        uint64_t next_ms = engine_next_ms(scene->engine);
        scene->now_ms = next_ms > scene->now_ms ? next_ms : scene->now_ms;
        scene_feed(scene, &(struct engine_event){.kind = ENGINE_TIME});
    }
    scene->now_ms = until_ms;
}

static inline void scene_tell(struct scene *scene, enum engine_event_kind kind,
                              uint32_t prober)
{
    scene_feed(scene, &(struct engine_event){.kind = kind,
                                             .prober = prober,
                                             .pid = 100 + (int32_t)prober});
}

static inline uint32_t scene_count(const struct scene *scene,
                                   enum engine_action_kind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->count; i++) {
        count += scene->actions[i].kind == kind;
    }
    return count;
}

/* The n-th action of its kind since scene_forget, from 0; NULL = none. */
static inline const struct engine_action *scene_find(
    const struct scene *scene, enum engine_action_kind kind, uint32_t n)
{
    for (uint32_t i = 0; i < scene->count; i++) {
        if (scene->actions[i].kind == kind && n-- == 0) {
            return &scene->actions[i];
        }
    }
    return NULL;
}

/* Every prober that was asked for since scene_forget starts and says hello.
 * Those that this leads to are left waiting. */
static inline void scene_ready_all(struct scene *scene)
{
    uint32_t count = scene->count;
    for (uint32_t i = 0; i < count; i++) {
        if (scene->actions[i].kind == ENGINE_SPAWN) {
            uint32_t prober = scene->actions[i].prober;
            scene_tell(scene, ENGINE_PROBER_SPAWNED, prober);
            scene_tell(scene, ENGINE_PROBER_READY, prober);
        }
    }
}

static inline struct verdict scene_verdict(enum state state, enum reason reason)
{
    struct verdict verdict = {.state = state, .reason = reason};
    return verdict;
}

static inline void scene_answer(struct scene *scene,
                                const struct engine_action *probe,
                                enum state state, enum reason reason)
{
    struct result result = {.task = probe->task, .is_deep = probe->is_deep};
    result.verdict = scene_verdict(state, reason);
    scene_feed(scene, &(struct engine_event){.kind = ENGINE_PROBER_RESULT,
                                             .prober = probe->prober,
                                             .result = &result});
}

/* Every probe asked for since scene_forget is answered `up`; what that leads
 * to is left alone. */
static inline void scene_answer_all(struct scene *scene)
{
    uint32_t count = scene->count;
    for (uint32_t i = 0; i < count; i++) {
        struct engine_action action = scene->actions[i];
        if (action.kind == ENGINE_PROBE) {
            scene_answer(scene, &action, STATE_UP, REASON_MASTER);
        }
    }
}

/* The stream of a prober ended. */
static inline void scene_lose(struct scene *scene, uint32_t prober,
                              uint64_t inside, enum step step, const char *why)
{
    scene_feed(scene, &(struct engine_event){.kind = ENGINE_PROBER_ENDED,
                                             .prober = prober,
                                             .inside = inside,
                                             .step = step,
                                             .why = why});
}

/* The last probe of this instance that was asked for; NULL = none. */
static inline const struct engine_action *scene_probe_of(
    const struct scene *scene, uint32_t instance)
{
    const struct engine_action *found = NULL;
    for (uint32_t i = 0; i < scene->count; i++) {
        if (scene->actions[i].kind == ENGINE_PROBE &&
            scene->actions[i].instance == instance) {
            found = &scene->actions[i];
        }
    }
    return found;
}

/* Begun, probers ready, the first round's probes sent. */
static inline void scene_start(struct scene *scene)
{
    scene_begin(scene);
    scene_pass(scene, 0);
    scene_ready_all(scene);
}

static inline const struct claim *scene_claim(const struct scene *scene,
                                              uint32_t index)
{
    return &engine_instance(scene->engine, index)->claim;
}

#endif
