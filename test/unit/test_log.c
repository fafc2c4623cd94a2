/*
 * test_log.c - what a line looks like, and that logging never waits.
 *
 * log_init is once per process and takes over standard error, so each test
 * runs the logging in a child whose standard error is what the test wants.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

#define CHILD_LIMIT_S 10 /* a child that waits dies of SIGALRM */

typedef void (*child_body)(void);

/* Runs `body` with `standard_error` as its fd 2, or none when negative. The
 * child's exit status must be 0. */
static void run_child(child_body body, int standard_error)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(CHILD_LIMIT_S);
        signal(SIGPIPE, SIG_IGN);
        if (standard_error < 0) {
            close(STDERR_FILENO);
        } else {
            dup2(standard_error, STDERR_FILENO);
        }
        body();
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static char output[256 * 1024];

/* Everything the child wrote into a pipe; the pipe holds 64 KiB. */
static const char *output_of(child_body body)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    run_child(body, ends[1]);
    close(ends[1]);
    size_t length = 0;
    ssize_t count = 0;
    do {
        count = read(ends[0], output + length, sizeof output - 1 - length);
        length += count > 0 ? (size_t)count : 0;
    } while (count > 0);
    output[length] = '\0';
    close(ends[0]);
    return output;
}

/* The line behind its time stamp, whose shape is checked. */
static const char *behind_stamp(const char *line)
{
    const char *shape = "ts=0000-00-00T00:00:00.000Z ";
    for (size_t i = 0; shape[i] != '\0'; i++) {
        if (shape[i] == '0') {
            assert_in_range(line[i], '0', '9');
        } else {
            assert_int_equal(line[i], shape[i]);
        }
    }
    return line + strlen(shape);
}

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

static void log_foreign_bytes(void)
{
    log_init("prober");
    log_event(LEVEL_ERROR, "x", LOG_TEXT("a", "two words"),
              LOG_TEXT("b", "k=v"), LOG_TEXT("c", "\"q\\"),
              LOG_TEXT("d", "one\ntwo\x1b[31m\xff"), LOG_TEXT("e", "plain:/1"));
}

