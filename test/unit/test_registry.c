/*
 * test_registry.c - the table of registry.h, row by row.
 */
#include "registry_scene.h"

static void the_first_verdict_needs_no_rise(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_UP);
    assert_int_equal(claim_of(scene)->version, 1);
    assert_true(claim_of(scene)->since_is_first);
    assert_int_equal(claim_of(scene)->since_wall_ms, WALL_MS + NOW_MS);
    assert_int_equal(scene->judgement.before, STATE_NONE);
    assert_true(scene->judgement.is_changed);
}

static void the_first_verdict_down_needs_its_falls(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_AGAIN_SOON);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_NONE);
}

static void down_waits_for_fall_bad_results_in_a_row(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_AGAIN_SOON);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_AGAIN_SOON);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_UP);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_DOWN);
    assert_int_equal(instance_of(scene)->counters.rounds, 2);
    assert_int_equal(instance_of(scene)->counters.bad, 1);
}

static void a_good_result_in_between_starts_the_count_anew(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)judge_deep(scene, STATE_DOWN, REASON_TIMEOUT);
    (void)judge_deep(scene, STATE_DOWN, REASON_TIMEOUT);
    go_up(scene);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_AGAIN_SOON);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_AGAIN_SOON);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_UP);
}

static void evidence_that_is_certain_goes_down_at_once(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    go_down(scene);
    assert_int_equal(scene->judgement.before, STATE_UP);
    assert_int_equal(instance_of(scene)->counters.changes, 1);
}

static void what_is_down_stays_down_without_retries(void **state)
{
    struct scene *scene = *state;
    go_down(scene);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->verdict.reason, REASON_TIMEOUT);
}

static void better_than_down_waits_for_rise_results_in_a_row(void **state)
{
    struct scene *scene = *state;
    go_down(scene);
    assert_int_equal(judge_deep(scene, STATE_UP, REASON_MASTER),
                     REGISTRY_AGAIN_SOON);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_DOWN);
    assert_int_equal(judge_deep(scene, STATE_UP, REASON_MASTER),
                     REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_UP);
}

static void a_bad_result_in_between_starts_the_rise_anew(void **state)
{
    struct scene *scene = *state;
    go_down(scene);
    assert_int_equal(judge_deep(scene, STATE_LOADING, REASON_LOADING),
                     REGISTRY_AGAIN_SOON);
    go_down(scene);
    assert_int_equal(judge_deep(scene, STATE_LOADING, REASON_LOADING),
                     REGISTRY_AGAIN_SOON);
    assert_int_equal(judge_deep(scene, STATE_LOADING, REASON_LOADING),
                     REGISTRY_OUTCOME);
}

static void every_other_change_comes_at_once(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    assert_int_equal(judge_deep(scene, STATE_DEGRADED, REASON_OOM),
                     REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_DEGRADED);
    go_up(scene);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_UP);
}

static void our_own_fault_is_said_at_once_also_of_what_is_down(void **state)
{
    struct scene *scene = *state;
    go_down(scene);
    assert_int_equal(judge_deep(scene, STATE_UNKNOWN, REASON_AGENT),
                     REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_UNKNOWN);
    assert_int_equal(instance_of(scene)->counters.agent, 1);
}

static void a_claim_is_earned_by_the_start_of_the_probe_that_agrees(
    void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    assert_int_equal(claim_of(scene)->earned_ms, NOW_MS - 10);
    go_up(scene);
    assert_int_equal(claim_of(scene)->earned_ms, NOW_MS + 1000 - 10);
    assert_int_equal(instance_of(scene)->last_success_ms, NOW_MS + 1000 - 10);
}

static void a_claim_is_not_earned_by_a_doubt(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)judge_deep(scene, STATE_DOWN, REASON_TIMEOUT);
    assert_int_equal(claim_of(scene)->earned_ms, NOW_MS - 10);
}

static void a_lease_is_what_the_bounds_say(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(claim_of(scene)->lease_ms,
                     bounds_lease_ms(10000, 1000, 3));
}

