/*
 * test_shard.c - which prober gets what, who is blamed when one is lost, and
 * how many there are: through the engine, as the supervisor sees it.
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
    scene_settle(scene, 4);
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

/* First round answered; the second one's probes are out. */
static void start_second_round(struct scene *scene)
{
    scene_start(scene);
    scene_answer_all(scene);
    scene_forget(scene);
    scene_pass(scene, SCENE_INTERVAL_MS);
    assert_int_equal(scene_count(scene, ENGINE_PROBE),
                     scene->settings.instance_count);
}

static enum state state_of(const struct scene *scene, uint32_t index)
{
    return scene_claim(scene, index)->verdict.state;
}

static void a_fleet_has_room_for_all_with_its_spare(void **state)
{
    struct scene *scene = *state;
    scene_settle(scene, 3 * ENGINE_SHARD_TASKS + 1);
    scene_begin(scene);
    scene_pass(scene, 0);
    assert_int_equal(scene_count(scene, ENGINE_SPAWN), 4);
    assert_int_equal(scene->tasks.live, 3 * ENGINE_SHARD_TASKS + 1);
    assert_int_equal(scene->tasks.list[0].step, STEP_QUEUED);
    assert_int_equal(scene->tasks.list[0].pid, 0);
}

static void the_spare_stays_empty(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    uint32_t busy = scene_find(scene, ENGINE_PROBE, 0)->prober;
    scene_answer_all(scene);
    for (uint32_t round = 0; round < 5; round++) {
        scene_forget(scene);
        scene_pass(scene, SCENE_INTERVAL_MS);
        assert_int_equal(scene_count(scene, ENGINE_PROBE), 4);
        for (uint32_t i = 0; i < 4; i++) {
            assert_int_equal(scene_find(scene, ENGINE_PROBE, i)->prober, busy);
        }
        scene_answer_all(scene);
    }
    assert_string_equal(engine_prober_note(scene->engine, busy), "shard");
    assert_string_equal(engine_prober_note(scene->engine, 3 - busy), "spare");
}

static void no_prober_gets_more_than_a_shard(void **state)
{
    struct scene *scene = *state;
    uint32_t load[8] = {0};
    scene_settle(scene, 2 * ENGINE_SHARD_TASKS + 40);
    scene_start(scene);
    assert_int_equal(scene_count(scene, ENGINE_PROBE),
                     2 * ENGINE_SHARD_TASKS + 40);
    for (uint32_t i = 0; i < scene_count(scene, ENGINE_PROBE); i++) {
        load[scene_find(scene, ENGINE_PROBE, i)->prober]++;
    }
    for (uint32_t i = 0; i < 8; i++) {
        assert_true(load[i] <= ENGINE_SHARD_TASKS);
    }
}

static void a_result_counts_only_from_the_prober_that_has_the_task(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    struct engine_action probe = *scene_find(scene, ENGINE_PROBE, 0);
    probe.prober = 3 - probe.prober;
    scene_answer(scene, &probe, STATE_UP, REASON_MASTER);
    assert_int_equal(state_of(scene, probe.instance), STATE_NONE);
    struct engine_round round;
    engine_round(scene->engine, &round);
    assert_int_equal(round.late_results, 1);
}

static void a_result_of_another_depth_than_asked_is_dropped(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    struct engine_action probe = *scene_find(scene, ENGINE_PROBE, 0);
    probe.is_deep = !probe.is_deep;
    scene_answer(scene, &probe, STATE_UP, REASON_MASTER);
    assert_int_equal(state_of(scene, probe.instance), STATE_NONE);
}

static void a_result_counts_once(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    struct engine_action probe = *scene_find(scene, ENGINE_PROBE, 0);
    scene_answer(scene, &probe, STATE_UP, REASON_MASTER);
    scene_answer(scene, &probe, STATE_DOWN, REASON_REFUSED);
    assert_int_equal(state_of(scene, probe.instance), STATE_UP);
    assert_int_equal(scene->tasks.finished, 1);
}

/* Instance 2 kills the prober that all four are in. */
static void crash_second_round(struct scene *scene)
{
    start_second_round(scene);
    struct engine_action culprit = *scene_probe_of(scene, 2);
    scene_forget(scene);
    scene_lose(scene, culprit.prober, culprit.task, STEP_INFO,
               "killed by SIGSEGV");
}

