/*
 * test_schedule.c - who is due when, and alarms that ring in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/schedule.h"
#include "engine/timers.h"

static const uint64_t intervals_ms[] = {1000, 500, 1000, 1000, 250};
#define COUNT 5u

static int make_schedule(void **state)
{
    static struct instance_settings instances[COUNT];
    static struct settings settings = {
        .interval_ms = 1000, .instances = instances, .instance_count = COUNT};
    static struct schedule schedule;
    for (uint32_t i = 0; i < COUNT; i++) {
        instances[i].interval_ms = intervals_ms[i];
    }
    *state = &schedule;
    return schedule_init(&schedule, &settings, 7000);
}

static int drop_schedule(void **state)
{
    schedule_finish(*state);
    return 0;
}

static void instances_of_one_interval_share_a_phase(void **state)
{
    const struct schedule *schedule = *state;
    assert_int_equal(schedule->phase_count, 3);
    const struct phase *phase = &schedule->phases[2];
    assert_int_equal(phase->interval_ms, 1000);
    assert_int_equal(phase->count, 3);
    assert_int_equal(schedule->members[phase->first], 0);
    assert_int_equal(schedule->members[phase->first + 1], 2);
    assert_int_equal(schedule->members[phase->first + 2], 3);
}

static void the_rounds_counted_are_of_the_configured_interval(void **state)
{
    const struct schedule *schedule = *state;
    assert_int_equal(schedule->phases[schedule->main_phase].interval_ms, 1000);
}

static void everybody_is_due_at_once_in_the_beginning(void **state)
{
    const struct schedule *schedule = *state;
    for (uint32_t i = 0; i < schedule->phase_count; i++) {
        assert_int_equal(schedule->phases[i].due_ms, 7000);
    }
}

static void a_phase_in_time_moves_on_by_one_interval(void **state)
{
    struct schedule *schedule = *state;
    schedule_advance(schedule, 2, 7000);
    assert_int_equal(schedule->phases[2].due_ms, 8000);
    schedule_advance(schedule, 2, 8003);
    assert_int_equal(schedule->phases[2].due_ms, 9000);
}

static void a_late_phase_moves_on_by_whole_intervals(void **state)
{
    struct schedule *schedule = *state;
    schedule_advance(schedule, 2, 9000);
    assert_int_equal(schedule->phases[2].due_ms, 10000);
    schedule_advance(schedule, 2, 13700);
    assert_int_equal(schedule->phases[2].due_ms, 14000);
}

static void alarms_ring_in_the_order_of_their_times(void **state)
{
    enum { OWNERS = 200 };
    struct timers timers;
    uint32_t owner = 0;
    uint64_t before_ms = 0;
    (void)state; /* none */
    assert_int_equal(timers_init(&timers, OWNERS), 0);
    for (uint32_t i = 0; i < OWNERS; i++) {
        timers_set(&timers, i, (i * 7919u) % 211u);
    }
    for (uint32_t i = 0; i < OWNERS; i += 3) {
        timers_set(&timers, i, (i * 104729u) % 197u);
    }
    for (uint32_t i = 1; i < OWNERS; i += 5) {
        timers_set(&timers, i, TIMERS_NEVER);
    }
    uint32_t rung = 0;
    for (uint64_t now_ms = 0; timers_next_ms(&timers) != TIMERS_NEVER;
         now_ms = timers_next_ms(&timers)) {
        while (timers_take_due(&timers, now_ms, &owner)) {
            assert_true(now_ms >= before_ms);
            assert_int_not_equal(owner % 5, 1);
            before_ms = now_ms;
            rung++;
        }
    }
    assert_int_equal(rung, OWNERS - OWNERS / 5);
    timers_finish(&timers);
}

static void equal_alarms_ring_in_the_order_of_their_owners(void **state)
{
    struct timers timers;
    uint32_t owner = 0;
    (void)state; /* none */
    assert_int_equal(timers_init(&timers, 9), 0);
    for (uint32_t i = 9; i > 0; i--) {
        timers_set(&timers, i - 1, 50);
    }
    for (uint32_t i = 0; i < 9; i++) {
        assert_true(timers_take_due(&timers, 50, &owner));
        assert_int_equal(owner, i);
    }
    timers_finish(&timers);
}

static void no_alarm_rings_before_its_time_or_when_cleared(void **state)
{
    struct timers timers;
    uint32_t owner = 0;
    (void)state; /* none */
    assert_int_equal(timers_init(&timers, 2), 0);
    assert_false(timers_take_due(&timers, UINT64_MAX, &owner));
    timers_set(&timers, 1, 50);
    assert_false(timers_take_due(&timers, 49, &owner));
    timers_set(&timers, 1, TIMERS_NEVER);
    assert_int_equal(timers_due_ms(&timers, 1), TIMERS_NEVER);
    assert_false(timers_take_due(&timers, 50, &owner));
    timers_finish(&timers);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_schedule, drop_schedule)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(instances_of_one_interval_share_a_phase),
        TEST(the_rounds_counted_are_of_the_configured_interval),
        TEST(everybody_is_due_at_once_in_the_beginning),
        TEST(a_phase_in_time_moves_on_by_one_interval),
        TEST(a_late_phase_moves_on_by_whole_intervals),
        cmocka_unit_test(alarms_ring_in_the_order_of_their_times),
        cmocka_unit_test(equal_alarms_ring_in_the_order_of_their_owners),
        cmocka_unit_test(no_alarm_rings_before_its_time_or_when_cleared),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