static void the_version_grows_only_when_the_verdict_changes(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    go_up(scene);
    assert_int_equal(claim_of(scene)->version, 1);
    assert_false(scene->judgement.is_changed);
    struct result result = make_result(STATE_UP, REASON_REPLICA, true);
    assert_int_equal(judge(scene, &result), REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->version, 2);
    assert_true(scene->judgement.is_changed);
    assert_int_equal(claim_of(scene)->since_wall_ms, WALL_MS + NOW_MS);
    assert_true(claim_of(scene)->since_is_first);
    assert_int_equal(instance_of(scene)->counters.changes, 0);
}

static void since_moves_with_the_state(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    go_down(scene);
    assert_int_equal(claim_of(scene)->since_wall_ms, WALL_MS + NOW_MS + 1000);
    assert_false(claim_of(scene)->since_is_first);
}

static void a_shallow_up_refreshes_the_claim_and_keeps_its_words(void **state)
{
    struct scene *scene = *state;
    struct result deep = make_result(STATE_UP, REASON_MASTER, true);
    deep.verdict.role = ROLE_MASTER;
    (void)judge(scene, &deep);
    assert_int_equal(judge_shallow(scene, STATE_UP), REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->verdict.role, ROLE_MASTER);
    assert_int_equal(instance_of(scene)->last.role, ROLE_MASTER);
    assert_int_equal(claim_of(scene)->earned_ms, NOW_MS + 1000 - 10);
    assert_int_equal(claim_of(scene)->version, 1);
    assert_int_equal(instance_of(scene)->counters.good, 2);
}

static void a_silence_while_loading_keeps_the_words_of_the_claim(void **state)
{
    struct scene *scene = *state;
    struct result told = make_result(STATE_LOADING, REASON_LOADING, true);
    told.has_facts = true;
    told.verdict.role = ROLE_MASTER;
    (void)judge(scene, &told);
    assert_int_equal(judge_deep(scene, STATE_LOADING, REASON_LOADING),
                     REGISTRY_OUTCOME);
    assert_false(scene->judgement.is_changed);
    assert_int_equal(claim_of(scene)->verdict.role, ROLE_MASTER);
    assert_int_equal(claim_of(scene)->version, 1);
    assert_int_equal(claim_of(scene)->earned_ms, NOW_MS + 1000 - 10);
    told.verdict.role = ROLE_REPLICA;
    (void)judge(scene, &told);
    assert_int_equal(claim_of(scene)->verdict.role, ROLE_REPLICA);
}

static void a_shallow_down_counts_like_any_down(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    assert_int_equal(judge_shallow(scene, STATE_DOWN), REGISTRY_AGAIN_SOON);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_AGAIN_SOON);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_OUTCOME);
}

static void any_other_shallow_result_asks_for_the_full_flight(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    assert_int_equal(judge_shallow(scene, STATE_DEGRADED), REGISTRY_AGAIN_DEEP);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_UP);
    assert_int_equal(instance_of(scene)->counters.rounds, 1);
}

static void up_is_never_reached_by_ping_alone(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(judge_shallow(scene, STATE_UP), REGISTRY_AGAIN_DEEP);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_NONE);
}

static void a_flight_is_deep_when_the_last_one_is_old(void **state)
{
    struct scene *scene = *state;
    scene->own.interval_ms = 1000;
    assert_true(registry_wants_deep(&scene->registry, 0, NOW_MS));
    go_up(scene);
    assert_false(registry_wants_deep(&scene->registry, 0, NOW_MS + 9000));
    assert_true(registry_wants_deep(&scene->registry, 0, NOW_MS + 9490));
    scene->own.deep_interval_ms = 0;
    assert_true(registry_wants_deep(&scene->registry, 0, NOW_MS));
}

static void a_flight_is_deep_after_anything_but_up(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)judge_deep(scene, STATE_LOADING, REASON_LOADING);
    assert_true(registry_wants_deep(&scene->registry, 0, NOW_MS));
}

static void another_run_id_is_a_restart(void **state)
{
    struct scene *scene = *state;
    struct result result = make_result(STATE_UP, REASON_MASTER, true);
    strcpy(result.verdict.run_id, "one");
    (void)judge(scene, &result);
    go_down(scene);
    assert_int_equal(instance_of(scene)->counters.restarts, 0);
    strcpy(result.verdict.run_id, "other");
    (void)judge(scene, &result);
    assert_int_equal(instance_of(scene)->counters.restarts, 1);
}

