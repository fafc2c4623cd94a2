/*
 * test_registry_facts.c - what the registry keeps beside the verdict, and for
 * how long.
 */
#include "registry_scene.h"

static struct result make_facts(const char *run_id, enum mode mode)
{
    struct result result = make_result(STATE_UP, REASON_MASTER, true);
    strcpy(result.verdict.run_id, run_id);
    result.has_facts = true;
    facts_init(&result.facts);
    result.facts.mode = mode;
    result.facts.pid = 4711;
    result.facts.start_ticks = 99;
    result.facts.values[FACT_CLIENTS] = 17;
    return result;
}

static int64_t clients_of(struct scene *scene)
{
    return instance_of(scene)->facts.values[FACT_CLIENTS];
}

static void nothing_is_known_before_it_was_told(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(clients_of(scene), FACT_UNKNOWN);
    assert_int_equal(instance_of(scene)->facts_ms, 0);
    go_up(scene);
    assert_int_equal(clients_of(scene), FACT_UNKNOWN);
    assert_int_equal(instance_of(scene)->facts_ms, 0);
}

static void facts_are_kept_with_the_start_of_the_probe_that_told_them(
    void **state)
{
    struct scene *scene = *state;
    struct result result = make_facts("one", MODE_STANDALONE);
    assert_int_equal(judge(scene, &result), REGISTRY_OUTCOME);
    assert_int_equal(clients_of(scene), 17);
    assert_int_equal(instance_of(scene)->facts_ms, NOW_MS - 10);
    assert_int_equal(instance_of(scene)->facts.pid, 4711);
}

static void facts_outlive_probes_that_tell_none(void **state)
{
    struct scene *scene = *state;
    struct result result = make_facts("one", MODE_STANDALONE);
    (void)judge(scene, &result);
    (void)judge_shallow(scene, STATE_UP);
    (void)judge_deep(scene, STATE_DOWN, REASON_TIMEOUT);
    assert_int_equal(clients_of(scene), 17);
    assert_int_equal(instance_of(scene)->facts_ms, NOW_MS - 10);
    assert_int_equal(instance_of(scene)->facts.start_ticks, 99);
}

static void facts_of_a_verdict_not_yet_claimed_are_kept_too(void **state)
{
    struct scene *scene = *state;
    struct result result = make_facts("one", MODE_STANDALONE);
    go_down(scene);
    assert_int_equal(judge(scene, &result), REGISTRY_AGAIN_SOON);
    assert_int_equal(clients_of(scene), 17);
}

static void a_restart_forgets_the_facts_of_the_server_before(void **state)
{
    struct scene *scene = *state;
    struct result result = make_facts("one", MODE_STANDALONE);
    (void)judge(scene, &result);
    struct result other = make_result(STATE_UP, REASON_MASTER, true);
    strcpy(other.verdict.run_id, "other");
    (void)judge(scene, &other);
    assert_int_equal(instance_of(scene)->counters.restarts, 1);
    assert_int_equal(clients_of(scene), FACT_UNKNOWN);
    assert_int_equal(instance_of(scene)->facts_ms, 0);
    assert_int_equal(instance_of(scene)->facts.pid, 0);
}

static void a_process_proved_without_info_is_kept(void **state)
{
    struct scene *scene = *state;
    struct result result = make_result(STATE_UNKNOWN, REASON_AUTH, true);
    facts_init(&result.facts);
    result.facts.pid = 4711;
    (void)judge(scene, &result); /* told, not proved */
    assert_int_equal(instance_of(scene)->facts.pid, 0);
    result.facts.start_ticks = 99;
    (void)judge(scene, &result);
    assert_int_equal(instance_of(scene)->facts.pid, 4711);
    assert_int_equal(instance_of(scene)->facts.start_ticks, 99);
    assert_int_equal(instance_of(scene)->facts_ms, 0);
}

static void another_process_forgets_the_facts_of_the_one_before(void **state)
{
    struct scene *scene = *state;
    struct result told = make_facts("one", MODE_STANDALONE);
    (void)judge(scene, &told);
    struct result result = make_result(STATE_UNKNOWN, REASON_AUTH, true);
    facts_init(&result.facts);
    result.facts.pid = 4711;
    result.facts.start_ticks = 99;
    (void)judge(scene, &result);
    assert_int_equal(clients_of(scene), 17); /* the same one */
    result.facts.start_ticks = 100;
    (void)judge(scene, &result);
    assert_int_equal(clients_of(scene), FACT_UNKNOWN);
    assert_int_equal(instance_of(scene)->facts.start_ticks, 100);
}

