/*
 * log_child.h - a log in a child of its own: log_init is once a process and
 * takes over standard error, so each test runs the logging in a child whose
 * standard error is what the test wants.
 */
#ifndef TEST_UNIT_LOG_CHILD_H
#define TEST_UNIT_LOG_CHILD_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

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

#endif
