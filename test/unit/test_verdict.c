/*
 * test_verdict.c - names and equality of verdicts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/verdict.h"

static void every_state_is_found_by_its_name(void **state)
{
    (void)state;
    for (enum state each = STATE_NONE + 1; each < STATE_COUNT; each++) {
        assert_int_equal(state_find(state_name(each)), each);
    }
    assert_int_equal(state_find("none"), STATE_NONE);
    assert_int_equal(state_find("UP"), STATE_NONE);
    assert_int_equal(state_find(""), STATE_NONE);
}

static void names_out_of_range_are_a_question_mark(void **state)
{
    (void)state;
    assert_string_equal(state_name((enum state)STATE_COUNT), "?");
    assert_string_equal(reason_name((enum reason) - 1), "?");
    assert_string_equal(ability_name((enum ability)ABILITY_COUNT), "?");
    assert_string_equal(role_name((enum role)77), "?");
    assert_string_equal(step_name((enum step)STEP_COUNT), "?");
}

static void names_are_the_contract_s(void **state)
{
    (void)state;
    assert_string_equal(state_name(STATE_UP), "up");
    assert_string_equal(reason_name(REASON_NOREPLICAS), "noreplicas");
    assert_string_equal(reason_name(REASON_OTHER), "other");
    assert_string_equal(ability_name(ABILITY_STALE), "stale");
    assert_string_equal(role_name(ROLE_REPLICA), "replica");
    assert_string_equal(step_name(STEP_CONNECT), "connect");
}

static struct verdict healthy(void)
{
    struct verdict verdict = {
        .state = STATE_UP,
        .reason = REASON_MASTER,
        .readable = ABILITY_YES,
        .writable = ABILITY_YES,
        .role = ROLE_MASTER,
        .conditions = 1u << REASON_MASTER,
        .detail = "",
        .run_id = "0123456789abcdef0123456789abcdef01234567",
        .version = "7.0.15",
    };
    return verdict;
}

static void a_difference_in_any_field_is_a_difference(void **state)
{
    (void)state;
    struct verdict one = healthy();
    struct verdict others[] = {healthy(), healthy(), healthy(), healthy(),
                               healthy(), healthy(), healthy(), healthy(),
                               healthy(), healthy()};
    others[0].state = STATE_DEGRADED;
    others[1].reason = REASON_REPLICA;
    others[2].readable = ABILITY_STALE;
    others[3].writable = ABILITY_NO;
    others[4].role = ROLE_REPLICA;
    others[5].conditions |= 1u << REASON_LAG;
    others[6].detail[0] = 'x';
    others[7].run_id[3] = 'x';
    others[8].version[0] = '8';
    others[9].master[0] = 'x';
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(verdict_equals(&one, &others[i]));
    }
}

static void bytes_behind_the_end_of_a_text_do_not_count(void **state)
{
    (void)state;
    struct verdict one = healthy();
    struct verdict other = healthy();
    other.detail[5] = 'x';
    other.version[20] = 'x';
    assert_true(verdict_equals(&one, &other));
}

static void only_a_refused_down_is_certain(void **state)
{
    (void)state;
    for (enum reason reason = 0; reason < REASON_COUNT; reason++) {
        struct verdict verdict = {.state = STATE_DOWN, .reason = reason};
        assert_int_equal(verdict_is_certain(&verdict),
                         reason == REASON_REFUSED);
        verdict.state = STATE_UNKNOWN;
        assert_false(verdict_is_certain(&verdict));
    }
}

static void our_own_fault_is_unknown_and_never_down(void **state)
{
    (void)state;
    struct verdict verdict = healthy();
    verdict_set_agent_fault(&verdict, "hung in connect");
    assert_int_equal(verdict.state, STATE_UNKNOWN);
    assert_int_equal(verdict.reason, REASON_AGENT);
    assert_int_equal(verdict.readable, ABILITY_UNKNOWN);
    assert_int_equal(verdict.writable, ABILITY_UNKNOWN);
    assert_int_equal(verdict.conditions, 1u << REASON_AGENT);
    assert_string_equal(verdict.detail, "hung in connect");
    assert_string_equal(verdict.run_id, "");
}

static void a_long_or_foreign_detail_is_cut_and_printable(void **state)
{
    (void)state;
    struct verdict verdict;
    char detail[400];
    memset(detail, '\x1b', sizeof detail - 1);
    detail[sizeof detail - 1] = '\0';
    verdict_set_agent_fault(&verdict, detail);
    assert_true(text_is_printable(verdict.detail, sizeof verdict.detail - 1));
    assert_int_equal(strlen(verdict.detail), 160);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_is_found_by_its_name),
        cmocka_unit_test(names_out_of_range_are_a_question_mark),
        cmocka_unit_test(names_are_the_contract_s),
        cmocka_unit_test(a_difference_in_any_field_is_a_difference),
        cmocka_unit_test(bytes_behind_the_end_of_a_text_do_not_count),
        cmocka_unit_test(only_a_refused_down_is_certain),
        cmocka_unit_test(our_own_fault_is_unknown_and_never_down),
        cmocka_unit_test(a_long_or_foreign_detail_is_cut_and_printable),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
