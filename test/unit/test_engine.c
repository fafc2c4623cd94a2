/*
 * test_engine.c - rounds, retries, looks and adoption, as the supervisor sees
 * them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/probers.h"
#include "engine_scene.h"
#include "model/bounds.h"

static int make_scene(void **state)
{
    struct scene *scene = malloc(sizeof *scene);
    scene_settle(scene, 2);
    *state = scene;
    return 0;
}

static int drop_scene(void **state)
{
    struct scene *scene = *state;
    scene_end(scene);
    free(scene);
    return 0;
}

/* The first round is over, everybody is up and published. */
static void start_steady(struct scene *scene)
{
    scene_start(scene);
    scene_answer_all(scene);
    scene_pass(scene, 10);
    for (uint32_t i = 0; i < scene->settings.instance_count; i++) {
        struct engine_event event = {.kind = ENGINE_PUBLISHED, .instance = i};
        event.published.claim_version = scene_claim(scene, i)->version;
        scene_feed(scene, &event);
    }
    scene_forget(scene);
}

static struct engine_round round_of(const struct scene *scene)
{
    struct engine_round round;
    engine_round(scene->engine, &round);
    return round;
}

static void probe_now(struct scene *scene, uint32_t index)
{
    scene_feed(scene, &(struct engine_event){.kind = ENGINE_PROBE_NOW,
                                             .instance = index});
}

static void answer_last(struct scene *scene, uint32_t index, enum state state,
                        enum reason reason)
{
    struct engine_action probe = *scene_probe_of(scene, index);
    scene_answer(scene, &probe, state, reason);
}

static void a_round_goes_out_as_one_batch(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    scene_pass(scene, SCENE_INTERVAL_MS - 10);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 2);
    assert_int_equal(scene_probe_of(scene, 0)->timeout_ms, SCENE_TIMEOUT_MS);
}

static void a_round_begins_and_ends(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    assert_int_equal(round_of(scene).number, 1);
    assert_int_equal(round_of(scene).ended_ms, 0);
    assert_false(round_of(scene).is_complete);
    scene_pass(scene, 7);
    scene_answer_all(scene);
    assert_int_equal(round_of(scene).ended_ms, SCENE_START_MS + 7);
    assert_true(round_of(scene).is_complete);
    assert_int_equal(engine_instance(scene->engine, 0)->due_ms,
                     SCENE_START_MS + SCENE_INTERVAL_MS);
}

static void a_doubt_is_looked_at_again_after_the_retry_pause(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    scene_pass(scene, SCENE_INTERVAL_MS - 10);
    answer_last(scene, 0, STATE_DOWN, REASON_TIMEOUT);
    scene_forget(scene);
    scene_pass(scene, BOUNDS_RETRY_MS - 1);
    assert_null(scene_probe_of(scene, 0));
    scene_pass(scene, 1);
    assert_non_null(scene_probe_of(scene, 0));
    assert_true(scene_probe_of(scene, 0)->is_deep);
    answer_last(scene, 0, STATE_DOWN, REASON_TIMEOUT);
    assert_int_equal(scene_claim(scene, 0)->verdict.state, STATE_DOWN);
    assert_int_equal(engine_instance(scene->engine, 0)->counters.rounds, 2);
    assert_int_equal(engine_instance(scene->engine, 0)->counters.attempts, 3);
}

static void a_round_still_busy_skips_the_next_and_counts_it(void **state)
{
    struct scene *scene = *state;
    scene->instances[0].interval_ms = 500;
    scene_start(scene);
    scene_pass(scene, 1200);
    const struct instance *instance = engine_instance(scene->engine, 0);
    assert_int_equal(instance->round, 1);
    assert_int_equal(instance->counters.overruns, 2);
    answer_last(scene, 0, STATE_UP, REASON_MASTER);
    assert_int_equal(instance->due_ms, SCENE_START_MS + 1500);
    scene_pass(scene, 300);
    assert_int_equal(instance->round, 2);
}

