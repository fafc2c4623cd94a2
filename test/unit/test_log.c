/*
 * test_log.c - the log as a process has it: lines, level and format, from the
 * environment and at run time, the journal's, and repeats.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/log.h"
#include "log_child.h"

static void log_one_of_each(void)
{
    log_init("agent");
    log_event(LEVEL_INFO, "instance_changed", LOG_TEXT("name", "cache-1"),
              LOG_NUMBER("pid", -7), LOG_TEXT("none", NULL));
}

static void a_line_is_time_level_program_event_and_fields(void **state)
{
    (void)state;
    assert_string_equal(behind_stamp(output_of(log_one_of_each)),
                        "level=info program=agent event=instance_changed "
                        "name=cache-1 pid=-7 none=\"\"\n");
}

static void log_at_two_levels(void)
{
    log_init("agent");
    log_event(LEVEL_DEBUG, "unseen");
    log_set_level(LEVEL_WARNING);
    log_event(LEVEL_INFO, "unseen");
    log_event(LEVEL_WARNING, "seen");
}

static void lines_above_the_level_are_dropped(void **state)
{
    (void)state;
    assert_string_equal(behind_stamp(output_of(log_at_two_levels)),
                        "level=warning program=agent event=seen\n");
}

static void log_as_the_environment_says(void)
{
    setenv(LOG_LEVEL_VARIABLE, "debug", 1);
    setenv(LOG_FORMAT_VARIABLE, "json", 1);
    log_init("prober");
    log_event(LEVEL_DEBUG, "x", LOG_NUMBER("n", 7));
}

static void a_helper_logs_as_its_environment_says(void **state)
{
    (void)state;
    const char *line = output_of(log_as_the_environment_says);
    assert_memory_equal(line, "{\"ts\":\"20", 9);
    assert_string_equal(strstr(line, "\"level\""),
                        "\"level\":\"debug\",\"program\":\"prober\","
                        "\"event\":\"x\",\"n\":7}\n");
}

static void log_with_a_bad_environment(void)
{
    setenv(LOG_LEVEL_VARIABLE, "loud", 1);
    setenv(LOG_FORMAT_VARIABLE, "", 1);
    log_one_of_each();
}

static void a_bad_environment_changes_nothing(void **state)
{
    (void)state;
    assert_memory_equal(behind_stamp(output_of(log_with_a_bad_environment)),
                        "level=info", 10);
}

static void log_in_both_formats(void)
{
    log_init("agent");
    log_event(LEVEL_INFO, "one");
    log_set_format(FORMAT_JSON);
    log_event(LEVEL_INFO, "two");
    log_set_format(FORMAT_LOGFMT);
    log_set_level(LEVEL_DEBUG);
    log_event(LEVEL_DEBUG, "three");
}

static void level_and_format_change_at_run_time(void **state)
{
    (void)state;
    const char *text = output_of(log_in_both_formats);
    assert_non_null(strstr(text, " event=one\n{\"ts\":"));
    assert_non_null(strstr(text, "\"event\":\"two\"}\nts="));
    assert_non_null(strstr(text, " level=debug program=agent event=three\n"));
}

static int journal_stream[2];

static void log_into(const char *stream)
{
    setenv("JOURNAL_STREAM", stream, 1);
    log_init("agent");
    log_event(LEVEL_ERROR, "bad", LOG_TEXT("why", "x"));
    log_event(LEVEL_WARNING, "odd");
    log_event(LEVEL_INFO, "good");
    log_set_level(LEVEL_DEBUG);
    log_event(LEVEL_DEBUG, "dull");
}

static void log_into_the_journal(void)
{
    struct stat status;
    char stream[64];
    if (fstat(STDERR_FILENO, &status) != 0) {
        _exit(1);
    }
    (void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)status.st_dev,
                   (uintmax_t)status.st_ino);
    log_into(stream);
}

static void log_beside_the_journal(void)
{
    log_into("1:1");
}

static const char *read_stream(child_body body)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, journal_stream), 0);
    run_child(body, journal_stream[1]);
    close(journal_stream[1]);
    ssize_t count = read(journal_stream[0], output, sizeof output - 1);
    assert_true(count > 0);
    output[count] = '\0';
    close(journal_stream[0]);
    return output;
}

static void lines_for_the_journal_have_its_priority_and_no_time(void **state)
{
    (void)state;
    assert_string_equal(read_stream(log_into_the_journal),
                        "<3>level=error program=agent event=bad why=x\n"
                        "<4>level=warning program=agent event=odd\n"
                        "<6>level=info program=agent event=good\n"
                        "<7>level=debug program=agent event=dull\n");
}

static void another_stream_than_the_journals_gets_no_priorities(void **state)
{
    (void)state;
    assert_memory_equal(behind_stamp(read_stream(log_beside_the_journal)),
                        "level=error", 11);
}

static void log_again_and_again(void)
{
    log_init("agent");
    for (int i = 0; i < 1000; i++) {
        log_event(LEVEL_ERROR, "bad", LOG_TEXT("why", "x"),
                  LOG_NUMBER("pid", i));
    }
    for (int i = 0; i < 3; i++) {
        log_event(LEVEL_INFO, "signal", LOG_TEXT("name", "HUP"));
    }
    log_event(LEVEL_INFO, "reloaded");
    log_finish();
}

static void repeats_are_told_as_a_count(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "level=error program=agent event=bad why=x pid=0",
        "level=info program=agent event=signal name=HUP",
        "level=info program=agent event=repeated of=signal count=2 "
        "with=\"name=HUP\"",
        "level=info program=agent event=reloaded",
        "level=error program=agent event=repeated of=bad count=999 "
        "with=\"why=x\""};
    char *rest = NULL;
    (void)output_of(log_again_and_again);
    const char *line = strtok_r(output, "\n", &rest);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_non_null(line);
        assert_string_equal(behind_stamp(line), expected[i]);
        line = strtok_r(NULL, "\n", &rest);
    }
    assert_null(line);
}

static void levels_and_formats_have_names(void **state)
{
    (void)state;
    for (enum log_level level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++) {
        enum log_level found = LEVEL_ERROR;
        assert_true(log_level_find(log_level_name(level), &found));
        assert_int_equal(found, level);
    }
    enum log_level level = LEVEL_DEBUG;
    assert_false(log_level_find("verbose", &level));
    assert_int_equal(level, LEVEL_DEBUG);
    assert_string_equal(log_level_name((enum log_level)99), "?");
    enum log_format format = FORMAT_LOGFMT;
    assert_true(log_format_find("json", &format));
    assert_int_equal(format, FORMAT_JSON);
    assert_true(log_format_find("logfmt", &format));
    assert_int_equal(format, FORMAT_LOGFMT);
    assert_false(log_format_find("xml", &format));
    assert_string_equal(log_format_name(FORMAT_JSON), "json");
    assert_string_equal(log_format_name((enum log_format)99), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_time_level_program_event_and_fields),
        cmocka_unit_test(lines_above_the_level_are_dropped),
        cmocka_unit_test(a_helper_logs_as_its_environment_says),
        cmocka_unit_test(a_bad_environment_changes_nothing),
        cmocka_unit_test(level_and_format_change_at_run_time),
        cmocka_unit_test(lines_for_the_journal_have_its_priority_and_no_time),
        cmocka_unit_test(another_stream_than_the_journals_gets_no_priorities),
        cmocka_unit_test(repeats_are_told_as_a_count),
        cmocka_unit_test(levels_and_formats_have_names),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
