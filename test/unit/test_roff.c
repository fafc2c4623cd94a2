/*
 * test_roff.c - text that a manual page takes as it was meant.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/roff.h"

static void assert_printed(const char *text, const char *expected)
{
    char *printed = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&printed, &size);
    assert_non_null(stream);
    roff_print(stream, text);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(printed, expected);
    free(printed);
}

static void nothing_is_nothing(void **state)
{
    (void)state;
    assert_printed("", "");
    assert_printed(" \n", "");
}

static void a_sentence_begins_a_line(void **state)
{
    (void)state;
    assert_printed("One is told. Two are not.", "One is told.\nTwo are not.\n");
    assert_printed("as in 10 s. or so", "as in 10 s. or so\n");
}

static void blanks_and_newlines_are_one_blank(void **state)
{
    (void)state;
    assert_printed(" a \n b\n", "a b\n");
}

static void a_dash_and_a_backslash_stay_themselves(void **state)
{
    (void)state;
    assert_printed("-o \\n", "\\-o \\en\n");
}

static void a_word_is_never_taken_for_a_macro(void **state)
{
    (void)state;
    assert_printed(".agent 'so", "\\&.agent 'so\n");
    assert_printed("'so", "\\&'so\n");
}

static void a_long_line_is_cut_between_words(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'x', sizeof text);
    text[60] = ' ';
    text[61] = '.';
    text[120] = '\0';
    char expected[300];
    (void)snprintf(expected, sizeof expected, "%.60s\n\\&%s\n", text,
                   text + 61);
    assert_printed(text, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_nothing),
        cmocka_unit_test(a_sentence_begins_a_line),
        cmocka_unit_test(blanks_and_newlines_are_one_blank),
        cmocka_unit_test(a_dash_and_a_backslash_stay_themselves),
        cmocka_unit_test(a_word_is_never_taken_for_a_macro),
        cmocka_unit_test(a_long_line_is_cut_between_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
