/*
 * test_table.c - columns on screens of every width, and CSV.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/table.h"

static const char *const titles[] = {"NAME", "STATE", "DETAIL"};

static struct table *make(void)
{
    struct table *table = table_create(titles, 3);
    assert_non_null(table);
    return table;
}

static void add_row(struct table *table, const char *name, const char *state,
                    const char *detail)
{
    table_add(table, TONE_PLAIN, name);
    table_add(table, TONE_BAD, state);
    table_add(table, TONE_PLAIN, detail);
}

/* What is printed; the caller's to free. Destroys the table. */
static char *printed(struct table *table, size_t width, bool has_colour)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    assert_int_equal(table_print(table, stream, width, has_colour), 0);
    assert_int_equal(fclose(stream), 0);
    table_destroy(table);
    return text;
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
    (void)state;
    struct table *table = make();
    add_row(table, "a-long-name", "up", "x");
    add_row(table, "b", "degraded", "y");
    char *text = printed(table, 0, false);
    assert_string_equal(text, "NAME         STATE     DETAIL\n"
                              "a-long-name  up        x\n"
                              "b            degraded  y\n");
    free(text);
}

static void a_long_detail_is_folded_between_words(void **state)
{
    (void)state;
    struct table *table = make();
    add_row(table, "a", "down", "one two three four five six seven");
    char *text = printed(table, 30, false);
    assert_string_equal(text, "NAME  STATE  DETAIL\n"
                              "a     down   one two three\n"
                              "             four five six\n"
                              "             seven\n");
    free(text);
}

static void a_word_longer_than_the_line_is_cut(void **state)
{
    (void)state;
    struct table *table = make();
    add_row(table, "a", "down", "12345678901234567890");
    char *text = printed(table, 30, false);
    assert_non_null(strstr(text, "12345678901234567\n"
                                 "             890\n"));
    free(text);
}

static void a_screen_too_narrow_has_the_last_column_under_its_row(void **state)
{
    (void)state;
    struct table *table = make();
    add_row(table, "a", "down", "one two three four five six seven");
    char *text = printed(table, 20, false);
    assert_string_equal(text, "NAME  STATE\n"
                              "a     down\n"
                              "    one two three\n"
                              "    four five six\n"
                              "    seven\n");
    free(text);
}

static void bytes_of_strangers_do_not_reach_the_terminal(void **state)
{
    (void)state;
    struct table *table = make();
    add_row(table, "a", "down", "\x1b[2J\xc2\x9b\x7f\r\n");
    char *text = printed(table, 0, true);
    assert_non_null(strstr(text, "\\x1b[2J\\xc2\\x9b\\x7f\\x0d\\x0a\n"));
    free(text);
}

static void colour_does_not_move_the_columns(void **state)
{
    (void)state;
    struct table *table = make();
    add_row(table, "a", "up", "x");
    char *text = printed(table, 0, true);
    assert_non_null(strstr(text, "a     \033[31mup\033[0m     x\n"));
    free(text);
}

static void csv_quotes_what_needs_it(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    struct table *table = make();
    add_row(table, "a,b", "up", "say \"x\"");
    assert_int_equal(table_print_csv(table, stream), 0);
    assert_int_equal(fclose(stream), 0);
    table_destroy(table);
    assert_string_equal(text, "NAME,STATE,DETAIL\r\n"
                              "\"a,b\",up,\"say \"\"x\"\"\"\r\n");
    free(text);
}

static void an_empty_table_is_its_titles(void **state)
{
    (void)state;
    char *text = printed(make(), 80, true);
    assert_string_equal(text, "NAME  STATE  DETAIL\n");
    free(text);
}

static void without_titles_there_is_no_line_of_them(void **state)
{
    (void)state;
    struct table *table = table_create(NULL, 2);
    table_add(table, TONE_PLAIN, "a");
    table_add(table, TONE_PLAIN, "b");
    char *text = printed(table, 0, false);
    assert_string_equal(text, "a  b\n");
    free(text);
}

static void rows_printed_one_by_one_leave_out_the_same_columns(void **state)
{
    (void)state;
    static const uint8_t ranks[] = {0, 1, 0};
    static const char *const details[] = {"-", "a sentence of some length"};
    for (size_t i = 0; i < 2; i++) {
        struct table *table = table_create(NULL, 3);
        table_set_ranks(table, ranks);
        add_row(table, "a", "down", details[i]);
        char *text = printed(table, 20, false);
        assert_null(strstr(text, "down"));
        free(text);
    }
}

static void names_are_the_first_column(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length = 0;
    struct table *table = make();
    add_row(table, "a", "down", "x");
    add_row(table, "b\n", "up", "y");
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    assert_int_equal(table_print_names(table, stream), 0);
    assert_int_equal(fclose(stream), 0);
    table_destroy(table);
    assert_string_equal(text, "a\nb\\x0a\n");
    free(text);
}

static void a_state_has_its_tone_and_a_strange_one_too(void **state)
{
    (void)state;
    assert_int_equal(tone_of_state("up"), TONE_GOOD);
    assert_int_equal(tone_of_state("loading"), TONE_WARN);
    assert_int_equal(tone_of_state("down"), TONE_BAD);
    assert_int_equal(tone_of_state("unknown"), TONE_ODD);
    assert_int_equal(tone_of_state(""), TONE_ODD);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    FILE *stream = fopen("/dev/full", "w");
    struct table *table = make();
    add_row(table, "a", "up", "x");
    assert_int_not_equal(table_print(table, stream, 0, false), 0);
    (void)fclose(stream);
    table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(a_long_detail_is_folded_between_words),
        cmocka_unit_test(a_word_longer_than_the_line_is_cut),
        cmocka_unit_test(a_screen_too_narrow_has_the_last_column_under_its_row),
        cmocka_unit_test(bytes_of_strangers_do_not_reach_the_terminal),
        cmocka_unit_test(colour_does_not_move_the_columns),
        cmocka_unit_test(csv_quotes_what_needs_it),
        cmocka_unit_test(an_empty_table_is_its_titles),
        cmocka_unit_test(without_titles_there_is_no_line_of_them),
        cmocka_unit_test(rows_printed_one_by_one_leave_out_the_same_columns),
        cmocka_unit_test(names_are_the_first_column),
        cmocka_unit_test(a_state_has_its_tone_and_a_strange_one_too),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
