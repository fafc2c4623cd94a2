/*
 * test_log_fold.c - which lines are written, which are counted, and when the
 * count is told. In virtual time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/log_fold.h"

static struct log_fold fold;
static uint64_t now_ms;
static uint64_t told_count;   /* of the last `repeated` */
static char told_of[64];      /* its event, "" = none was told */
static char told_fields[256]; /* its fields */
static bool told_as_suppressed;

static int begin(void **state)
{
    (void)state;
    memset(&fold, 0, sizeof fold);
    now_ms = 1000000;
    return 0;
}

static void take_told(const struct log_said *said)
{
    struct log_kind told;
    told_of[0] = '\0';
    told_count = 0;
    while (log_fold_take_told(&fold, said, now_ms, &told)) {
        (void)snprintf(told_of, sizeof told_of, "%s", told.event);
        (void)snprintf(told_fields, sizeof told_fields, "%s", told.fields);
        told_count = told.held;
        told_as_suppressed = told.is_whole_event;
    }
}

/* As log.c does it; true if the line is written. */
static bool say(enum log_level level, const char *event,
                const struct log_field *fields)
{
    struct log_said said;
    log_fold_name(&said, level, event, fields);
    take_told(&said);
    return log_fold_admits(&fold, &said, now_ms);
}

#define FIELDS(...) \
    ((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){.key = NULL}})
#define SAY(level, event, ...) say((level), (event), FIELDS(__VA_ARGS__))

static void the_same_line_again_is_counted_and_told_with_the_next(void **state)
{
    (void)state;
    assert_true(SAY(LEVEL_INFO, "signal", LOG_TEXT("name", "HUP")));
    assert_false(SAY(LEVEL_INFO, "signal", LOG_TEXT("name", "HUP")));
    assert_false(SAY(LEVEL_INFO, "signal", LOG_TEXT("name", "HUP")));
    assert_string_equal(told_of, "");
    assert_true(SAY(LEVEL_INFO, "signal", LOG_TEXT("name", "USR1")));
    assert_string_equal(told_of, "signal");
    assert_string_equal(told_fields, "name=HUP");
    assert_int_equal(told_count, 2);
    assert_false(told_as_suppressed);
}

static void a_hundred_instances_that_change_are_a_hundred_lines(void **state)
{
    (void)state;
    char name[32];
    for (int i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof name, "cache-%d", i);
        assert_true(SAY(LEVEL_INFO, "instance_changed", LOG_TEXT("name", name),
                        LOG_TEXT("to", "down")));
        assert_string_equal(told_of, "");
    }
}

static void what_goes_down_up_and_down_is_told_three_times(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_true(
            SAY(LEVEL_INFO, "instance_changed", LOG_TEXT("to", "down")));
        assert_true(SAY(LEVEL_INFO, "instance_changed", LOG_TEXT("to", "up")));
    }
}

static void numbers_make_a_line_another_unless_they_always_differ(void **state)
{
    (void)state;
    assert_true(SAY(LEVEL_INFO, "x", LOG_NUMBER("count", 1)));
    assert_true(SAY(LEVEL_INFO, "x", LOG_NUMBER("count", 2)));
    assert_true(
        SAY(LEVEL_INFO, "y", LOG_NUMBER("pid", 1), LOG_NUMBER("took_ms", 5)));
    assert_false(
        SAY(LEVEL_INFO, "y", LOG_NUMBER("pid", 2), LOG_NUMBER("took_ms", 6)));
    assert_true(SAY(LEVEL_INFO, "z", LOG_NUMBER("pid", 1),
                    LOG_NUMBER("count", 3), LOG_TEXT("how", "badly")));
    assert_string_equal(told_of, "y");
    assert_string_equal(told_fields, "");
    assert_false(SAY(LEVEL_INFO, "z", LOG_NUMBER("pid", 2),
                     LOG_NUMBER("count", 3), LOG_TEXT("how", "badly")));
    assert_true(SAY(LEVEL_INFO, "end"));
    assert_string_equal(told_fields, "count=3 how=badly");
}

static void where_a_text_ends_is_part_of_it(void **state)
{
    (void)state;
    assert_true(SAY(LEVEL_INFO, "x", LOG_TEXT("a", "bc"), LOG_TEXT("d", "")));
    assert_true(SAY(LEVEL_INFO, "x", LOG_TEXT("a", "b"), LOG_TEXT("cd", "")));
    assert_true(SAY(LEVEL_WARNING, "x", LOG_TEXT("a", "b")));
    assert_true(SAY(LEVEL_ERROR, "x", LOG_TEXT("a", "b")));
}

static void two_errors_in_turn_do_not_flood(void **state)
{
    (void)state;
    int written = 0;
    for (int i = 0; i < 1000; i++) {
        written += SAY(LEVEL_ERROR, "bad", LOG_TEXT("why", "x"));
        written += SAY(LEVEL_WARNING, "helper_ended", LOG_NUMBER("pid", i));
        written += SAY(LEVEL_INFO, "helper_started", LOG_NUMBER("pid", i));
        now_ms++;
    }
    assert_int_equal(written, 1 + 1 + 1000);
}