static void outcomes_are_kept_the_newest_last(void **state)
{
    struct scene *scene = *state;
    for (uint32_t i = 0; i < INSTANCE_OUTCOMES + 5; i++) {
        go_up(scene);
    }
    go_down(scene);
    const struct instance *instance = instance_of(scene);
    assert_int_equal(instance->outcome_count, INSTANCE_OUTCOMES + 6);
    assert_int_equal(
        instance->outcomes[(instance->outcome_count - 1) % INSTANCE_OUTCOMES],
        STATE_DOWN);
    assert_int_equal(instance->outcomes[0], STATE_UP);
}

static void a_claim_is_adopted_with_its_stamps(void **state)
{
    struct scene *scene = *state;
    struct instance left = make_left();
    registry_adopt(&scene->registry, 0, &left, NOW_MS);
    assert_int_equal(claim_of(scene)->earned_ms, NOW_MS - 500);
    assert_int_equal(claim_of(scene)->since_wall_ms, 12345);
    assert_int_equal(claim_of(scene)->version, 7);
    assert_int_equal(claim_of(scene)->lease_ms,
                     bounds_lease_ms(10000, 1000, 3));
    assert_int_equal(instance_of(scene)->counters.rounds, 9);
    assert_int_equal(instance_of(scene)->due_ms, NOW_MS);
    assert_int_equal(instance_of(scene)->publication.claim_version, 7);
}

static void a_claim_from_the_future_is_not_adopted(void **state)
{
    struct scene *scene = *state;
    struct instance left = make_left();
    left.claim.earned_ms = NOW_MS + 1;
    registry_adopt(&scene->registry, 0, &left, NOW_MS);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_NONE);
    assert_int_equal(claim_of(scene)->version, 7);
    go_up(scene);
    assert_int_equal(claim_of(scene)->version, 8);
}

static void a_publication_of_no_claim_of_ours_is_not_adopted(void **state)
{
    struct scene *scene = *state;
    struct instance left = make_left();
    left.publication.claim_version = 8;
    registry_adopt(&scene->registry, 0, &left, NOW_MS);
    assert_int_equal(instance_of(scene)->publication.claim_version, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_verdict_needs_no_rise),
        TEST(the_first_verdict_down_needs_its_falls),
        TEST(down_waits_for_fall_bad_results_in_a_row),
        TEST(a_good_result_in_between_starts_the_count_anew),
        TEST(evidence_that_is_certain_goes_down_at_once),
        TEST(what_is_down_stays_down_without_retries),
        TEST(better_than_down_waits_for_rise_results_in_a_row),
        TEST(a_bad_result_in_between_starts_the_rise_anew),
        TEST(every_other_change_comes_at_once),
        TEST(our_own_fault_is_said_at_once_also_of_what_is_down),
        TEST(a_claim_is_earned_by_the_start_of_the_probe_that_agrees),
        TEST(a_claim_is_not_earned_by_a_doubt),
        TEST(a_lease_is_what_the_bounds_say),
        TEST(the_version_grows_only_when_the_verdict_changes),
        TEST(since_moves_with_the_state),
        TEST(a_shallow_up_refreshes_the_claim_and_keeps_its_words),
        TEST(a_silence_while_loading_keeps_the_words_of_the_claim),
        TEST(a_shallow_down_counts_like_any_down),
        TEST(any_other_shallow_result_asks_for_the_full_flight),
        TEST(up_is_never_reached_by_ping_alone),
        TEST(a_flight_is_deep_when_the_last_one_is_old),
        TEST(a_flight_is_deep_after_anything_but_up),
        TEST(another_run_id_is_a_restart),
        TEST(outcomes_are_kept_the_newest_last),
        TEST(a_claim_is_adopted_with_its_stamps),
        TEST(a_claim_from_the_future_is_not_adopted),
        TEST(a_publication_of_no_claim_of_ours_is_not_adopted),
    };
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
