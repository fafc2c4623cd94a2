/*
 * test_ctl_events.c - which changes are wanted, and one of them on a line.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/events.h"
#include "ctl/when.h"

#define NOW_MS UINT64_C(1763742000123)

static void since_is_an_id_or_a_span(void **state)
{
    (void)state;
    struct events_since since;
    assert_int_equal(events_since_parse(NULL, NOW_MS, &since), 0);
    assert_true(since.id == 0 && since.wall_ms == 0);
    assert_int_equal(events_since_parse("1763742000000", NOW_MS, &since), 0);
    assert_true(since.id == UINT64_C(1763742000000) && since.wall_ms == 0);
    assert_int_equal(events_since_parse("10s", NOW_MS, &since), 0);
    assert_true(since.id == 0 && since.wall_ms == NOW_MS - 10000);
    assert_int_equal(events_since_parse("1h", 5, &since), 0);
    assert_true(since.wall_ms == 1);
}

static void nonsense_is_no_since(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "-1", "yesterday", "10", "1.5h", "10 s", "99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct events_since since;
        int status = events_since_parse(texts[i], NOW_MS, &since);
        assert_int_equal(status, strcmp(texts[i], "10") == 0 ? 0 : -EINVAL);
    }
}

static bool is_wanted(const char *text, struct events_since since)
{
    json_t *event = json_loads(text, 0, NULL);
    assert_non_null(event);
    bool is = events_is_wanted(event, &since);
    json_decref(event);
    return is;
}

static void only_what_came_after_is_wanted(void **state)
{
    (void)state;
    assert_true(is_wanted("{\"id\":8,\"at\":5}", (struct events_since){7, 0}));
    assert_false(is_wanted("{\"id\":7,\"at\":5}", (struct events_since){7, 0}));
    assert_true(is_wanted("{\"id\":1,\"at\":5}", (struct events_since){0, 5}));
    assert_false(is_wanted("{\"id\":1,\"at\":4}", (struct events_since){0, 5}));
    assert_false(is_wanted("{\"id\":-1,\"at\":9}", (struct events_since){0}));
    assert_false(is_wanted("{}", (struct events_since){0}));
}

static char *printed(const char *text, bool is_aligned)
{
    char *line = NULL;
    size_t length = 0;
    json_t *event = json_loads(text, 0, NULL);
    struct table *table = events_table(false);
    FILE *stream = open_memstream(&line, &length);
    if (is_aligned) {
        events_add_aligned(table, event);
    } else {
        events_add(table, event);
    }
    assert_int_equal(table_print(table, stream, 0, false), 0);
    assert_int_equal(fclose(stream), 0);
    table_destroy(table);
    json_decref(event);
    return line;
}

#define EVENT                                                          \
    "{\"id\":7,\"at\":1763742000123,\"name\":\"one\",\"from\":\"up\"," \
    "\"to\":\"down\",\"reason\":\"refused\",\"role\":\"unknown\","     \
    "\"detail\":\"\\u001b]0;x\\u0007\"}"

static void a_change_is_one_line(void **state)
{
    (void)state;
    char *line = printed(EVENT, false);
    assert_string_equal(line, "7  2025-11-21T16:20:00.123Z  one  up to down  "
                              "refused  unknown  \\x1b]0;x\\x07\n");
    free(line);
}

static void lines_printed_one_by_one_stand_under_each_other(void **state)
{
    (void)state;
    char *one = printed(EVENT, true);
    char *other = printed("{\"id\":8,\"at\":1763742000124,\"name\":\"longer\","
                          "\"from\":\"none\",\"to\":\"up\"}",
                          true);
    assert_ptr_equal(strstr(one, "up to down") - one,
                     strstr(other, "up ") - other);
    assert_null(strstr(other, "none"));
    free(one);
    free(other);
}

static void a_moment_without_a_date_is_a_dash(void **state)
{
    (void)state;
    char text[WHEN_TEXT_BYTES];
    when_text(text, sizeof text, 0);
    assert_string_equal(text, "-");
    when_text(text, sizeof text, -5);
    assert_string_equal(text, "-");
    when_text(text, sizeof text, INT64_MAX);
    assert_int_equal(strlen(text), strlen("292278994-08-17T07:12:55.807Z"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(since_is_an_id_or_a_span),
        cmocka_unit_test(nonsense_is_no_since),
        cmocka_unit_test(only_what_came_after_is_wanted),
        cmocka_unit_test(a_change_is_one_line),
        cmocka_unit_test(lines_printed_one_by_one_stand_under_each_other),
        cmocka_unit_test(a_moment_without_a_date_is_a_dash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