static void the_innocent_go_together_to_the_spare_at_once(void **state)
{
    struct scene *scene = *state;
    crash_second_round(scene);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 3);
    assert_null(scene_probe_of(scene, 2));
    assert_int_equal(scene_probe_of(scene, 0)->prober,
                     scene_probe_of(scene, 3)->prober);
    assert_int_equal(scene->tasks.reaped, 4);
    assert_int_equal(scene->tasks.live, 4);
}

static void the_culprit_goes_alone_into_a_fresh_prober(void **state)
{
    struct scene *scene = *state;
    crash_second_round(scene);
    scene_ready_all(scene);
    const struct engine_action *alone = scene_probe_of(scene, 2);
    assert_non_null(alone);
    assert_int_not_equal(alone->prober, scene_probe_of(scene, 0)->prober);
    assert_string_equal(engine_prober_note(scene->engine, alone->prober),
                        "solo");
}

static void who_fails_alone_is_unknown_by_our_fault(void **state)
{
    struct scene *scene = *state;
    crash_second_round(scene);
    scene_ready_all(scene);
    struct engine_action alone = *scene_probe_of(scene, 2);
    scene_lose(scene, alone.prober, alone.task, STEP_INFO, "killed by SIGSEGV");
    const struct verdict *verdict = &scene_claim(scene, 2)->verdict;
    assert_int_equal(verdict->state, STATE_UNKNOWN);
    assert_int_equal(verdict->reason, REASON_AGENT);
    assert_string_equal(verdict->detail, "prober killed by SIGSEGV in info");
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(i == 2 || state_of(scene, i) == STATE_UP);
    }
}

static void a_suspect_that_answers_alone_is_innocent(void **state)
{
    struct scene *scene = *state;
    crash_second_round(scene);
    scene_ready_all(scene);
    scene_answer_all(scene);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(state_of(scene, i), STATE_UP);
        assert_int_equal(scene_claim(scene, i)->version, 1);
    }
    assert_int_equal(scene->tasks.live, 0);
}

static void who_failed_alone_starts_alone_in_the_next_round(void **state)
{
    struct scene *scene = *state;
    who_fails_alone_is_unknown_by_our_fault(state);
    scene_ready_all(scene);
    scene_answer_all(scene);
    scene_forget(scene);
    scene_pass(scene, SCENE_INTERVAL_MS);
    scene_ready_all(scene);
    const struct engine_action *alone = scene_probe_of(scene, 2);
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(i == 2 ||
                    scene_probe_of(scene, i)->prober != alone->prober);
    }
    scene_answer_all(scene);
    assert_int_equal(state_of(scene, 2), STATE_UP);
    scene_forget(scene);
    scene_pass(scene, SCENE_INTERVAL_MS);
    assert_int_equal(scene_probe_of(scene, 2)->prober,
                     scene_probe_of(scene, 0)->prober);
}

static void a_name_on_the_page_that_is_not_there_is_nobody(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    struct engine_action probe = *scene_probe_of(scene, 0);
    scene_forget(scene);
    scene_lose(scene, probe.prober, 999999, STEP_INFO, "killed by SIGSEGV");
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 4);
}

static void nameless_deaths_halve_the_company_until_one_is_alone(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    /* Whoever has instance 1 dies and names nobody. */
    for (uint32_t death = 0; death < 12; death++) {
        struct engine_action probe = *scene_probe_of(scene, 1);
        scene_lose(scene, probe.prober, 0, STEP_NONE, "killed by SIGABRT");
        scene_tell(scene, ENGINE_PROBER_REAPED, probe.prober);
        scene_ready_all(scene);
        if (state_of(scene, 1) == STATE_UNKNOWN) {
            break;
        }
    }
    assert_int_equal(state_of(scene, 1), STATE_UNKNOWN);
    assert_string_equal(scene_claim(scene, 1)->verdict.detail,
                        "prober killed by SIGABRT");
    scene_answer_all(scene);
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(i == 1 || state_of(scene, i) == STATE_UP);
        assert_int_equal(engine_instance(scene->engine, i)->counters.rounds, 2);
    }
}

static void a_silent_prober_is_killed_at_the_deadline(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    uint32_t prober = scene_probe_of(scene, 0)->prober;
    scene_forget(scene);
    scene_pass(scene, SCENE_TIMEOUT_MS + BOUNDS_GRACE_MS - 1);
    assert_int_equal(scene_count(scene, ENGINE_KILL), 0);
    scene_pass(scene, 1);
    assert_int_equal(scene_count(scene, ENGINE_KILL), 1);
    assert_int_equal(scene_find(scene, ENGINE_KILL, 0)->prober, prober);
}

