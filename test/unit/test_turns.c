/*
 * test_turns.c - what counts as time our own loop lost, with a clock told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prober/turns.h"

static void short_turns_lose_nothing(void **state)
{
    (void)state;
    struct turns turns = {.stalled_ms = 0};
    for (uint64_t now_ms = 1000; now_ms < 2000; now_ms += 100) {
        turns_on_sleep(&turns, now_ms, 96);
        turns_on_wake(&turns, now_ms + 96);
        assert_int_equal(turns_lag(&turns, now_ms + 96), 0);
    }
    assert_int_equal(turns_stalled(&turns, 2000), 0);
}

static void long_turn_is_lost_from_its_beginning(void **state)
{
    (void)state;
    struct turns turns = {.stalled_ms = 0};
    turns_on_sleep(&turns, 1000, 500);
    turns_on_wake(&turns, 1200);
    assert_int_equal(turns_stalled(&turns, 1204), 0);
    assert_int_equal(turns_stalled(&turns, 1300), 100);
    turns_on_sleep(&turns, 1340, 500);
    assert_int_equal(turns_stalled(&turns, 1340), 140);
}

static void sleep_that_overran_is_lost(void **state)
{
    (void)state;
    struct turns turns = {.stalled_ms = 0};
    turns_on_sleep(&turns, 1000, 500);
    turns_on_wake(&turns, 1502);
    assert_int_equal(turns_stalled(&turns, 1502), 0);
    turns_on_sleep(&turns, 1502, 98);
    turns_on_wake(&turns, 1900);
    assert_int_equal(turns_stalled(&turns, 1900), 300);
    turns_on_sleep(&turns, 1900, -1);
    turns_on_wake(&turns, 5000);
    turns_on_sleep(&turns, 5000, 0);
    turns_on_wake(&turns, 9000);
    assert_int_equal(turns_stalled(&turns, 9000), 300);
}

static void order_may_have_lain_for_the_last_turn(void **state)
{
    (void)state;
    struct turns turns = {.stalled_ms = 0};
    turns_on_sleep(&turns, 1000, 500);
    turns_on_wake(&turns, 1200);
    turns_on_sleep(&turns, 1340, 500);
    assert_int_equal(turns_lag(&turns, 1340), 140);
    assert_int_equal(turns_lag(&turns, 1341), 140);
    assert_int_equal(turns_lag(&turns, 1400), 0); /* sent while it slept */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_turns_lose_nothing),
        cmocka_unit_test(long_turn_is_lost_from_its_beginning),
        cmocka_unit_test(sleep_that_overran_is_lost),
        cmocka_unit_test(order_may_have_lain_for_the_last_turn),
    };
    return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
