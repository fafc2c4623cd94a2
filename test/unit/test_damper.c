/*
 * test_damper.c - good news waits once it comes too often, and never for ever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "publisher/damper.h"

#define NOW_MS 100000u

static void the_first_writes_are_free(void **state)
{
    (void)state;
    struct damper damper = {0};
    for (int i = 0; i < DAMPER_WRITES; i++) {
        assert_int_equal(damper_free_ms(&damper, NOW_MS), NOW_MS);
        damper_spend(&damper, NOW_MS);
    }
    assert_int_equal(damper_free_ms(&damper, NOW_MS), NOW_MS + DAMPER_AGAIN_MS);
}

static void each_pause_forgives_one_write(void **state)
{
    (void)state;
    struct damper damper = {0};
    for (int i = 0; i < DAMPER_WRITES; i++) {
        damper_spend(&damper, NOW_MS);
    }
    uint64_t later_ms = NOW_MS + DAMPER_AGAIN_MS;
    assert_int_equal(damper_free_ms(&damper, later_ms - 1), later_ms);
    assert_int_equal(damper_free_ms(&damper, later_ms), later_ms);
    damper_spend(&damper, later_ms);
    assert_int_equal(damper_free_ms(&damper, later_ms),
                     later_ms + DAMPER_AGAIN_MS);
}

static void bad_news_past_the_bound_does_not_add_to_the_wait(void **state)
{
    (void)state;
    struct damper damper = {0};
    for (int i = 0; i < 10 * DAMPER_WRITES; i++) {
        damper_spend(&damper, NOW_MS);
    }
    assert_int_equal(damper_free_ms(&damper, NOW_MS), NOW_MS + DAMPER_AGAIN_MS);
}

static void after_a_long_calm_all_is_free_again(void **state)
{
    (void)state;
    struct damper damper = {0};
    uint64_t later_ms = NOW_MS + 1000u * DAMPER_AGAIN_MS;
    for (int i = 0; i < DAMPER_WRITES; i++) {
        damper_spend(&damper, NOW_MS);
    }
    for (int i = 0; i < DAMPER_WRITES; i++) {
        assert_int_equal(damper_free_ms(&damper, later_ms), later_ms);
        damper_spend(&damper, later_ms);
    }
    assert_int_equal(damper_free_ms(&damper, later_ms),
                     later_ms + DAMPER_AGAIN_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_writes_are_free),
        cmocka_unit_test(each_pause_forgives_one_write),
        cmocka_unit_test(bad_news_past_the_bound_does_not_add_to_the_wait),
        cmocka_unit_test(after_a_long_calm_all_is_free_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