static void results_that_a_killed_prober_left_behind_still_count(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    struct engine_action probe = *scene_probe_of(scene, 3);
    scene_pass(scene, SCENE_TIMEOUT_MS + BOUNDS_GRACE_MS);
    scene_forget(scene);
    scene_answer(scene, &probe, STATE_UP, REASON_MASTER);
    scene_lose(scene, probe.prober, 0, STEP_NONE, "killed by SIGKILL");
    assert_null(scene_probe_of(scene, 3));
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 3);
}

static void without_last_words_the_others_wait_but_a_moment(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    scene_pass(scene, SCENE_TIMEOUT_MS + BOUNDS_GRACE_MS);
    scene_forget(scene);
    scene_pass(scene, 99);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 0);
    scene_pass(scene, 1);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 4);
}

static void a_hang_is_told_in_the_same_words_every_round(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    struct engine_action probe = *scene_probe_of(scene, 2);
    scene_forget(scene);
    scene_pass(scene, SCENE_TIMEOUT_MS + BOUNDS_GRACE_MS);
    scene_lose(scene, probe.prober, probe.task, STEP_CONNECT,
               "killed by SIGKILL");
    scene_ready_all(scene);
    scene_answer(scene, scene_probe_of(scene, 0), STATE_UP, REASON_MASTER);
    probe = *scene_probe_of(scene, 2);
    scene_pass(scene, SCENE_TIMEOUT_MS + BOUNDS_GRACE_MS);
    scene_lose(scene, probe.prober, probe.task, STEP_CONNECT,
               "killed by SIGKILL");
    assert_string_equal(scene_claim(scene, 2)->verdict.detail,
                        "prober hung in connect");
    uint64_t version = scene_claim(scene, 2)->version;
    scene_forget(scene);
    scene_pass(scene, SCENE_INTERVAL_MS - 2 * 1500);
    scene_ready_all(scene);
    probe = *scene_probe_of(scene, 2);
    scene_pass(scene, SCENE_TIMEOUT_MS + BOUNDS_GRACE_MS);
    scene_lose(scene, probe.prober, probe.task, STEP_CONNECT,
               "killed by SIGKILL");
    assert_int_equal(engine_instance(scene->engine, 2)->counters.rounds, 3);
    assert_int_equal(scene_claim(scene, 2)->version, version);
}

static void without_a_prober_there_is_an_outcome_at_the_bound(void **state)
{
    struct scene *scene = *state;
    scene_begin(scene);
    scene_pass(scene, bounds_task_ms(SCENE_TIMEOUT_MS) - 1);
    assert_int_equal(state_of(scene, 0), STATE_NONE);
    scene_pass(scene, 1);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(state_of(scene, i), STATE_UNKNOWN);
    }
    assert_int_equal(scene->tasks.live, 0);
    assert_int_equal(scene->tasks.reaped, 4);
}

static void a_kill_is_repeated_until_reaped(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    uint32_t prober = scene_probe_of(scene, 0)->prober;
    scene_lose(scene, prober, 0, STEP_NONE, "ended");
    scene_forget(scene);
    scene_pass(scene, 3500);
    assert_true(scene_count(scene, ENGINE_KILL) >= 3);
    assert_string_equal(engine_prober_note(scene->engine, prober), "killed");
    scene_tell(scene, ENGINE_PROBER_REAPED, prober);
    scene_forget(scene);
    scene_pass(scene, 3500);
    for (uint32_t i = 0; i < scene->count; i++) {
        assert_true(scene->actions[i].kind != ENGINE_KILL ||
                    scene->actions[i].prober != prober);
    }
}

static void a_prober_that_says_nothing_is_killed_and_the_next_waits(
    void **state)
{
    struct scene *scene = *state;
    scene_begin(scene);
    scene_pass(scene, 0);
    assert_int_equal(scene_count(scene, ENGINE_SPAWN), 2);
    scene_pass(scene, ENGINE_PROBER_START_MS);
    assert_int_equal(scene_count(scene, ENGINE_KILL), 2);
    assert_int_equal(scene_count(scene, ENGINE_SPAWN), 2);
    scene_pass(scene, 200);
    assert_true(scene_count(scene, ENGINE_SPAWN) > 2);
}

