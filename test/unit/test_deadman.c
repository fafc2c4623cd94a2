/*
 * test_deadman.c - a process whose loop stands still is killed by the kernel,
 * whatever it stands in. Each test runs the victim as a child.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/deadman.h"

#define SHORT_MS 200
#define TOO_LONG_S 20 /* the victim's own end, which is then a failure */

static void block_everything(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
}

static void victim_spins_with_all_signals_blocked(void)
{
    deadman_start();
    deadman_final(SHORT_MS);
    block_everything();
    uint64_t start_ms = clock_monotonic_ms();
    while (clock_monotonic_ms() < start_ms + TOO_LONG_S * 1000) {
    }
}

static void victim_stops_itself(void)
{
    deadman_start();
    deadman_final(SHORT_MS);
    raise(SIGSTOP);
}

static void victim_feeds_after_its_final_limit(void)
{
    deadman_start();
    deadman_final(SHORT_MS);
    uint64_t start_ms = clock_monotonic_ms();
    while (clock_monotonic_ms() < start_ms + TOO_LONG_S * 1000) {
        deadman_feed();
    }
}

static void victim_sleeps_and_is_never_fed(void)
{
    deadman_start();
    block_everything();
    sleep(TOO_LONG_S);
}

static void victim_feeds_and_outlives_its_limit(void)
{
    deadman_start();
    uint64_t start_ms = clock_monotonic_ms();
    while (clock_monotonic_ms() < start_ms + DEADMAN_LIMIT_MS + 500) {
        usleep(50 * 1000);
        deadman_feed();
    }
}

static void victim_was_never_started(void)
{
    deadman_feed();
    deadman_final(1);
    usleep(100 * 1000);
}

/* The wait status of a child that runs `body`. */
static int end_of(void (*body)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        body();
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void check_killed(int status)
{
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void a_spin_with_all_signals_blocked_is_ended(void **state)
{
    (void)state;
    check_killed(end_of(victim_spins_with_all_signals_blocked));
}

static void a_stopped_process_is_ended(void **state)
{
    (void)state;
    check_killed(end_of(victim_stops_itself));
}

static void a_process_never_fed_ends_after_its_limit(void **state)
{
    (void)state;
    uint64_t start_ms = clock_monotonic_ms();
    check_killed(end_of(victim_sleeps_and_is_never_fed));
    assert_true(clock_monotonic_ms() - start_ms >= DEADMAN_LIMIT_MS);
}

static void a_process_that_feeds_lives(void **state)
{
    (void)state;
    assert_int_equal(end_of(victim_feeds_and_outlives_its_limit), 0);
}

static void feeding_does_not_extend_the_way_out(void **state)
{
    (void)state;
    check_killed(end_of(victim_feeds_after_its_final_limit));
}

static void nothing_happens_before_the_start(void **state)
{
    (void)state;
    assert_int_equal(end_of(victim_was_never_started), 0);
}

/* The grandchild lives on after the limit and says so. */
static void a_child_does_not_inherit_it(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        deadman_start();
        deadman_final(SHORT_MS);
        if (fork() == 0) {
            usleep(3 * SHORT_MS * 1000);
            ssize_t count = write(ends[1], "x", 1);
            _exit(count == 1 ? 0 : 1);
        }
        sleep(TOO_LONG_S);
        _exit(0);
    }
    close(ends[1]);
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    check_killed(status);
    char byte = 0;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spin_with_all_signals_blocked_is_ended),
        cmocka_unit_test(a_stopped_process_is_ended),
        cmocka_unit_test(a_process_never_fed_ends_after_its_limit),
        cmocka_unit_test(a_process_that_feeds_lives),
        cmocka_unit_test(feeding_does_not_extend_the_way_out),
        cmocka_unit_test(nothing_happens_before_the_start),
        cmocka_unit_test(a_child_does_not_inherit_it),
    };
    return cmocka_run_group_tests_name("deadman", tests, NULL, NULL);
}
