/*
 * test_arguments.c - what stands behind the question mark, as strangers send
 * it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "console/arguments.h"

static void absent_arguments_are_nothing(void **state)
{
    (void)state;
    static const char *const queries[] = {"",         "&",       "&&else=1",
                                          "debugs=1", "Debug=1", "else"};
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct arguments arguments;
        memset(&arguments, 0xff, sizeof arguments);
        assert_int_equal(arguments_decode(queries[i], &arguments), 0);
        assert_int_equal(arguments.debug, 0);
        assert_false(arguments.wants_writable);
        assert_false(arguments.has_since);
        assert_string_equal(arguments.operator_name, "");
        assert_string_equal(arguments.reason, "");
    }
}

static void arguments_we_do_not_know_are_left_alone(void **state)
{
    (void)state;
    struct arguments arguments;
    assert_int_equal(
        arguments_decode("x=%zz&debug=2&y=%00&when=writable", &arguments), 0);
    assert_int_equal(arguments.debug, 2);
    assert_true(arguments.wants_writable);
}

static void an_id_is_a_whole_number(void **state)
{
    (void)state;
    struct arguments arguments;
    assert_int_equal(arguments_decode("since=18446744073709551615", &arguments),
                     0);
    assert_true(arguments.has_since);
    assert_true(arguments.since == UINT64_MAX);
    assert_int_equal(arguments_decode("since=0", &arguments), 0);
    assert_true(arguments.has_since);
    assert_int_equal(arguments_decode("since=1&since=2", &arguments), 0);
    assert_int_equal(arguments.since, 2);
}

static void a_text_is_decoded_once(void **state)
{
    (void)state;
    struct arguments arguments;
    assert_int_equal(
        arguments_decode("operator=me%2b%26you&reason=a+b%252b", &arguments),
        0);
    assert_string_equal(arguments.operator_name, "me+&you");
    assert_string_equal(arguments.reason, "a b%2b");
}

static void the_longest_texts_fit_and_one_byte_more_does_not(void **state)
{
    (void)state;
    struct arguments arguments;
    char query[16 + MAINT_REASON_BYTES];
    (void)text_format(query, sizeof query, "reason=%0*d",
                      MAINT_REASON_BYTES - 1, 7);
    assert_int_equal(arguments_decode(query, &arguments), 0);
    assert_int_equal(strlen(arguments.reason), MAINT_REASON_BYTES - 1);
    (void)text_format(query, sizeof query, "reason=%0*d", MAINT_REASON_BYTES,
                      7);
    assert_int_equal(arguments_decode(query, &arguments), -EINVAL);
    (void)text_format(query, sizeof query, "operator=%0*d",
                      MAINT_OPERATOR_BYTES - 1, 7);
    assert_int_equal(arguments_decode(query, &arguments), 0);
    (void)text_format(query, sizeof query, "operator=%0*d",
                      MAINT_OPERATOR_BYTES, 7);
    assert_int_equal(arguments_decode(query, &arguments), -EINVAL);
}

static void what_is_out_of_range_is_refused_and_nothing_is_kept(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "debug=3",         "debug=",         "debug",
        "debug=-1",        "debug=01",       "when=up",
        "when=",           "since=-1",       "since=x",
        "since=",          "since=1.0",      "since=18446744073709551616",
        "reason=%0a",      "reason=%00",     "reason=%7f",
        "reason=\xc3\xa9", "operator=%",     "operator=%4",
        "operator=%4x",    "debug=1&when=x",
    };
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct arguments arguments = {.debug = 9};
        assert_int_equal(arguments_decode(queries[i], &arguments), -EINVAL);
        assert_int_equal(arguments.debug, 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_arguments_are_nothing),
        cmocka_unit_test(arguments_we_do_not_know_are_left_alone),
        cmocka_unit_test(an_id_is_a_whole_number),
        cmocka_unit_test(a_text_is_decoded_once),
        cmocka_unit_test(the_longest_texts_fit_and_one_byte_more_does_not),
        cmocka_unit_test(what_is_out_of_range_is_refused_and_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