static void a_probe_out_of_band_starts_at_once_and_is_deep(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    probe_now(scene, 1);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 1);
    assert_true(scene_probe_of(scene, 1)->is_deep);
    answer_last(scene, 1, STATE_DOWN, REASON_REFUSED);
    assert_int_equal(scene_claim(scene, 1)->verdict.state, STATE_DOWN);
    assert_int_equal(engine_instance(scene->engine, 1)->counters.rounds, 2);
}

static void a_probe_out_of_band_follows_the_one_under_way(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    scene_pass(scene, SCENE_INTERVAL_MS - 10);
    probe_now(scene, 1);
    probe_now(scene, 1);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 2);
    answer_last(scene, 1, STATE_UP, REASON_MASTER);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 3);
    answer_last(scene, 1, STATE_UP, REASON_MASTER);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 3);
}

static void a_probe_out_of_band_ends_the_pause_of_a_retry(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    scene_pass(scene, SCENE_INTERVAL_MS - 10);
    answer_last(scene, 0, STATE_DOWN, REASON_TIMEOUT);
    scene_forget(scene);
    probe_now(scene, 0);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 1);
    scene_pass(scene, BOUNDS_RETRY_MS);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 1);
}

static void an_instance_that_is_none_of_ours_is_ignored(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    probe_now(scene, 2);
    struct engine_event event = {.kind = ENGINE_PUBLISHED, .instance = 9};
    event.published.claim_version = 1;
    scene_feed(scene, &event);
    assert_int_equal(scene->count, 0);
}

static void a_short_round_asks_ping_alone_while_the_last_flight_is_young(
    void **state)
{
    struct scene *scene = *state;
    scene->instances[0].interval_ms = 1000;
    start_steady(scene);
    scene_pass(scene, 990);
    assert_false(scene_probe_of(scene, 0)->is_deep);
    answer_last(scene, 0, STATE_UP, REASON_NONE);
    assert_int_equal(scene_claim(scene, 0)->verdict.reason, REASON_MASTER);
    for (uint32_t i = 0; i < 8; i++) {
        scene_pass(scene, 1000);
        assert_false(scene_probe_of(scene, 0)->is_deep);
        answer_last(scene, 0, STATE_UP, REASON_NONE);
    }
    scene_pass(scene, 1000);
    assert_true(scene_probe_of(scene, 0)->is_deep);
}

static void a_shallow_surprise_is_followed_by_a_full_flight_at_once(
    void **state)
{
    struct scene *scene = *state;
    scene->instances[0].interval_ms = 1000;
    start_steady(scene);
    scene_pass(scene, 990);
    answer_last(scene, 0, STATE_LOADING, REASON_LOADING);
    assert_int_equal(scene_claim(scene, 0)->verdict.state, STATE_UP);
    assert_true(scene_probe_of(scene, 0)->is_deep);
    answer_last(scene, 0, STATE_LOADING, REASON_LOADING);
    assert_int_equal(scene_claim(scene, 0)->verdict.state, STATE_LOADING);
    assert_int_equal(engine_instance(scene->engine, 0)->counters.rounds, 2);
}

static void a_death_is_told_at_once(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    probe_now(scene, 1);
    answer_last(scene, 1, STATE_DOWN, REASON_REFUSED);
    assert_int_equal(scene_count(scene, ENGINE_LOOK), 1);
    assert_int_equal(scene_count(scene, ENGINE_CHANGED), 1);
    assert_int_equal(scene_find(scene, ENGINE_CHANGED, 0)->before, STATE_UP);
}

static void changes_within_a_moment_are_told_together(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    scene_answer_all(scene);
    assert_int_equal(scene_count(scene, ENGINE_CHANGED), 2);
    assert_int_equal(scene_count(scene, ENGINE_LOOK), 0);
    scene_pass(scene, 5);
    assert_int_equal(scene_count(scene, ENGINE_LOOK), 1);
}

static void an_unacknowledged_claim_is_looked_at_again_ever_less_often(
    void **state)
{
    struct scene *scene = *state;
    scene->instances[0].interval_ms = 100000;
    scene->instances[1].interval_ms = 100000;
    scene_start(scene);
    scene_answer_all(scene);
    scene_pass(scene, 5);
    scene_forget(scene);
    scene_pass(scene, ENGINE_LOOK_AGAIN_MS - 1);
    assert_int_equal(scene_count(scene, ENGINE_LOOK), 0);
    scene_pass(scene, 1);
    assert_int_equal(scene_count(scene, ENGINE_LOOK), 1);
    scene_pass(scene, 60000);
    assert_in_range(scene_count(scene, ENGINE_LOOK), 6, 11);
}

