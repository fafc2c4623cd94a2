/*
 * test_lease.c - what may be said of an instance, by claim, node and moment.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "publisher/lease.h"

#define NOW_MS 100000u
#define WALL_MS 1700000000000u
#define LEASE_MS 5000u
#define FIRST_BY_MS 103000u

struct stage {
    struct lease lease;
    struct claim claim;
    struct payload_found found;
    struct statement said;
};

static struct stage make_stage(enum state state)
{
    struct stage stage = {0};
    lease_init(&stage.lease, FIRST_BY_MS);
    stage.claim.verdict.state = state;
    stage.claim.version = state == STATE_NONE ? 0 : 3;
    stage.claim.since_wall_ms = WALL_MS - 1000;
    stage.claim.earned_ms = NOW_MS;
    stage.claim.lease_ms = LEASE_MS;
    return stage;
}

/* Judges `later_ms` after NOW_MS. */
static const struct statement *judge(struct stage *stage, uint64_t later_ms)
{
    lease_judge(&stage->lease, &stage->claim, &stage->found, NOW_MS + later_ms,
                WALL_MS + later_ms, &stage->said);
    return &stage->said;
}

static void a_claim_within_its_lease_is_said_as_it_is(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_UP);
    const struct statement *said = judge(&stage, LEASE_MS - 1);
    assert_false(said->is_keep);
    assert_int_equal(said->verdict.state, STATE_UP);
    assert_int_equal(said->claim_version, 3);
    assert_int_equal(said->since_wall_ms, WALL_MS - 1000);
    assert_int_equal(stage.lease.next_ms, NOW_MS + LEASE_MS);
    assert_false(stage.lease.is_expired);
}

static void a_claim_past_its_lease_is_unknown_since_its_end(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_UP);
    const struct statement *said = judge(&stage, LEASE_MS + 70);
    assert_int_equal(said->verdict.state, STATE_UNKNOWN);
    assert_int_equal(said->verdict.reason, REASON_AGENT);
    assert_int_equal(said->verdict.readable, ABILITY_UNKNOWN);
    assert_int_equal(said->verdict.writable, ABILITY_UNKNOWN);
    assert_string_equal(said->verdict.detail, LEASE_DETAIL_EXPIRED);
    assert_int_equal(said->claim_version, 0);
    assert_int_equal(said->since_wall_ms, WALL_MS + LEASE_MS);
    assert_true(stage.lease.is_expired);
    assert_int_equal(stage.lease.next_ms, UINT64_MAX);
}

static void the_last_millisecond_is_past(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_DOWN);
    assert_int_equal(judge(&stage, LEASE_MS)->verdict.state, STATE_UNKNOWN);
}

static void since_stays_still_while_a_lease_stays_run_out(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_UP);
    (void)judge(&stage, LEASE_MS + 10);
    /* Another moment, and a wall clock that stepped a year. */
    lease_judge(&stage.lease, &stage.claim, &stage.found, NOW_MS + 9000,
                WALL_MS + 31536000000u, &stage.said);
    assert_int_equal(stage.said.since_wall_ms, WALL_MS + LEASE_MS);
}

static void a_node_that_says_it_already_keeps_its_since(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_UP);
    stage.found = (struct payload_found){.is_ours = true,
                                         .state = STATE_UNKNOWN,
                                         .is_expired = true,
                                         .since_wall_ms = WALL_MS - 777};
    assert_int_equal(judge(&stage, LEASE_MS + 10)->since_wall_ms,
                     WALL_MS - 777);
    stage.found.since_wall_ms = WALL_MS + 999999; /* not plausible */
    stage.lease.is_expired = false;
    assert_int_equal(judge(&stage, LEASE_MS + 10)->since_wall_ms,
                     WALL_MS + LEASE_MS);
}

static void a_claim_earned_again_is_said_again(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_UP);
    (void)judge(&stage, LEASE_MS + 10);
    stage.claim.earned_ms = NOW_MS + LEASE_MS + 10;
    const struct statement *said = judge(&stage, LEASE_MS + 20);
    assert_int_equal(said->verdict.state, STATE_UP);
    assert_false(stage.lease.is_expired);
    said = judge(&stage, 3 * LEASE_MS);
    assert_int_equal(said->since_wall_ms, WALL_MS + 2 * LEASE_MS + 10);
}

