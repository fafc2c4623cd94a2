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

static struct damper_said say(const struct verdict *verdict)
{
    struct damper_said said;
    damper_note(&said, verdict);
    return said;
}

static const struct verdict master = {.state = STATE_UP,
                                      .readable = ABILITY_YES,
                                      .writable = ABILITY_YES,
                                      .role = ROLE_MASTER};

static void better_news_and_other_words_can_wait(void **state)
{
    (void)state;
    const struct verdict down = {
        .state = STATE_DOWN, .readable = ABILITY_NO, .writable = ABILITY_NO};
    const struct damper_said was_down = say(&down);
    const struct damper_said was_master = say(&master);
    struct verdict told = master;
    told.detail[0] = '!';
    assert_true(damper_can_wait(&was_down, &master));
    assert_true(damper_can_wait(&was_down, &down));
    assert_true(damper_can_wait(&was_master, &told));
    assert_false(damper_can_wait(&was_master, &down));
}

static void a_master_that_became_a_replica_is_told_at_once(void **state)
{
    (void)state;
    struct verdict replica = master;
    replica.role = ROLE_REPLICA;
    replica.writable = ABILITY_NO;
    struct verdict unassessed = master; /* without a write check */
    unassessed.writable = ABILITY_UNKNOWN;
    const struct damper_said was_master = say(&master);
    const struct damper_said was_unassessed = say(&unassessed);
    assert_false(damper_can_wait(&was_master, &replica));
    assert_false(damper_can_wait(&was_unassessed, &replica));
    assert_true(damper_can_wait(&was_unassessed, &master));
}

static void a_state_that_stays_and_allows_less_is_told_at_once(void **state)
{
    (void)state;
    struct verdict lag = {.state = STATE_DEGRADED,
                          .readable = ABILITY_YES,
                          .writable = ABILITY_NO,
                          .role = ROLE_REPLICA};
    struct verdict stale = lag;
    struct verdict none = lag;
    stale.readable = ABILITY_STALE;
    none.readable = ABILITY_NO;
    const struct damper_said was_lag = say(&lag);
    const struct damper_said was_stale = say(&stale);
    assert_false(damper_can_wait(&was_lag, &stale));
    assert_false(damper_can_wait(&was_lag, &none));
    assert_false(damper_can_wait(&was_stale, &none));
    assert_true(damper_can_wait(&was_stale, &lag));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_writes_are_free),
        cmocka_unit_test(each_pause_forgives_one_write),
        cmocka_unit_test(bad_news_past_the_bound_does_not_add_to_the_wait),
        cmocka_unit_test(after_a_long_calm_all_is_free_again),
        cmocka_unit_test(better_news_and_other_words_can_wait),
        cmocka_unit_test(a_master_that_became_a_replica_is_told_at_once),
        cmocka_unit_test(a_state_that_stays_and_allows_less_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