static void an_acknowledged_claim_is_left_alone(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    scene_pass(scene, SCENE_INTERVAL_MS - 100);
    assert_int_equal(scene_count(scene, ENGINE_LOOK), 0);
    assert_int_equal(
        engine_instance(scene->engine, 0)->publication.claim_version, 1);
}

static void an_acknowledgement_of_an_older_claim_is_not_enough(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    probe_now(scene, 0);
    answer_last(scene, 0, STATE_DOWN, REASON_REFUSED);
    struct engine_event event = {.kind = ENGINE_PUBLISHED, .instance = 0};
    event.published.claim_version = 1;
    scene_feed(scene, &event);
    scene_forget(scene);
    scene_pass(scene, ENGINE_LOOK_AGAIN_MS);
    assert_int_equal(scene_count(scene, ENGINE_LOOK), 1);
}

static void an_acknowledgement_of_a_claim_never_made_is_gossip(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    scene_answer_all(scene);
    struct engine_event event = {.kind = ENGINE_PUBLISHED, .instance = 0};
    event.published.claim_version = 99;
    scene_feed(scene, &event);
    assert_int_equal(
        engine_instance(scene->engine, 0)->publication.claim_version, 0);
}

static void without_zookeeper_nobody_is_asked_twice(void **state)
{
    struct scene *scene = *state;
    scene->settings.has_zookeeper = false;
    scene_start(scene);
    scene_answer_all(scene);
    scene_pass(scene, 5);
    scene_forget(scene);
    scene_pass(scene, SCENE_INTERVAL_MS - 100);
    assert_int_equal(scene_count(scene, ENGINE_LOOK), 0);
}

static void a_successor_keeps_the_claims_and_probes_at_once(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    struct instance left = *engine_instance(scene->engine, 0);
    scene_end(scene);
    scene->now_ms += 300;
    memset(&scene->tasks, 0, sizeof scene->tasks);
    scene_begin(scene);
    engine_adopt(scene->engine, 0, &left, scene->now_ms);
    scene_pass(scene, 0);
    scene_ready_all(scene);
    assert_true(scene_probe_of(scene, 0)->is_deep);
    answer_last(scene, 0, STATE_UP, REASON_MASTER);
    assert_int_equal(scene_claim(scene, 0)->version, 1);
    assert_int_equal(scene_claim(scene, 0)->since_wall_ms,
                     left.claim.since_wall_ms);
    assert_int_equal(scene_count(scene, ENGINE_CHANGED), 0);
    assert_int_equal(engine_instance(scene->engine, 0)->counters.rounds, 2);
}

static void an_adopted_claim_not_yet_published_is_told(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    struct instance left = *engine_instance(scene->engine, 0);
    left.publication.claim_version = 0;
    scene_end(scene);
    memset(&scene->tasks, 0, sizeof scene->tasks);
    scene_begin(scene);
    engine_adopt(scene->engine, 0, &left, scene->now_ms);
    scene_pass(scene, 0);
    assert_int_equal(scene_count(scene, ENGINE_LOOK), 1);
}

static void time_that_nobody_ran_is_held_against_nobody(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    scene_pass(scene, SCENE_INTERVAL_MS - 10);
    scene->now_ms += 2500;
    scene_feed(scene, &(struct engine_event){.kind = ENGINE_TIME});
    assert_int_equal(scene_count(scene, ENGINE_KILL), 0);
    answer_last(scene, 0, STATE_UP, REASON_MASTER);
    answer_last(scene, 1, STATE_UP, REASON_MASTER);
    assert_int_equal(scene_claim(scene, 0)->version, 1);
}

