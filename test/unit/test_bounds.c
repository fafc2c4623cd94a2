/*
 * test_bounds.c - the promises' arithmetic against numbers worked out by hand
 * from README.md's formulas.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/bounds.h"

static const struct bounds_input defaults = {
    .interval_ms = 10000,
    .timeout_ms = 1000,
    .fall = 2,
    .session_ms = 12000,
    .tick_ms = 2000,
};

static void the_defaults_give_the_contract_s_twenty_seconds(void **state)
{
    (void)state;
    struct bounds bounds;
    bounds_compute(&defaults, &bounds);
    /* I + j + 2(T+g) + (N-1)(q+T) + R + p */
    assert_int_equal(bounds.staleness_ms,
                     10000 + 500 + 3000 + 1500 + 4000 + 1000);
    assert_int_equal(bounds.convergence_ms, 10000 + 500 + 1000 + 1000);
    assert_int_equal(bounds.isolation_ms, 1000 + 500 + 200);
    assert_int_equal(bounds.end_ms, 14000);
}

static void the_lease_ends_one_publish_allowance_before_b(void **state)
{
    (void)state;
    for (uint32_t fall = 1; fall <= 100; fall++) {
        struct bounds_input input = defaults;
        struct bounds bounds;
        input.fall = fall;
        bounds_compute(&input, &bounds);
        assert_int_equal(bounds_lease_ms(10000, 1000, fall) + 1000,
                         bounds.staleness_ms);
    }
}

static void the_first_bad_result_decides_when_fall_is_one(void **state)
{
    (void)state;
    assert_int_equal(bounds_task_ms(1000), 3000);
    assert_int_equal(bounds_outcome_ms(1000, 1), bounds_task_ms(1000));
    assert_int_equal(bounds_outcome_ms(1000, 3), 3000 + 2 * 1500);
}

static void no_session_has_no_end(void **state)
{
    (void)state;
    struct bounds_input input = defaults;
    struct bounds bounds;
    input.session_ms = 0;
    bounds_compute(&input, &bounds);
    assert_int_equal(bounds.end_ms, 0);
}

static void the_widest_settings_do_not_wrap_around(void **state)
{
    (void)state;
    const struct bounds_input widest = {3600000, 60000, 100, 120000, 20000};
    struct bounds bounds;
    bounds_compute(&widest, &bounds);
    assert_int_equal(bounds.staleness_ms,
                     3600000 + 500 + 121000 + 99 * 60500 + 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_give_the_contract_s_twenty_seconds),
        cmocka_unit_test(the_lease_ends_one_publish_allowance_before_b),
        cmocka_unit_test(the_first_bad_result_decides_when_fall_is_one),
        cmocka_unit_test(no_session_has_no_end),
        cmocka_unit_test(the_widest_settings_do_not_wrap_around),
    };
    return cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
