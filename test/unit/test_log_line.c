/*
 * test_log_line.c - what a line looks like, and that no stranger's bytes make
 * it anything else than one line of its format.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/log_line.h"

#define NOON_MS 1763726400123 /* 2025-11-21T12:00:00.123Z */

static struct log_line line;

/* The whole line, as a text. */
static const char *compose(const struct log_head *head,
                           const struct log_field *fields)
{
    static char text[LOG_LINE_BYTES + 1];
    log_line_begin(&line, head);
    for (; fields->key != NULL; fields++) {
        log_line_field(&line, fields);
    }
    log_line_end(&line);
    assert_in_range(line.length, 1, LOG_LINE_BYTES);
    memcpy(text, line.bytes, line.length);
    text[line.length] = '\0';
    return text;
}

#define FIELDS(...) \
    ((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){.key = NULL}})

static struct log_head head_of(enum log_format format)
{
    return (struct log_head){.format = format,
                             .level = LEVEL_INFO,
                             .program = "agent",
                             .event = "x",
                             .wall_ms = NOON_MS};
}

static void a_line_is_time_level_program_event_and_fields(void **state)
{
    (void)state;
    struct log_head head = head_of(FORMAT_LOGFMT);
    assert_string_equal(
        compose(&head, FIELDS(LOG_TEXT("name", "a>"), LOG_NUMBER("pid", -7),
                              LOG_TEXT("none", NULL))),
        "ts=2025-11-21T12:00:00.123Z level=info program=agent event=x "
        "name=a> pid=-7 none=\"\"\n");
}

static void a_json_line_has_the_same_keys_and_real_numbers(void **state)
{
    (void)state;
    struct log_head head = head_of(FORMAT_JSON);
    assert_string_equal(
        compose(&head, FIELDS(LOG_TEXT("name", "a{"), LOG_NUMBER("pid", -7),
                              LOG_TEXT("none", NULL))),
        "{\"ts\":\"2025-11-21T12:00:00.123Z\",\"level\":\"info\","
        "\"program\":\"agent\",\"event\":\"x\",\"name\":\"a{\",\"pid\":-7,"
        "\"none\":\"\"}\n");
}

static void the_journal_gets_its_priority_and_no_time(void **state)
{
    (void)state;
    struct log_head head = head_of(FORMAT_LOGFMT);
    head.is_journal = true;
    assert_string_equal(compose(&head, FIELDS()),
                        "<6>level=info program=agent event=x\n");
    head.format = FORMAT_JSON;
    head.level = LEVEL_ERROR;
    assert_string_equal(
        compose(&head, FIELDS(LOG_NUMBER("n", 1))),
        "<3>{\"level\":\"error\",\"program\":\"agent\",\"event\":\"x\","
        "\"n\":1}\n");
}

static void a_stranger_cannot_forge_a_line_or_a_field(void **state)
{
    (void)state;
    struct log_head head = head_of(FORMAT_LOGFMT);
    head.is_journal = true;
    assert_string_equal(
        compose(&head, FIELDS(LOG_TEXT("a", "two words"), LOG_TEXT("b", "k=v"),
                              LOG_TEXT("c", "\"q\\"),
                              LOG_TEXT("d", "one\ntwo\x1b[31m\xff"),
                              LOG_TEXT("e", "plain:/1"))),
        "<6>level=info program=agent event=x a=\"two words\" b=\"k=v\" "
        "c=\"\\\"q\\\\\" d=\"one\\ntwo\\x1b[31m\\xff\" e=plain:/1\n");
}

static void a_stranger_cannot_break_the_json(void **state)
{
    (void)state;
    struct log_head head = head_of(FORMAT_JSON);
    head.is_journal = true;
    assert_string_equal(
        compose(&head, FIELDS(LOG_TEXT("c", "\"q\\"),
                              LOG_TEXT("d", "one\ntwo\x1b[31m\xff\xc3\x28"))),
        "<6>{\"level\":\"info\",\"program\":\"agent\",\"event\":\"x\","
        "\"c\":\"\\\"q\\\\\",\"d\":\"one\\ntwo\\\\x1b[31m\\\\xff\\\\xc3(\"}\n");
}