static void a_stranger_cannot_forge_a_line_or_a_field(void **state)
{
    (void)state;
    assert_string_equal(behind_stamp(output_of(log_foreign_bytes)),
                        "level=error program=prober event=x a=\"two words\" "
                        "b=\"k=v\" c=\"\\\"q\\\\\" "
                        "d=\"one\\ntwo\\x1b[31m\\xff\" e=plain:/1\n");
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

static void log_too_much(void)
{
    char text[2 * LOG_LINE_BYTES];
    memset(text, ' ', sizeof text);
    text[sizeof text - 1] = '\0';
    log_init("agent");
    log_event(LEVEL_INFO, "long", LOG_TEXT("text", text),
              LOG_TEXT("more", "lost"));
}

static void a_line_too_long_is_cut_and_says_so(void **state)
{
    (void)state;
    const char *line = output_of(log_too_much);
    size_t length = strlen(line);
    assert_in_range(length, LOG_LINE_BYTES - 16, LOG_LINE_BYTES);
    assert_string_equal(line + length - 11, "\" cut=true\n");
    assert_null(strstr(line, "more="));
}

static void log_ten_thousand(void)
{
    log_init("agent");
    for (int i = 0; i < 10000; i++) {
        log_event(LEVEL_INFO, "flood", LOG_NUMBER("line", i));
    }
    _exit(log_lost() > 0 ? 0 : 1);
}

static void a_full_pipe_loses_lines_instead_of_waiting(void **state)
{
    (void)state;
    const char *text = output_of(log_ten_thousand);
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_non_null(strstr(text, "line=0\n"));
    assert_null(strstr(text, "line=9999"));
}

static int drained_pipe[2];

/* Fills the pipe, drains it, and goes on: what was lost is told first. */
static void log_fill_drain_log(void)
{
    static char bytes[128 * 1024];
    log_init("agent");
    while (log_lost() < 5) {
        log_event(LEVEL_INFO, "flood", LOG_TEXT("text", "0123456789"));
    }
    if (read(drained_pipe[0], bytes, sizeof bytes) <= 0) {
        _exit(1);
    }
    log_event(LEVEL_INFO, "after");
}

static void the_next_line_that_goes_out_says_how_many_were_lost(void **state)
{
    (void)state;
    static char bytes[4096];
    assert_int_equal(pipe(drained_pipe), 0);
    run_child(log_fill_drain_log, drained_pipe[1]);
    ssize_t count = read(drained_pipe[0], bytes, sizeof bytes - 1);
    assert_true(count > 0);
    bytes[count] = '\0';
    const char *lost = behind_stamp(bytes);
    const char *expected =
        "level=warning program=agent event=log_lines_lost count=5\n";
    assert_memory_equal(lost, expected, strlen(expected));
    assert_string_equal(behind_stamp(lost + strlen(expected)),
                        "level=info program=agent event=after\n");
    close(drained_pipe[0]);
    close(drained_pipe[1]);
}

static void logging_leaves_the_shared_description_as_it_is(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    run_child(log_one_of_each, ends[1]);
    assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    close(ends[0]);
    close(ends[1]);
}

static void a_socket_nobody_reads_loses_lines_instead_of_waiting(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    run_child(log_ten_thousand, ends[1]);
    assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    char line[64] = "";
    assert_true(read(ends[0], line, sizeof line - 1) > 0);
    assert_memory_equal(behind_stamp(line), "level=info", 10);
    close(ends[0]);
    close(ends[1]);
}

static void a_reader_gone_loses_lines_and_kills_nobody(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    run_child(log_ten_thousand, ends[1]);
    close(ends[1]);
}

static void a_full_disk_loses_lines(void **state)
{
    (void)state;
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0) {
        skip();
    }
    run_child(log_ten_thousand, fd);
    close(fd);
}

/* The next file opened must not become standard error. */
static void open_a_file_after_log_init(void)
{
    log_init("agent");
    int fd = open("/dev/null", O_RDONLY);
    log_event(LEVEL_INFO, "nowhere");
    _exit(fd > STDERR_FILENO && log_lost() == 1 ? 0 : 1);
}

static void a_closed_standard_error_is_not_given_to_another_file(void **state)
{
    (void)state;
    run_child(open_a_file_after_log_init, -1);
}

static void levels_have_names(void **state)
{
    (void)state;
    for (enum log_level level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++) {
        enum log_level found = LEVEL_ERROR;
        assert_true(log_level_find(log_level_name(level), &found));
        assert_int_equal(found, level);
    }
    enum log_level found = LEVEL_DEBUG;
    assert_false(log_level_find("verbose", &found));
    assert_int_equal(found, LEVEL_DEBUG);
    assert_string_equal(log_level_name((enum log_level)99), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_time_level_program_event_and_fields),
        cmocka_unit_test(a_stranger_cannot_forge_a_line_or_a_field),
        cmocka_unit_test(lines_above_the_level_are_dropped),
        cmocka_unit_test(a_line_too_long_is_cut_and_says_so),
        cmocka_unit_test(a_full_pipe_loses_lines_instead_of_waiting),
        cmocka_unit_test(the_next_line_that_goes_out_says_how_many_were_lost),
        cmocka_unit_test(logging_leaves_the_shared_description_as_it_is),
        cmocka_unit_test(a_socket_nobody_reads_loses_lines_instead_of_waiting),
        cmocka_unit_test(a_reader_gone_loses_lines_and_kills_nobody),
        cmocka_unit_test(a_full_disk_loses_lines),
        cmocka_unit_test(a_closed_standard_error_is_not_given_to_another_file),
        cmocka_unit_test(levels_have_names),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