static void unknown_needs_no_lease(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_UNKNOWN);
    const struct statement *said = judge(&stage, 100 * LEASE_MS);
    assert_int_equal(said->claim_version, 3);
    assert_false(stage.lease.is_expired);
    assert_int_equal(stage.lease.next_ms, UINT64_MAX);
}

static void before_the_first_verdict_a_node_found_is_kept(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_NONE);
    stage.found = (struct payload_found){
        .is_ours = true, .state = STATE_UP, .since_wall_ms = WALL_MS - 9};
    assert_true(judge(&stage, 0)->is_keep);
    assert_int_equal(stage.lease.next_ms, FIRST_BY_MS);
}

static void without_a_verdict_in_time_a_node_found_turns_unknown(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_NONE);
    stage.found = (struct payload_found){
        .is_ours = true, .state = STATE_UP, .since_wall_ms = WALL_MS - 9};
    const struct statement *said = judge(&stage, FIRST_BY_MS - NOW_MS);
    assert_false(said->is_keep);
    assert_int_equal(said->verdict.state, STATE_UNKNOWN);
    assert_string_equal(said->verdict.detail, LEASE_DETAIL_NO_VERDICT);
    assert_int_equal(said->since_wall_ms, WALL_MS + FIRST_BY_MS - NOW_MS);
}

static void without_a_verdict_and_a_node_nothing_is_said(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_NONE);
    assert_true(judge(&stage, FIRST_BY_MS)->is_keep);
    assert_int_equal(stage.lease.next_ms, UINT64_MAX);
}

static void a_first_claim_keeps_the_older_since_of_the_same_state(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_UP);
    stage.claim.since_is_first = true;
    stage.found = (struct payload_found){
        .is_ours = true, .state = STATE_UP, .since_wall_ms = WALL_MS - 5000};
    assert_int_equal(judge(&stage, 1)->since_wall_ms, WALL_MS - 5000);
    /* Also when the node is gone for a moment. */
    stage.found = (struct payload_found){0};
    assert_int_equal(judge(&stage, 2)->since_wall_ms, WALL_MS - 5000);
}

static void a_since_that_cannot_be_right_is_not_kept(void **state)
{
    (void)state;
    const uint64_t bad[] = {0, 12345, WALL_MS, UINT64_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct stage stage = make_stage(STATE_UP);
        stage.claim.since_is_first = true;
        stage.found = (struct payload_found){
            .is_ours = true, .state = STATE_UP, .since_wall_ms = bad[i]};
        assert_int_equal(judge(&stage, 1)->since_wall_ms, WALL_MS - 1000);
    }
}

static void another_state_found_leaves_since_alone(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_UP);
    stage.claim.since_is_first = true;
    stage.found = (struct payload_found){
        .is_ours = true, .state = STATE_DOWN, .since_wall_ms = WALL_MS - 5000};
    assert_int_equal(judge(&stage, 1)->since_wall_ms, WALL_MS - 1000);
}

static void a_claim_that_changed_keeps_its_own_since(void **state)
{
    (void)state;
    struct stage stage = make_stage(STATE_UP);
    stage.found = (struct payload_found){
        .is_ours = true, .state = STATE_UP, .since_wall_ms = WALL_MS - 5000};
    assert_int_equal(judge(&stage, 1)->since_wall_ms, WALL_MS - 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claim_within_its_lease_is_said_as_it_is),
        cmocka_unit_test(a_claim_past_its_lease_is_unknown_since_its_end),
        cmocka_unit_test(the_last_millisecond_is_past),
        cmocka_unit_test(since_stays_still_while_a_lease_stays_run_out),
        cmocka_unit_test(a_node_that_says_it_already_keeps_its_since),
        cmocka_unit_test(a_claim_earned_again_is_said_again),
        cmocka_unit_test(unknown_needs_no_lease),
        cmocka_unit_test(before_the_first_verdict_a_node_found_is_kept),
        cmocka_unit_test(without_a_verdict_in_time_a_node_found_turns_unknown),
        cmocka_unit_test(without_a_verdict_and_a_node_nothing_is_said),
        cmocka_unit_test(a_first_claim_keeps_the_older_since_of_the_same_state),
        cmocka_unit_test(a_since_that_cannot_be_right_is_not_kept),
        cmocka_unit_test(another_state_found_leaves_since_alone),
        cmocka_unit_test(a_claim_that_changed_keeps_its_own_since),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
