/*
 * test_parse.c - strict numbers and durations: the whole text or nothing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/parse.h"

#define UNTOUCHED 4711

static void check_number(const char *text, int status, uint64_t expected)
{
    uint64_t value = UNTOUCHED;
    assert_int_equal(parse_u64(text, 0, UINT64_MAX, &value), status);
    assert_int_equal(value, status == 0 ? expected : UNTOUCHED);
}

static void numbers_are_decimal_digits_and_nothing_else(void **state)
{
    (void)state;
    check_number("0", 0, 0);
    check_number("65535", 0, 65535);
    check_number("18446744073709551615", 0, UINT64_MAX);
    const char *wrong[] = {"",   " 1",  "1 ",  "+1",  "-1", "01",
                           "00", "0x1", "1e3", "1.0", "a",  "1a"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        check_number(wrong[i], -EINVAL, 0);
    }
}

static void numbers_outside_their_bounds_are_told_apart(void **state)
{
    (void)state;
    uint64_t value = UNTOUCHED;
    assert_int_equal(parse_u64("9", 10, 20, &value), -ERANGE);
    assert_int_equal(parse_u64("21", 10, 20, &value), -ERANGE);
    assert_int_equal(value, UNTOUCHED);
    assert_int_equal(parse_u64("10", 10, 20, &value), 0);
    assert_int_equal(parse_u64("20", 10, 20, &value), 0);
    check_number("18446744073709551616", -ERANGE, 0);
    check_number("99999999999999999999999999", -ERANGE, 0);
    check_number("18446744073709551616x", -EINVAL, 0);
}

static void hex_takes_one_to_sixteen_digits(void **state)
{
    (void)state;
    uint64_t value = UNTOUCHED;
    assert_int_equal(parse_hex64("", &value), -EINVAL);
    assert_int_equal(parse_hex64("0x1", &value), -EINVAL);
    assert_int_equal(parse_hex64("g", &value), -EINVAL);
    assert_int_equal(parse_hex64("00000000000000001", &value), -EINVAL);
    assert_int_equal(value, UNTOUCHED);
    assert_int_equal(parse_hex64("fFffFFffffffffff", &value), 0);
    assert_int_equal(value, UINT64_MAX);
    assert_int_equal(parse_hex64("1a", &value), 0);
    assert_int_equal(value, 0x1a);
}

static void check_duration(const char *text, int status, uint64_t expected_ms)
{
    uint64_t value_ms = UNTOUCHED;
    assert_int_equal(parse_duration_ms(text, 0, UINT64_MAX, &value_ms), status);
    assert_int_equal(value_ms, status == 0 ? expected_ms : UNTOUCHED);
}

static void durations_need_their_unit(void **state)
{
    (void)state;
    check_duration("0", 0, 0);
    check_duration("0s", 0, 0);
    check_duration("250ms", 0, 250);
    check_duration("10s", 0, 10000);
    check_duration("5m", 0, 300000);
    check_duration("1h", 0, 3600000);
    const char *wrong[] = {"",    "10",   "1.5s", "s",   "1 s", "1S",
                           "-1s", "1sec", "1d",   "1s1", "01s", "1mss"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        check_duration(wrong[i], -EINVAL, 0);
    }
}

static void durations_past_their_bounds_or_64_bits_are_out_of_range(
    void **state)
{
    (void)state;
    uint64_t value_ms = UNTOUCHED;
    assert_int_equal(parse_duration_ms("99ms", 100, 3600000, &value_ms),
                     -ERANGE);
    assert_int_equal(parse_duration_ms("2h", 100, 3600000, &value_ms), -ERANGE);
    assert_int_equal(parse_duration_ms("0", 100, 3600000, &value_ms), -ERANGE);
    assert_int_equal(value_ms, UNTOUCHED);
    assert_int_equal(parse_duration_ms("100ms", 100, 3600000, &value_ms), 0);
    assert_int_equal(parse_duration_ms("1h", 100, 3600000, &value_ms), 0);
    check_duration("18446744073709551615h", -ERANGE, 0);
    check_duration("18446744073709551616ms", -ERANGE, 0);
    check_duration("18446744073709551616", -EINVAL, 0);
}

static void check_size(const char *text, int status, uint64_t expected)
{
    uint64_t value = UNTOUCHED;
    assert_int_equal(parse_size(text, 0, UINT64_MAX, &value), status);
    assert_int_equal(value, status == 0 ? expected : UNTOUCHED);
}

static void sizes_are_written_as_in_redis_conf(void **state)
{
    (void)state;
    check_size("0", 0, 0);
    check_size("100", 0, 100);
    check_size("1kb", 0, 1024);
    check_size("64mb", 0, UINT64_C(64) << 20);
    check_size("1gb", 0, UINT64_C(1) << 30);
    check_size("1GB", 0, UINT64_C(1) << 30);
    const char *wrong[] = {"",    "mb",  "64 mb", "1.5gb", "-1",
                           "64m", "64k", "1tb",   "01kb",  "1kbb",
                           "1b",  "1e6", "0x10",  "1kib",  " 1kb"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        check_size(wrong[i], -EINVAL, 0);
    }
}

static void sizes_past_their_bounds_or_64_bits_are_out_of_range(void **state)
{
    (void)state;
    uint64_t value = UNTOUCHED;
    assert_int_equal(parse_size("1kb", 1025, 2048, &value), -ERANGE);
    assert_int_equal(parse_size("3kb", 1025, 2048, &value), -ERANGE);
    assert_int_equal(value, UNTOUCHED);
    assert_int_equal(parse_size("2kb", 1025, 2048, &value), 0);
    check_size("18446744073709551615gb", -ERANGE, 0);
    check_size("18446744073709551616", -ERANGE, 0);
    check_size("18446744073709551615", 0, UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_decimal_digits_and_nothing_else),
        cmocka_unit_test(numbers_outside_their_bounds_are_told_apart),
        cmocka_unit_test(hex_takes_one_to_sixteen_digits),
        cmocka_unit_test(durations_need_their_unit),
        cmocka_unit_test(
            durations_past_their_bounds_or_64_bits_are_out_of_range),
        cmocka_unit_test(sizes_are_written_as_in_redis_conf),
        cmocka_unit_test(sizes_past_their_bounds_or_64_bits_are_out_of_range),
    };
    return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
