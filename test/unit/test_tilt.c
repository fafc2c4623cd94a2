/*
 * test_tilt.c - when we stood still, and for how long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/tilt.h"

#define NOW 1000000u

static void being_called_late_is_standing_still(void **state)
{
    (void)state;
    struct tilt tilt = {.heard_ms = NOW};
    assert_int_equal(tilt_on_event(&tilt, NOW + 100, NOW + 1100), 1000);
    assert_int_equal(tilt.count, 1);
    assert_int_equal(tilt.last_ms, NOW + 1100);
    assert_int_equal(tilt.lost_ms, 1000);
}

static void a_little_lateness_is_none(void **state)
{
    (void)state;
    struct tilt tilt = {.heard_ms = NOW};
    assert_int_equal(tilt_on_event(&tilt, NOW, NOW + TILT_LATE_MS), 0);
    assert_int_equal(tilt.count, 0);
    assert_int_equal(tilt.last_ms, 0);
}

static void sleeping_with_no_alarm_due_is_no_standing_still(void **state)
{
    (void)state;
    struct tilt tilt = {.heard_ms = NOW};
    assert_int_equal(tilt_on_event(&tilt, NOW + 10000, NOW + 9000), 0);
    assert_int_equal(tilt_on_event(&tilt, UINT64_MAX, NOW + 99000), 0);
    assert_int_equal(tilt.count, 0);
}

static void one_standing_still_is_counted_once(void **state)
{
    (void)state;
    struct tilt tilt = {.heard_ms = NOW};
    /* Several events of one turn, the old alarm not yet taken. */
    assert_int_equal(tilt_on_event(&tilt, NOW + 10, NOW + 2010), 2000);
    assert_int_equal(tilt_on_event(&tilt, NOW + 10, NOW + 2010), 0);
    assert_int_equal(tilt_on_event(&tilt, NOW + 10, NOW + 2020), 0);
    assert_int_equal(tilt.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(being_called_late_is_standing_still),
        cmocka_unit_test(a_little_lateness_is_none),
        cmocka_unit_test(sleeping_with_no_alarm_due_is_no_standing_still),
        cmocka_unit_test(one_standing_still_is_counted_once),
    };
    return cmocka_run_group_tests_name("tilt", tests, NULL, NULL);
}
