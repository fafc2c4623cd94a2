/*
 * test_text.c - bounded text: nothing is written past the buffer, and what
 * was cut is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void a_copy_that_fits_is_whole(void **state)
{
    (void)state;
    char target[4];
    assert_true(text_copy(target, sizeof target, "abc"));
    assert_string_equal(target, "abc");
}

static void a_copy_that_does_not_fit_is_cut_and_says_so(void **state)
{
    (void)state;
    char target[4] = "zzz";
    assert_false(text_copy(target, sizeof target, "abcd"));
    assert_string_equal(target, "abc");
    assert_false(text_copy(target, 1, "a"));
    assert_string_equal(target, "");
}

static void a_format_that_does_not_fit_is_cut_and_says_so(void **state)
{
    (void)state;
    char target[5];
    assert_true(text_format(target, sizeof target, "%d", 1234));
    assert_string_equal(target, "1234");
    assert_false(text_format(target, sizeof target, "%d", 12345));
    assert_string_equal(target, "1234");
}

static void appending_goes_on_where_the_text_ends(void **state)
{
    (void)state;
    char target[8] = "ab";
    assert_true(text_append(target, sizeof target, "-%s", "cd"));
    assert_string_equal(target, "ab-cd");
    assert_false(text_append(target, sizeof target, "%s", "efgh"));
    assert_string_equal(target, "ab-cdef");
    assert_false(text_append(target, sizeof target, "x"));
    assert_string_equal(target, "ab-cdef");
}

static void foreign_bytes_are_escaped(void **state)
{
    (void)state;
    char target[64];
    assert_true(text_escape(target, sizeof target, "a\x1b\\\0\xff z", 7));
    assert_string_equal(target, "a\\x1b\\x5c\\x00\\xff z");
}

static void an_escape_is_never_cut_in_half(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 9; size++) {
        char target[16];
        memset(target, 'Z', sizeof target);
        bool fits = text_escape(target, size, "\x01\x02", 2);
        size_t length = strlen(target);
        assert_int_equal(fits, size == 9);
        assert_int_equal(length % 4, 0);
        assert_true(length < size);
        assert_int_equal(target[size], 'Z');
    }
}

static void hex_is_lower_case(void **state)
{
    (void)state;
    char target[9];
    text_hex(target, sizeof target, "\xde\xad\xbe\xef", 4);
    assert_string_equal(target, "deadbeef");
}

static void printable_is_ascii_of_the_right_length(void **state)
{
    (void)state;
    assert_true(text_is_printable("a b~", 4));
    assert_false(text_is_printable("a b~", 3));
    assert_false(text_is_printable("", 4));
    assert_false(text_is_printable("a\tb", 4));
    assert_false(text_is_printable("a\x7f", 4));
    assert_false(text_is_printable("\xc3\xa4", 4));
}

static void distance_counts_single_edits(void **state)
{
    (void)state;
    assert_int_equal(text_distance("interval", "interval"), 0);
    assert_int_equal(text_distance("intervall", "interval"), 1);
    assert_int_equal(text_distance("intreval", "interval"), 2);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("abc", ""), 3);
}

static void long_words_are_far_from_everything(void **state)
{
    (void)state;
    char longest[65];
    char too_long[66];
    memset(longest, 'a', sizeof longest);
    memset(too_long, 'a', sizeof too_long);
    longest[64] = '\0';
    too_long[65] = '\0';
    assert_int_equal(text_distance(longest, longest), 0);
    assert_true(text_distance(too_long, longest) > 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_that_fits_is_whole),
        cmocka_unit_test(a_copy_that_does_not_fit_is_cut_and_says_so),
        cmocka_unit_test(a_format_that_does_not_fit_is_cut_and_says_so),
        cmocka_unit_test(appending_goes_on_where_the_text_ends),
        cmocka_unit_test(foreign_bytes_are_escaped),
        cmocka_unit_test(an_escape_is_never_cut_in_half),
        cmocka_unit_test(hex_is_lower_case),
        cmocka_unit_test(printable_is_ascii_of_the_right_length),
        cmocka_unit_test(distance_counts_single_edits),
        cmocka_unit_test(long_words_are_far_from_everything),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
