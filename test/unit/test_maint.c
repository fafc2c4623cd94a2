/*
 * test_maint.c - an operator's word over what the probes say: the claim
 * changes at once, the judging underneath does not.
 */
#include "registry_scene.h"

static struct maint make_maint(const char *reason)
{
    struct maint maint = {.is_on = true, .since_wall_ms = WALL_MS + 7};
    (void)strcpy(maint.operator_name, "ann"); /* they fit */
    (void)strcpy(maint.reason, reason);
    return maint;
}

static bool set(struct scene *scene, const struct maint *maint)
{
    enum state before = STATE_NONE;
    return registry_set_maint(&scene->registry, 0, maint,
                              WALL_MS + scene->now_ms, &before);
}

static bool drain(struct scene *scene)
{
    const struct maint maint = make_maint("disk swap");
    return set(scene, &maint);
}

static bool lift(struct scene *scene)
{
    return set(scene, &(struct maint){0});
}

static enum state said(struct scene *scene)
{
    return claim_of(scene)->verdict.state;
}

static void draining_changes_the_claim_at_once(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    uint64_t version = claim_of(scene)->version;
    assert_true(drain(scene));
    assert_int_equal(said(scene), STATE_MAINT);
    assert_int_equal(claim_of(scene)->verdict.reason, REASON_MASTER);
    assert_string_equal(claim_of(scene)->verdict.detail,
                        "drained by ann: disk swap");
    assert_int_equal(claim_of(scene)->since_wall_ms, WALL_MS + 7);
    assert_int_equal(claim_of(scene)->version, version + 1);
    assert_int_equal(instance_of(scene)->counters.changes, 1);
}

static void lifting_shows_at_once_what_the_probes_say(void **state)
{
    struct scene *scene = *state;
    struct result result = make_result(STATE_UP, REASON_MASTER, true);
    (void)strcpy(result.verdict.detail, "as it was");
    (void)judge(scene, &result);
    (void)drain(scene);
    assert_true(lift(scene));
    assert_int_equal(said(scene), STATE_UP);
    assert_string_equal(claim_of(scene)->verdict.detail, "as it was");
    assert_int_equal(claim_of(scene)->since_wall_ms, WALL_MS + scene->now_ms);
    assert_false(instance_of(scene)->maint.is_on);
}

static void a_server_that_went_down_meanwhile_is_down_when_it_is_lifted(
    void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)drain(scene);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_REFUSED),
                     REGISTRY_OUTCOME);
    assert_int_equal(said(scene), STATE_MAINT);
    assert_int_equal(claim_of(scene)->verdict.reason, REASON_REFUSED);
    assert_true(lift(scene));
    assert_int_equal(said(scene), STATE_DOWN);
}

static void fall_is_counted_underneath(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)drain(scene);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_AGAIN_SOON);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_AGAIN_SOON);
    assert_int_equal(claim_of(scene)->verdict.reason, REASON_MASTER);
    assert_int_equal(judge_deep(scene, STATE_DOWN, REASON_TIMEOUT),
                     REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->verdict.reason, REASON_TIMEOUT);
    assert_int_equal(said(scene), STATE_MAINT);
}

static void rise_is_counted_underneath(void **state)
{
    struct scene *scene = *state;
    go_down(scene);
    (void)drain(scene);
    assert_int_equal(judge_deep(scene, STATE_UP, REASON_MASTER),
                     REGISTRY_AGAIN_SOON);
    (void)lift(scene);
    assert_int_equal(said(scene), STATE_DOWN);
    (void)drain(scene);
    assert_int_equal(judge_deep(scene, STATE_UP, REASON_MASTER),
                     REGISTRY_OUTCOME);
    (void)lift(scene);
    assert_int_equal(said(scene), STATE_UP);
}

static void a_ping_earns_the_claim_of_a_drained_server_that_is_up(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)drain(scene);
    uint64_t version = claim_of(scene)->version;
    uint64_t asked_ms = scene->now_ms - 10;
    assert_false(registry_wants_deep(&scene->registry, 0, scene->now_ms));
    assert_int_equal(judge_shallow(scene, STATE_UP), REGISTRY_OUTCOME);
    assert_int_equal(claim_of(scene)->earned_ms, asked_ms);
    assert_int_equal(claim_of(scene)->version, version);
    assert_int_equal(said(scene), STATE_MAINT);
    assert_int_equal(instance_of(scene)->last.state, STATE_UP);
    assert_int_equal(instance_of(scene)->outcomes[1], STATE_UP);
}

static void a_drained_server_that_is_not_up_is_asked_everything(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)drain(scene);
    (void)judge_deep(scene, STATE_DEGRADED, REASON_OOM);
    assert_true(registry_wants_deep(&scene->registry, 0, scene->now_ms));
    assert_int_equal(judge_shallow(scene, STATE_UP), REGISTRY_AGAIN_DEEP);
}

static void what_changes_only_underneath_is_no_new_claim(void **state)
{
    struct scene *scene = *state;
    struct result result = make_result(STATE_UP, REASON_MASTER, true);
    (void)judge(scene, &result);
    (void)drain(scene);
    uint64_t version = claim_of(scene)->version;
    (void)strcpy(result.verdict.detail, "another");
    (void)judge(scene, &result);
    assert_false(scene->judgement.is_changed);
    assert_int_equal(claim_of(scene)->version, version);
    (void)lift(scene);
    assert_string_equal(claim_of(scene)->verdict.detail, "another");
}

