/*
 * test_log_sink.c - whatever standard error is, logging never waits for it:
 * what it does not take is lost and counted.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/log.h"
#include "log_child.h"

static void log_one_of_each(void)
{
    log_init("agent");
    log_event(LEVEL_INFO, "instance_changed", LOG_TEXT("name", "cache-1"),
              LOG_NUMBER("pid", -7), LOG_TEXT("none", NULL));
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
    for (int i = 0; log_lost() < 5; i++) {
        log_event(LEVEL_INFO, "flood", LOG_NUMBER("line", i));
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
        print_message("# skip a_full_disk_loses_lines: no /dev/full here\n");
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

/* What was never written cannot be repeated: each is lost by itself. */
static void log_the_same_into_nothing(void)
{
    log_init("agent");
    for (int i = 0; i < 10; i++) {
        log_event(LEVEL_ERROR, "bad");
    }
    _exit(log_lost() == 10 ? 0 : 1);
}

static void a_line_that_was_lost_is_not_counted_as_said(void **state)
{
    (void)state;
    run_child(log_the_same_into_nothing, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_pipe_loses_lines_instead_of_waiting),
        cmocka_unit_test(the_next_line_that_goes_out_says_how_many_were_lost),
        cmocka_unit_test(logging_leaves_the_shared_description_as_it_is),
        cmocka_unit_test(a_socket_nobody_reads_loses_lines_instead_of_waiting),
        cmocka_unit_test(a_reader_gone_loses_lines_and_kills_nobody),
        cmocka_unit_test(a_full_disk_loses_lines),
        cmocka_unit_test(a_closed_standard_error_is_not_given_to_another_file),
        cmocka_unit_test(a_line_that_was_lost_is_not_counted_as_said),
    };
    return cmocka_run_group_tests_name("log_sink", tests, NULL, NULL);
}