static void a_timeout_while_we_stood_still_is_not_believed_once(void **state)
{
    struct scene *scene = *state;
    scene->instances[0].fall = 1;
    start_steady(scene);
    scene_pass(scene, SCENE_INTERVAL_MS - 10);
    scene->now_ms += 2500;
    answer_last(scene, 0, STATE_DOWN, REASON_TIMEOUT);
    assert_int_equal(scene_claim(scene, 0)->verdict.state, STATE_UP);
    answer_last(scene, 0, STATE_DOWN, REASON_TIMEOUT);
    assert_int_equal(scene_claim(scene, 0)->verdict.state, STATE_DOWN);
}

static void what_changed_is_dirty_once(void **state)
{
    struct scene *scene = *state;
    uint32_t index = 0;
    start_steady(scene);
    while (engine_take_dirty(scene->engine, &index)) {
    }
    probe_now(scene, 1);
    assert_true(engine_take_dirty(scene->engine, &index));
    assert_int_equal(index, 1);
    assert_false(engine_take_dirty(scene->engine, &index));
}

static void nonsense_about_strangers_changes_nothing(void **state)
{
    struct scene *scene = *state;
    start_steady(scene);
    for (int kind = ENGINE_PROBER_SPAWNED; kind <= ENGINE_PROBER_REAPED;
         kind++) {
        struct result result = {.task = 424242};
        scene_feed(scene, &(struct engine_event){.kind = kind,
                                                 .prober = 4242,
                                                 .inside = 7,
                                                 .result = &result});
    }
    assert_int_equal(scene->count, 0);
    assert_int_equal(round_of(scene).late_results, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, drop_scene)

/* Each says hello and is gone, all within a millisecond. */
static uint32_t let_all_die(struct scene *scene)
{
    struct scene before = *scene;
    uint32_t spawns = 0;
    scene_forget(scene);
    for (uint32_t i = 0; i < before.count; i++) {
        uint32_t prober = before.actions[i].prober;
        if (before.actions[i].kind != ENGINE_SPAWN) {
            continue;
        }
        spawns++;
        scene_tell(scene, ENGINE_PROBER_SPAWNED, prober);
        scene_tell(scene, ENGINE_PROBER_READY, prober);
        scene_lose(scene, prober, 0, STEP_NONE, "exited with 1");
        scene_tell(scene, ENGINE_PROBER_REAPED, prober);
    }
    return spawns;
}

static void probers_that_die_of_their_hello_are_not_forked_without_end(
    void **state)
{
    struct scene *scene = *state;
    uint32_t spawns = 0;
    scene_begin(scene);
    for (int i = 0; i < 2000; i++) {
        spawns += let_all_die(scene);
        scene_pass(scene, 1);
    }
    assert_true(spawns > PROBERS_BARREN_MOST);
    assert_true(spawns < 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_round_goes_out_as_one_batch),
        TEST(a_round_begins_and_ends),
        TEST(a_doubt_is_looked_at_again_after_the_retry_pause),
        TEST(a_round_still_busy_skips_the_next_and_counts_it),
        TEST(a_probe_out_of_band_starts_at_once_and_is_deep),
        TEST(a_probe_out_of_band_follows_the_one_under_way),
        TEST(a_probe_out_of_band_ends_the_pause_of_a_retry),
        TEST(an_instance_that_is_none_of_ours_is_ignored),
        TEST(a_short_round_asks_ping_alone_while_the_last_flight_is_young),
        TEST(a_shallow_surprise_is_followed_by_a_full_flight_at_once),
        TEST(a_death_is_told_at_once),
        TEST(changes_within_a_moment_are_told_together),
        TEST(an_unacknowledged_claim_is_looked_at_again_ever_less_often),
        TEST(an_acknowledged_claim_is_left_alone),
        TEST(an_acknowledgement_of_an_older_claim_is_not_enough),
        TEST(an_acknowledgement_of_a_claim_never_made_is_gossip),
        TEST(without_zookeeper_nobody_is_asked_twice),
        TEST(a_successor_keeps_the_claims_and_probes_at_once),
        TEST(an_adopted_claim_not_yet_published_is_told),
        TEST(time_that_nobody_ran_is_held_against_nobody),
        TEST(a_timeout_while_we_stood_still_is_not_believed_once),
        TEST(what_changed_is_dirty_once),
        TEST(nonsense_about_strangers_changes_nothing),
        TEST(probers_that_die_of_their_hello_are_not_forked_without_end),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
