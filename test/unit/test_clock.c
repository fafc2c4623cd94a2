/*
 * test_clock.c - intervals, deadlines and leases are measured by a clock that
 * nobody can set. This program is its own C library as to the time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "base/clock.h"

#define YEAR_S (365L * 24 * 3600)

static time_t wall_s;
static time_t monotonic_s;

/* The C library's own names of its arguments are reserved. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t clock, struct timespec *time)
{
    bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    *time = (struct timespec){.tv_sec = is_wall ? wall_s : monotonic_s};
    return 0;
}

static void set_clocks(time_t wall, time_t monotonic)
{
    wall_s = wall;
    monotonic_s = monotonic;
}

static void a_step_of_the_wall_clock_moves_no_timer(void **state)
{
    (void)state;
    static const time_t steps[] = {0, YEAR_S, -YEAR_S};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        set_clocks(2 * YEAR_S, 1000);
        uint64_t before_ms = clock_monotonic_ms();
        uint64_t before_us = clock_monotonic_us();
        set_clocks(2 * YEAR_S + steps[i], 1001);
        assert_int_equal(clock_monotonic_ms() - before_ms, 1000);
        assert_int_equal(clock_monotonic_us() - before_us, 1000000);
    }
}

static void what_people_are_told_follows_the_wall_clock(void **state)
{
    (void)state;
    set_clocks(2 * YEAR_S, 1000);
    uint64_t before_ms = clock_wall_ms();
    set_clocks(3 * YEAR_S, 1000);
    assert_true(clock_wall_ms() - before_ms == YEAR_S * 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_of_the_wall_clock_moves_no_timer),
        cmocka_unit_test(what_people_are_told_follows_the_wall_clock),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
