/*
 * test_flight.c - which commands fly, in which order, as which bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/settings.h"
#include "prober/flight.h"
#include "base/secret.h"

#define PING "*1\r\n$4\r\nPING\r\n"
#define ROLE "*1\r\n$4\r\nROLE\r\n"
#define INFO "*1\r\n$4\r\nINFO\r\n"
#define CANARY                                          \
    "*4\r\n$8\r\nSETRANGE\r\n$21\r\n" FLIGHT_CANARY_KEY \
    "\r\n$1\r\n0\r\n$0\r\n\r\n"

#define CLUSTER "*2\r\n$7\r\nCLUSTER\r\n$4\r\nINFO\r\n"

static void check(unsigned parts, unsigned count, const char *bytes)
{
    struct flight flight;
    assert_int_equal(flight_init(&flight, parts), 0);
    assert_int_equal(flight.count, count);
    assert_int_equal(flight.length, strlen(bytes));
    assert_memory_equal(flight.bytes, bytes, flight.length);
}

static void shallow_flight_is_ping_alone(void **state)
{
    (void)state;
    check(0, 1, PING);
}

static void canary_and_cluster_fly_on_deep_rounds_only(void **state)
{
    (void)state;
    check(FLIGHT_CANARY | FLIGHT_CLUSTER, 1, PING);
    check(FLIGHT_DEEP, 3, PING ROLE INFO);
    check(FLIGHT_DEEP | FLIGHT_CLUSTER, 4, PING ROLE INFO CLUSTER);
}

static void canary_is_the_last_and_writes_nothing(void **state)
{
    (void)state;
    check(FLIGHT_DEEP | FLIGHT_CANARY, 4, PING ROLE INFO CANARY);
    check(FLIGHT_DEEP | FLIGHT_CLUSTER | FLIGHT_CANARY, 5,
          PING ROLE INFO CLUSTER CANARY);
    struct flight flight;
    for (unsigned parts = 0; parts < FLIGHT_KINDS; parts++) {
        assert_int_equal(
            flight_init(&flight, parts | FLIGHT_DEEP | FLIGHT_CANARY), 0);
        assert_int_equal(flight.commands[flight.count - 1], COMMAND_CANARY);
    }
}

static void auth_is_the_first_and_its_bytes_stand_nowhere(void **state)
{
    (void)state;
    struct flight flights[FLIGHT_KINDS];
    assert_int_equal(flight_init_all(flights), 0);
    for (unsigned parts = 0; parts < FLIGHT_KINDS; parts++) {
        const struct flight *with = &flights[parts | FLIGHT_AUTH];
        const struct flight *without = &flights[parts & ~(unsigned)FLIGHT_AUTH];
        assert_int_equal(with->commands[0], COMMAND_AUTH);
        assert_int_equal(with->commands[1], COMMAND_PING);
        assert_int_equal(without->commands[0], COMMAND_PING);
        assert_int_equal(with->count, without->count + 1);
        assert_int_equal(with->length, without->length);
        assert_memory_equal(with->bytes, without->bytes, with->length);
    }
}

static void check_auth(const char *user, const char *bytes)
{
    uint8_t room[FLIGHT_AUTH_BYTES_MOST];
    size_t length = 0;
    assert_int_equal(
        flight_format_auth(user, "pass word", room, sizeof(room), &length), 0);
    assert_int_equal(length, strlen(bytes));
    assert_memory_equal(room, bytes, length);
}

static void auth_names_a_user_only_when_there_is_one(void **state)
{
    (void)state;
    check_auth("", "*2\r\n$4\r\nAUTH\r\n$9\r\npass word\r\n");
    check_auth("probe",
               "*3\r\n$4\r\nAUTH\r\n$5\r\nprobe\r\n$9\r\npass word\r\n");
}

static void longest_user_and_password_have_room(void **state)
{
    (void)state;
    char user[SETTINGS_USER_BYTES];
    char password[SECRET_BYTES_MOST + 1];
    uint8_t room[FLIGHT_AUTH_BYTES_MOST];
    size_t length = 0;
    memset(user, 'u', sizeof(user) - 1);
    user[sizeof(user) - 1] = '\0';
    memset(password, 'p', SECRET_BYTES_MOST);
    password[SECRET_BYTES_MOST] = '\0';
    assert_int_equal(
        flight_format_auth(user, password, room, sizeof(room), &length), 0);
    assert_int_equal(flight_format_auth(user, password, room, 600, &length),
                     -ENOBUFS);
}

static void every_command_has_a_name_for_people(void **state)
{
    (void)state;
    for (enum command i = COMMAND_AUTH; i < COMMAND_COUNT; i++) {
        assert_string_not_equal(flight_command_name(i), "?");
    }
    assert_string_equal(flight_command_name(COMMAND_COUNT), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shallow_flight_is_ping_alone),
        cmocka_unit_test(canary_and_cluster_fly_on_deep_rounds_only),
        cmocka_unit_test(canary_is_the_last_and_writes_nothing),
        cmocka_unit_test(auth_is_the_first_and_its_bytes_stand_nowhere),
        cmocka_unit_test(auth_names_a_user_only_when_there_is_one),
        cmocka_unit_test(longest_user_and_password_have_room),
        cmocka_unit_test(every_command_has_a_name_for_people),
    };
    return cmocka_run_group_tests_name("flight", tests, NULL, NULL);
}