static void a_process_that_info_does_not_prove_is_not_believed_any_more(
    void **state)
{
    struct scene *scene = *state;
    struct result result = make_facts("one", MODE_STANDALONE);
    (void)judge(scene, &result);
    result.facts.pid = 0;
    result.facts.start_ticks = 0;
    (void)judge(scene, &result);
    assert_int_equal(instance_of(scene)->facts.pid, 0);
    assert_int_equal(clients_of(scene), 17);
}

static void a_cluster_met_first_is_asked_again_before_anything_is_claimed(
    void **state)
{
    struct scene *scene = *state;
    struct result result = make_facts("one", MODE_CLUSTER);
    assert_int_equal(judge(scene, &result), REGISTRY_AGAIN_DEEP);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_NONE);
    assert_int_equal(instance_of(scene)->last_success_ms, 0);
    assert_int_equal(instance_of(scene)->facts.mode, MODE_CLUSTER);
    assert_int_equal(judge(scene, &result), REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_UP);
}

static void a_cluster_known_before_a_restart_was_asked_already(void **state)
{
    struct scene *scene = *state;
    struct result result = make_facts("one", MODE_CLUSTER);
    (void)judge(scene, &result);
    strcpy(result.verdict.run_id, "other");
    assert_int_equal(judge(scene, &result), REGISTRY_OUTCOME);
    assert_int_equal(instance_of(scene)->counters.restarts, 1);
}

static void a_cluster_that_then_tells_nothing_is_claimed_all_the_same(
    void **state)
{
    struct scene *scene = *state;
    struct result result = make_facts("one", MODE_CLUSTER);
    assert_int_equal(judge(scene, &result), REGISTRY_AGAIN_DEEP);
    assert_int_equal(judge_deep(scene, STATE_DEGRADED, REASON_CLUSTERDOWN),
                     REGISTRY_OUTCOME);
}

static void who_changes_its_mode_without_end_is_asked_again_once_a_round(
    void **state)
{
    struct scene *scene = *state;
    struct result cluster = make_facts("one", MODE_CLUSTER);
    struct result alone = make_facts("one", MODE_STANDALONE);
    for (int round = 0; round < 5; round++) {
        assert_int_equal(judge(scene, &cluster), REGISTRY_AGAIN_DEEP);
        assert_int_equal(judge(scene, &alone), REGISTRY_OUTCOME);
    }
    assert_int_equal(instance_of(scene)->counters.rounds, 5);
}

static uint64_t count_of(struct scene *scene, enum step step)
{
    struct histogram wide = histogram_widen(&instance_of(scene)->stages[step]);
    return histogram_count(&wide);
}

static void each_attempt_counts_the_stages_it_reached(void **state)
{
    struct scene *scene = *state;
    struct result result = make_result(STATE_DOWN, REASON_TIMEOUT, true);
    result.stage_us[STEP_CONNECT] = 80;
    (void)judge(scene, &result);
    result.stage_us[STEP_PING] = 700;
    (void)judge(scene, &result);
    assert_int_equal(count_of(scene, STEP_CONNECT), 2);
    assert_int_equal(instance_of(scene)->stages[STEP_CONNECT].sum_us, 160);
    assert_int_equal(count_of(scene, STEP_PING), 1);
    assert_int_equal(count_of(scene, STEP_TLS), 0);
    assert_int_equal(instance_of(scene)->stage_us[STEP_PING], 700);
}

static void facts_and_histograms_are_adopted(void **state)
{
    struct scene *scene = *state;
    struct instance left = make_left();
    left.facts.mode = MODE_CLUSTER;
    left.facts.pid = 4711;
    left.facts.start_ticks = 99;
    left.facts_ms = NOW_MS - 400;
    histogram_narrow_add(&left.stages[STEP_PING], 30);
    registry_adopt(&scene->registry, 0, &left, NOW_MS);
    assert_int_equal(instance_of(scene)->facts.mode, MODE_CLUSTER);
    assert_int_equal(instance_of(scene)->facts.pid, 4711);
    assert_int_equal(instance_of(scene)->facts_ms, NOW_MS - 400);
    assert_int_equal(count_of(scene, STEP_PING), 1);
    struct result result = make_facts("one", MODE_CLUSTER);
    assert_int_equal(judge(scene, &result), REGISTRY_OUTCOME);
}