static void counts_of_errors_are_told_after_ten_seconds(void **state)
{
    (void)state;
    assert_true(SAY(LEVEL_ERROR, "bad", LOG_TEXT("why", "x")));
    for (int i = 0; i < 99; i++) {
        now_ms += 100;
        assert_false(SAY(LEVEL_ERROR, "bad", LOG_TEXT("why", "x")));
    }
    take_told(NULL);
    assert_string_equal(told_of, "");
    now_ms += 100;
    take_told(NULL);
    assert_string_equal(told_of, "bad");
    assert_int_equal(told_count, 99);
    assert_true(SAY(LEVEL_ERROR, "bad", LOG_TEXT("why", "x")));
    assert_string_equal(told_of, "");
}

static void what_is_said_every_ten_seconds_is_written_each_time(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_true(SAY(LEVEL_INFO, "x"));
        assert_string_equal(told_of, "");
        now_ms += LOG_FOLD_MS;
    }
}

static void a_flood_of_different_errors_of_one_event_is_cut_off(void **state)
{
    (void)state;
    int written = 0;
    for (int i = 0; i < 1000; i++) {
        written += SAY(LEVEL_WARNING, "alarm", LOG_NUMBER("number", i));
        assert_true(told_of[0] == '\0');
    }
    assert_int_equal(written, LOG_FOLD_BURST);
    assert_true(SAY(LEVEL_WARNING, "another", LOG_NUMBER("number", 1)));
    now_ms += LOG_FOLD_MS;
    take_told(NULL);
    assert_string_equal(told_of, "alarm");
    assert_int_equal(told_count, 1000 - LOG_FOLD_BURST);
    assert_true(told_as_suppressed);
    assert_true(SAY(LEVEL_WARNING, "alarm", LOG_NUMBER("number", 1)));
}

/* More kinds of errors than are remembered: nothing is lost, only less is
 * folded. Every line is either written or told. */
static void more_kinds_than_are_remembered_lose_no_count(void **state)
{
    (void)state;
    char event[32];
    uint64_t written = 0;
    uint64_t told = 0;
    for (uint64_t i = 0; i < 3000; i++) {
        (void)snprintf(event, sizeof event, "event_%d",
                       (int)((i / 3 * 7) % (2 * LOG_FOLD_KINDS)));
        written += SAY(LEVEL_ERROR, event);
        told += told_count;
        now_ms += 50;
    }
    struct log_kind left;
    while (log_fold_take_any(&fold, &left)) {
        told += left.held;
    }
    assert_int_equal(written + told, 3000);
    assert_true(told > 1000);
}

static void everything_is_told_at_the_end(void **state)
{
    (void)state;
    struct log_kind told;
    (void)SAY(LEVEL_ERROR, "bad");
    (void)SAY(LEVEL_ERROR, "bad");
    (void)SAY(LEVEL_INFO, "good");
    (void)SAY(LEVEL_INFO, "good");
    assert_true(log_fold_take_any(&fold, &told));
    assert_int_equal(told.held, 1);
    assert_true(log_fold_take_any(&fold, &told));
    assert_int_equal(told.held, 1);
    assert_false(log_fold_take_any(&fold, &told));
}

static void what_could_not_be_written_is_no_repeat(void **state)
{
    (void)state;
    struct log_said said;
    log_fold_name(&said, LEVEL_ERROR, "bad", FIELDS());
    assert_true(log_fold_admits(&fold, &said, now_ms));
    log_fold_forget(&fold, &said);
    assert_true(SAY(LEVEL_ERROR, "bad"));
}

static void long_names_and_fields_are_cut_not_overrun(void **state)
{
    (void)state;
    char text[512];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_true(SAY(LEVEL_INFO, text, LOG_TEXT("one", text),
                    LOG_TEXT("two", text), LOG_TEXT("none", NULL)));
    assert_false(SAY(LEVEL_INFO, text, LOG_TEXT("one", text),
                     LOG_TEXT("two", text), LOG_TEXT("none", NULL)));
    assert_true(SAY(LEVEL_INFO, "x"));
    assert_int_equal(strlen(told_of), LOG_FOLD_EVENT_BYTES - 1);
    assert_int_equal(strlen(told_fields), LOG_FOLD_FIELDS_BYTES - 1);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_line_again_is_counted_and_told_with_the_next),
        TEST(a_hundred_instances_that_change_are_a_hundred_lines),
        TEST(what_goes_down_up_and_down_is_told_three_times),
        TEST(numbers_make_a_line_another_unless_they_always_differ),
        TEST(where_a_text_ends_is_part_of_it),
        TEST(two_errors_in_turn_do_not_flood),
        TEST(counts_of_errors_are_told_after_ten_seconds),
        TEST(what_is_said_every_ten_seconds_is_written_each_time),
        TEST(a_flood_of_different_errors_of_one_event_is_cut_off),
        TEST(more_kinds_than_are_remembered_lose_no_count),
        TEST(everything_is_told_at_the_end),
        TEST(what_could_not_be_written_is_no_repeat),
        TEST(long_names_and_fields_are_cut_not_overrun),
    };
    return cmocka_run_group_tests_name("log_fold", tests, NULL, NULL);
}