/* None that was asked for since scene_forget, and not told before, started. */
static void fail_spawns(struct scene *scene, uint32_t *told)
{
    while (*told < scene_count(scene, ENGINE_SPAWN)) {
        uint32_t prober = scene_find(scene, ENGINE_SPAWN, *told)->prober;
        (*told)++;
        scene_tell(scene, ENGINE_PROBER_FAILED, prober);
    }
}

static void failed_spawns_back_off_but_never_end(void **state)
{
    struct scene *scene = *state;
    scene_begin(scene);
    scene_pass(scene, 0);
    uint32_t failed = 0;
    for (uint64_t ms = 0; ms < 60000; ms += 20) {
        fail_spawns(scene, &failed);
        scene_pass(scene, 20);
    }
    assert_in_range(failed, 60, 130);
    fail_spawns(scene, &failed);
    /* When one can be had again, that must be soon enough for C. */
    scene_pass(scene, BOUNDS_PUBLISH_MS);
    assert_true(scene_count(scene, ENGINE_SPAWN) > failed);
}

static uint32_t last_spawned(const struct scene *scene)
{
    uint32_t count = scene_count(scene, ENGINE_SPAWN);
    assert_int_not_equal(count, 0);
    return scene_find(scene, ENGINE_SPAWN, count - 1)->prober;
}

static void a_hello_ends_the_pause(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    scene_answer_all(scene);
    scene_lose(scene, 1, 0, STEP_NONE, "killed by SIGKILL");
    scene_lose(scene, 2, 0, STEP_NONE, "killed by SIGKILL");
    uint32_t good = last_spawned(scene);
    uint32_t count = scene_count(scene, ENGINE_SPAWN);
    scene_tell(scene, ENGINE_PROBER_FAILED, good - 1);
    scene_pass(scene, 50);
    assert_int_equal(scene_count(scene, ENGINE_SPAWN), count);
    scene_tell(scene, ENGINE_PROBER_READY, good);
    assert_int_equal(scene_count(scene, ENGINE_SPAWN), count + 1);
}

static void one_that_dies_at_work_is_replaced_at_once(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    uint32_t prober = scene_probe_of(scene, 0)->prober;
    scene_forget(scene);
    scene_lose(scene, prober, 0, STEP_NONE, "killed by SIGKILL");
    assert_int_equal(scene_count(scene, ENGINE_SPAWN), 1);
}

static void a_worn_prober_is_replaced_by_its_spare(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    uint32_t worn = scene_probe_of(scene, 0)->prober;
    scene_answer_all(scene);
    for (uint32_t round = 1; round < ENGINE_PROBER_ROUNDS; round++) {
        assert_int_equal(scene_count(scene, ENGINE_RETIRE), 0);
        scene_forget(scene);
        scene_pass(scene, SCENE_INTERVAL_MS);
        scene_answer_all(scene);
    }
    assert_int_equal(scene_count(scene, ENGINE_RETIRE), 1);
    assert_int_equal(scene_find(scene, ENGINE_RETIRE, 0)->prober, worn);
    assert_int_equal(scene_count(scene, ENGINE_SPAWN), 1);
    scene_forget(scene);
    scene_pass(scene, SCENE_INTERVAL_MS);
    assert_int_not_equal(scene_probe_of(scene, 0)->prober, worn);
}

/* Whoever has one of these instances in it hangs there, the first of them. */
static void hang_with(struct scene *scene, const uint32_t *culprits,
                      uint32_t count)
{
    scene_pass(scene, SCENE_TIMEOUT_MS + BOUNDS_GRACE_MS);
    uint32_t probes = scene_count(scene, ENGINE_PROBE);
    for (uint32_t i = 0; i < probes; i++) {
        struct engine_action probe = *scene_find(scene, ENGINE_PROBE, i);
        for (uint32_t c = 0; c < count; c++) {
            if (probe.instance == culprits[c]) {
                scene_lose(scene, probe.prober, probe.task, STEP_INFO, "hung");
                scene_tell(scene, ENGINE_PROBER_REAPED, probe.prober);
            }
        }
    }
}