static void facts_that_cannot_be_true_are_not_adopted(void **state)
{
    struct scene *scene = *state;
    struct instance left = make_left();
    left.facts.pid = 4711;
    left.facts_ms = NOW_MS + 1;
    registry_adopt(&scene->registry, 0, &left, NOW_MS);
    assert_int_equal(instance_of(scene)->facts_ms, 0);
    assert_int_equal(instance_of(scene)->facts.pid, 0);
    assert_int_equal(clients_of(scene), FACT_UNKNOWN);
}

static void facts_learnt_at_another_address_are_forgotten(void **state)
{
    struct scene *scene = *state;
    struct instance left = make_left();
    left.facts.pid = 4711;
    left.facts_ms = NOW_MS - 400;
    registry_adopt(&scene->registry, 0, &left, NOW_MS);
    registry_forget_server(&scene->registry, 0);
    assert_int_equal(instance_of(scene)->facts_ms, 0);
    assert_int_equal(instance_of(scene)->facts.pid, 0);
}

static void what_was_said_of_another_address_is_not_claimed(void **state)
{
    struct scene *scene = *state;
    struct instance left = make_left();
    registry_adopt(&scene->registry, 0, &left, NOW_MS);
    uint64_t version = claim_of(scene)->version;
    registry_forget_server(&scene->registry, 0);
    assert_int_equal(claim_of(scene)->verdict.state, STATE_NONE);
    assert_int_equal(claim_of(scene)->version, version);
    assert_true(claim_of(scene)->lease_ms > 0);
    go_up(scene);
    assert_true(claim_of(scene)->version > version);
    assert_int_equal(instance_of(scene)->counters.restarts, 0);
}

static void loading_is_remembered_across_verdicts_that_know_nothing(
    void **state)
{
    struct scene *scene = *state;
    (void)judge_deep(scene, STATE_LOADING, REASON_LOADING);
    assert_true(instance_of(scene)->was_loading);
    (void)judge_deep(scene, STATE_UNKNOWN, REASON_AGENT);
    (void)judge_deep(scene, STATE_UNKNOWN, REASON_DNS);
    assert_true(instance_of(scene)->was_loading);
    (void)judge_deep(scene, STATE_UP, REASON_MASTER);
    assert_false(instance_of(scene)->was_loading);
}

static void address_of_the_last_probe_is_shown_adopted_and_forgotten(
    void **state)
{
    struct scene *scene = *state;
    struct instance left = make_left();
    uint32_t index = 0;
    strcpy(left.address, "10.0.0.1");
    registry_adopt(&scene->registry, 0, &left, NOW_MS);
    assert_string_equal(instance_of(scene)->address, "10.0.0.1");
    while (registry_take_dirty(&scene->registry, &index)) {
    }
    registry_note_address(&scene->registry, 0, "10.0.0.1");
    assert_false(registry_take_dirty(&scene->registry, &index));
    registry_note_address(&scene->registry, 0, "::1");
    assert_true(registry_take_dirty(&scene->registry, &index));
    assert_string_equal(instance_of(scene)->address, "::1");
    registry_forget_server(&scene->registry, 0); /* it has another addr now */
    assert_string_equal(instance_of(scene)->address, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_known_before_it_was_told),
        TEST(facts_are_kept_with_the_start_of_the_probe_that_told_them),
        TEST(facts_outlive_probes_that_tell_none),
        TEST(facts_of_a_verdict_not_yet_claimed_are_kept_too),
        TEST(a_restart_forgets_the_facts_of_the_server_before),
        TEST(a_process_proved_without_info_is_kept),
        TEST(another_process_forgets_the_facts_of_the_one_before),
        TEST(a_process_that_info_does_not_prove_is_not_believed_any_more),
        TEST(a_cluster_met_first_is_asked_again_before_anything_is_claimed),
        TEST(a_cluster_known_before_a_restart_was_asked_already),
        TEST(a_cluster_that_then_tells_nothing_is_claimed_all_the_same),
        TEST(who_changes_its_mode_without_end_is_asked_again_once_a_round),
        TEST(each_attempt_counts_the_stages_it_reached),
        TEST(facts_and_histograms_are_adopted),
        TEST(facts_that_cannot_be_true_are_not_adopted),
        TEST(facts_learnt_at_another_address_are_forgotten),
        TEST(what_was_said_of_another_address_is_not_claimed),
        TEST(loading_is_remembered_across_verdicts_that_know_nothing),
        TEST(address_of_the_last_probe_is_shown_adopted_and_forgotten),
    };
    return cmocka_run_group_tests_name("registry_facts", tests, NULL, NULL);
}