static void numbers_are_written_to_their_ends(void **state)
{
    (void)state;
    struct log_head head = head_of(FORMAT_JSON);
    const char *text = compose(&head, FIELDS(LOG_NUMBER("least", INT64_MIN),
                                             LOG_NUMBER("most", INT64_MAX)));
    assert_non_null(strstr(text, "\"least\":-9223372036854775808,"
                                 "\"most\":9223372036854775807}\n"));
}

/* A line of this head whose field `text` has `length` bytes of `byte`. */
static const char *compose_long(enum log_format format, int byte, size_t length)
{
    static char text[2 * LOG_LINE_BYTES];
    assert_true(length < sizeof text);
    memset(text, byte, length);
    text[length] = '\0';
    struct log_head head = head_of(format);
    return compose(&head,
                   FIELDS(LOG_TEXT("text", text), LOG_TEXT("more", "lost"),
                          LOG_NUMBER("number", 123456789)));
}

static void assert_ends(const char *text, const char *end)
{
    size_t length = strlen(text);
    assert_true(length >= strlen(end));
    assert_string_equal(text + length - strlen(end), end);
}

static void a_line_too_long_is_cut_and_says_so(void **state)
{
    (void)state;
    const char *text = compose_long(FORMAT_LOGFMT, ' ', 2 * LOG_LINE_BYTES - 1);
    assert_in_range(strlen(text), LOG_LINE_BYTES - 16, LOG_LINE_BYTES);
    assert_ends(text, " \" cut=true\n");
    assert_null(strstr(text, "more="));
    text = compose_long(FORMAT_JSON, 0xff, 2 * LOG_LINE_BYTES - 1);
    assert_in_range(strlen(text), LOG_LINE_BYTES - 24, LOG_LINE_BYTES);
    assert_ends(text, "\\\\xff\",\"cut\":true}\n");
    assert_null(strstr(text, "more"));
}

/* Strings closed, no field without a value, wherever the cut falls. */
static void assert_is_whole(const char *text)
{
    bool is_inside = false;
    assert_int_equal(text[0], '{');
    for (const char *at = text; *at != '\0'; at++) {
        if (is_inside && *at == '\\') {
            at++;
        } else if (*at == '"') {
            is_inside = !is_inside;
        } else if (!is_inside && (*at == ',' || *at == '}')) {
            assert_true(at[-1] == '"' || (at[-1] >= '0' && at[-1] <= '9') ||
                        at[-1] == 'e'); /* true */
        }
    }
    assert_false(is_inside);
    assert_ends(text, "}\n");
}

static void json_is_whole_wherever_it_is_cut(void **state)
{
    (void)state;
    for (size_t length = 1800; length < 2100; length++) {
        assert_is_whole(compose_long(FORMAT_JSON, 'a', length));
    }
    for (size_t length = 350; length < 450; length++) {
        assert_is_whole(compose_long(FORMAT_JSON, '\x01', length));
        assert_is_whole(compose_long(FORMAT_JSON, '"', 2 * length + 100));
    }
}

static void logfmt_has_no_key_without_a_value_wherever_it_is_cut(void **state)
{
    (void)state;
    for (size_t length = 1800; length < 2100; length++) {
        const char *text = compose_long(FORMAT_LOGFMT, 'a', length);
        assert_null(strstr(text, "= "));
        assert_null(strstr(text, "=\n"));
        assert_true(strstr(text, "number=") == NULL ||
                    strstr(text, "number=123456789") != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_time_level_program_event_and_fields),
        cmocka_unit_test(a_json_line_has_the_same_keys_and_real_numbers),
        cmocka_unit_test(the_journal_gets_its_priority_and_no_time),
        cmocka_unit_test(a_stranger_cannot_forge_a_line_or_a_field),
        cmocka_unit_test(a_stranger_cannot_break_the_json),
        cmocka_unit_test(numbers_are_written_to_their_ends),
        cmocka_unit_test(a_line_too_long_is_cut_and_says_so),
        cmocka_unit_test(json_is_whole_wherever_it_is_cut),
        cmocka_unit_test(logfmt_has_no_key_without_a_value_wherever_it_is_cut),
    };
    return cmocka_run_group_tests_name("log_line", tests, NULL, NULL);
}
