/*
 * test_flight.c - which commands fly, in which order, as which bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "prober/flight.h"

#define PING "*1\r\n$4\r\nPING\r\n"
#define ROLE "*1\r\n$4\r\nROLE\r\n"
#define INFO "*1\r\n$4\r\nINFO\r\n"
#define CANARY                                          \
    "*4\r\n$8\r\nSETRANGE\r\n$21\r\n" FLIGHT_CANARY_KEY \
    "\r\n$1\r\n0\r\n$0\r\n\r\n"

static void check(bool is_deep, bool canary, unsigned count, const char *bytes)
{
    struct flight flight;
    assert_int_equal(flight_init(&flight, is_deep, canary), 0);
    assert_int_equal(flight.count, count);
    assert_int_equal(flight.length, strlen(bytes));
    assert_memory_equal(flight.bytes, bytes, flight.length);
}

static void shallow_flight_is_ping_alone(void **state)
{
    (void)state;
    check(false, false, 1, PING);
}

static void canary_flies_on_deep_rounds_only(void **state)
{
    (void)state;
    check(false, true, 1, PING);
    check(true, false, 3, PING ROLE INFO);
}

static void canary_is_the_last_and_writes_nothing(void **state)
{
    (void)state;
    check(true, true, 4, PING ROLE INFO CANARY);
    struct flight flight;
    assert_int_equal(flight_init(&flight, true, true), 0);
    assert_int_equal(flight.commands[flight.count - 1], COMMAND_CANARY);
}

static void every_command_has_a_name_for_people(void **state)
{
    (void)state;
    for (enum command i = COMMAND_PING; i < COMMAND_COUNT; i++) {
        assert_string_not_equal(flight_command_name(i), "?");
    }
    assert_string_equal(flight_command_name(COMMAND_COUNT), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shallow_flight_is_ping_alone),
        cmocka_unit_test(canary_flies_on_deep_rounds_only),
        cmocka_unit_test(canary_is_the_last_and_writes_nothing),
        cmocka_unit_test(every_command_has_a_name_for_people),
    };
    return cmocka_run_group_tests_name("flight", tests, NULL, NULL);
}