static void two_culprits_are_told_apart_by_the_next_round(void **state)
{
    struct scene *scene = *state;
    const uint32_t culprits[] = {1, 2};
    start_second_round(scene);
    hang_with(scene, culprits, 2);
    scene_ready_all(scene);
    hang_with(scene, culprits, 2);
    scene_ready_all(scene);
    assert_int_equal(scene->tasks.live, 0);
    scene_forget(scene);
    scene_pass(scene, SCENE_INTERVAL_MS - 2 * 1500);
    scene_ready_all(scene);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_int_not_equal(scene_probe_of(scene, i - 1)->prober,
                             scene_probe_of(scene, i)->prober);
    }
    assert_int_equal(scene_probe_of(scene, 0)->prober,
                     scene_probe_of(scene, 3)->prober);
}

static void a_retired_prober_that_stays_is_killed(void **state)
{
    struct scene *scene = *state;
    a_worn_prober_is_replaced_by_its_spare(state);
    assert_true(scene_count(scene, ENGINE_KILL) > 0);
}

static void unkillable_probers_fill_the_pool_but_break_nothing(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    for (uint32_t i = 0; i < 2 * ENGINE_PROBERS_MOST; i++) {
        uint32_t count = scene_count(scene, ENGINE_SPAWN);
        uint32_t prober = scene_find(scene, ENGINE_SPAWN, count - 1)->prober;
        scene_lose(scene, prober, 0, STEP_NONE, "stuck");
        scene_pass(scene, PROBERS_BARREN_MS);
        scene_ready_all(scene);
    }
    assert_int_equal(scene_count(scene, ENGINE_SPAWN), ENGINE_PROBERS_MOST);
    scene_pass(scene, 3 * SCENE_INTERVAL_MS + bounds_task_ms(SCENE_TIMEOUT_MS));
    assert_int_equal(scene->tasks.live, 0);
}

static void stopping_reaps_every_task_and_kills_every_prober(void **state)
{
    struct scene *scene = *state;
    start_second_round(scene);
    scene_forget(scene);
    scene_feed(scene, &(struct engine_event){.kind = ENGINE_STOP});
    assert_int_equal(scene->tasks.live, 0);
    assert_int_equal(scene->tasks.reaped, 4);
    assert_int_equal(scene_count(scene, ENGINE_KILL), 2);
    for (uint32_t prober = 1; prober <= 2; prober++) {
        scene_tell(scene, ENGINE_PROBER_REAPED, prober);
    }
    scene_forget(scene);
    scene_pass(scene, 5 * SCENE_INTERVAL_MS);
    assert_int_equal(scene_count(scene, ENGINE_PROBE), 0);
    assert_int_equal(scene_count(scene, ENGINE_SPAWN), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, drop_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_fleet_has_room_for_all_with_its_spare),
        TEST(the_spare_stays_empty),
        TEST(no_prober_gets_more_than_a_shard),
        TEST(a_result_counts_only_from_the_prober_that_has_the_task),
        TEST(a_result_of_another_depth_than_asked_is_dropped),
        TEST(a_result_counts_once),
        TEST(the_innocent_go_together_to_the_spare_at_once),
        TEST(the_culprit_goes_alone_into_a_fresh_prober),
        TEST(who_fails_alone_is_unknown_by_our_fault),
        TEST(a_suspect_that_answers_alone_is_innocent),
        TEST(who_failed_alone_starts_alone_in_the_next_round),
        TEST(a_name_on_the_page_that_is_not_there_is_nobody),
        TEST(nameless_deaths_halve_the_company_until_one_is_alone),
        TEST(two_culprits_are_told_apart_by_the_next_round),
        TEST(a_silent_prober_is_killed_at_the_deadline),
        TEST(results_that_a_killed_prober_left_behind_still_count),
        TEST(without_last_words_the_others_wait_but_a_moment),
        TEST(a_hang_is_told_in_the_same_words_every_round),
        TEST(without_a_prober_there_is_an_outcome_at_the_bound),
        TEST(a_kill_is_repeated_until_reaped),
        TEST(a_prober_that_says_nothing_is_killed_and_the_next_waits),
        TEST(failed_spawns_back_off_but_never_end),
        TEST(a_hello_ends_the_pause),
        TEST(one_that_dies_at_work_is_replaced_at_once),
        TEST(a_worn_prober_is_replaced_by_its_spare),
        TEST(a_retired_prober_that_stays_is_killed),
        TEST(unkillable_probers_fill_the_pool_but_break_nothing),
        TEST(stopping_reaps_every_task_and_kills_every_prober),
    };
    return cmocka_run_group_tests_name("shard", tests, NULL, NULL);
}