static void one_that_was_never_judged_is_drained_by_its_first_verdict(
    void **state)
{
    struct scene *scene = *state;
    assert_false(drain(scene));
    assert_int_equal(said(scene), STATE_NONE);
    go_up(scene);
    assert_int_equal(said(scene), STATE_MAINT);
    assert_int_equal(claim_of(scene)->since_wall_ms, WALL_MS + 7);
    assert_false(claim_of(scene)->since_is_first);
}

static void one_that_was_never_judged_can_be_lifted(void **state)
{
    struct scene *scene = *state;
    (void)drain(scene);
    assert_false(lift(scene));
    go_up(scene);
    assert_int_equal(said(scene), STATE_UP);
}

static void another_reason_keeps_the_time(void **state)
{
    struct scene *scene = *state;
    struct maint other = make_maint("kernel");
    other.since_wall_ms = WALL_MS + 9;
    go_up(scene);
    (void)drain(scene);
    assert_true(set(scene, &other));
    assert_string_equal(claim_of(scene)->verdict.detail,
                        "drained by ann: kernel");
    assert_int_equal(claim_of(scene)->since_wall_ms, WALL_MS + 7);
    assert_int_equal(instance_of(scene)->counters.changes, 1);
}

static void draining_again_in_the_same_words_changes_nothing(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)drain(scene);
    assert_false(drain(scene));
    (void)lift(scene);
    assert_false(lift(scene));
}

static void a_successor_keeps_it_and_what_is_underneath(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)drain(scene);
    struct instance left = *instance_of(scene);
    registry_finish(&scene->registry);
    assert_int_equal(
        registry_init(&scene->registry, &scene->settings, scene->now_ms), 0);
    registry_adopt(&scene->registry, 0, &left, scene->now_ms);
    assert_int_equal(said(scene), STATE_MAINT);
    assert_false(drain(scene)); /* as the file says: nothing new */
    assert_int_equal(claim_of(scene)->version, left.claim.version);
    assert_true(lift(scene));
    assert_int_equal(said(scene), STATE_UP);
}

static void a_board_that_contradicts_itself_is_not_believed(void **state)
{
    struct scene *scene = *state;
    struct instance left = make_left();
    left.claim.verdict.state = STATE_MAINT;
    registry_adopt(&scene->registry, 0, &left, scene->now_ms);
    assert_int_equal(said(scene), STATE_NONE);
    left = make_left();
    left.maint = make_maint("x");
    registry_adopt(&scene->registry, 0, &left, scene->now_ms);
    assert_int_equal(said(scene), STATE_NONE);
    left.claim.verdict.state = STATE_MAINT;
    left.maint.probed_state = STATE_MAINT;
    registry_adopt(&scene->registry, 0, &left, scene->now_ms);
    assert_int_equal(said(scene), STATE_NONE);
}

static void another_server_of_the_same_name_stays_drained(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)drain(scene);
    registry_forget_server(&scene->registry, 0);
    assert_int_equal(said(scene), STATE_NONE);
    go_up(scene);
    assert_int_equal(said(scene), STATE_MAINT);
}

static void the_longest_words_fit(void **state)
{
    struct scene *scene = *state;
    struct maint maint = {.is_on = true, .since_wall_ms = WALL_MS};
    memset(maint.operator_name, 'o', sizeof maint.operator_name - 1);
    memset(maint.reason, 'r', sizeof maint.reason - 1);
    go_up(scene);
    (void)set(scene, &maint);
    assert_int_equal(strlen(claim_of(scene)->verdict.detail),
                     strlen("drained by : ") + 32 + 100);
}

static void words_that_nobody_gave_are_left_out(void **state)
{
    struct scene *scene = *state;
    go_up(scene);
    (void)set(scene, &(struct maint){.is_on = true, .since_wall_ms = 1});
    assert_string_equal(claim_of(scene)->verdict.detail, "drained");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(draining_changes_the_claim_at_once),
        TEST(lifting_shows_at_once_what_the_probes_say),
        TEST(a_server_that_went_down_meanwhile_is_down_when_it_is_lifted),
        TEST(fall_is_counted_underneath),
        TEST(rise_is_counted_underneath),
        TEST(a_ping_earns_the_claim_of_a_drained_server_that_is_up),
        TEST(a_drained_server_that_is_not_up_is_asked_everything),
        TEST(what_changes_only_underneath_is_no_new_claim),
        TEST(one_that_was_never_judged_is_drained_by_its_first_verdict),
        TEST(one_that_was_never_judged_can_be_lifted),
        TEST(another_reason_keeps_the_time),
        TEST(draining_again_in_the_same_words_changes_nothing),
        TEST(a_successor_keeps_it_and_what_is_underneath),
        TEST(a_board_that_contradicts_itself_is_not_believed),
        TEST(another_server_of_the_same_name_stays_drained),
        TEST(the_longest_words_fit),
        TEST(words_that_nobody_gave_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
