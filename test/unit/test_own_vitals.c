/*
 * test_own_vitals.c - what a process says of itself grows with what it takes,
 * and is said also when there is no descriptor left; how late a loop was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lag.h"
#include "base/vitals.h"

#define BLOCK_BYTES (512u * 1024)
#define BLOCKS 64
#define MANY_SOCKETS 40

static uint32_t all_fds(const struct vitals *vitals)
{
    uint32_t sum = 0;
    for (int i = 0; i < VITALS_FD_KINDS; i++) {
        sum += vitals->fds[i];
    }
    return sum;
}

static void every_figure_of_a_living_process_is_known(void **state)
{
    (void)state;
    struct vitals vitals;
    vitals_read(&vitals);
    assert_true(vitals.rss_kb > 100);
    assert_true(vitals.pss_kb > 0);
    assert_true(vitals.pss_kb <= vitals.rss_kb);
    assert_true(vitals.threads >= 1);
    assert_true(all_fds(&vitals) >= 3);
    assert_int_equal(vitals.lag_ms, 0);
}

static void memory_that_is_taken_shows_as_resident(void **state)
{
    (void)state;
    struct vitals before;
    struct vitals after;
    char *blocks[BLOCKS];
    vitals_read(&before);
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(BLOCK_BYTES);
        assert_non_null(blocks[i]);
        memset(blocks[i], i + 1, BLOCK_BYTES);
    }
    vitals_read(&after);
    assert_true(after.rss_kb >=
                before.rss_kb + BLOCKS * BLOCK_BYTES / 1024 / 2);
    assert_true(after.pss_kb > before.pss_kb);
    for (int i = 0; i < BLOCKS; i++) {
        free(blocks[i]);
    }
}

static void descriptors_are_counted_by_what_they_are(void **state)
{
    (void)state;
    struct vitals before;
    struct vitals after;
    int sockets[2];
    int pipes[2];
    vitals_read(&before);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    assert_int_equal(pipe(pipes), 0);
    int event = eventfd(0, 0);
    int file = open("/dev/null", O_RDONLY);
    assert_true(event >= 0 && file >= 0);
    vitals_read(&after);
    assert_int_equal(after.fds[VITALS_FD_SOCKET],
                     before.fds[VITALS_FD_SOCKET] + 2);
    assert_int_equal(after.fds[VITALS_FD_PIPE], before.fds[VITALS_FD_PIPE] + 2);
    assert_int_equal(after.fds[VITALS_FD_ANON], before.fds[VITALS_FD_ANON] + 1);
    assert_int_equal(after.fds[VITALS_FD_FILE], before.fds[VITALS_FD_FILE] + 1);
    const int all[] = {sockets[0], sockets[1], pipes[0], pipes[1], event, file};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_int_equal(close(all[i]), 0);
    }
    vitals_read(&after);
    assert_int_equal(all_fds(&after), all_fds(&before));
}

/* A link's beginning says it. */
static void a_link_names_its_kind(void **state)
{
    (void)state;
    assert_int_equal(vitals_fd_kind("socket:[123]"), VITALS_FD_SOCKET);
    assert_int_equal(vitals_fd_kind("pipe:[123]"), VITALS_FD_PIPE);
    assert_int_equal(vitals_fd_kind("anon_inode:[eventpoll]"), VITALS_FD_ANON);
    assert_int_equal(vitals_fd_kind("/memfd:page (deleted)"), VITALS_FD_ANON);
    assert_int_equal(vitals_fd_kind("/run/board"), VITALS_FD_FILE);
    assert_int_equal(vitals_fd_kind("mnt:[4026531840]"), VITALS_FD_OTHER);
    assert_int_equal(vitals_fd_kind(""), VITALS_FD_OTHER);
    assert_string_equal(vitals_fd_name(VITALS_FD_SOCKET), "socket");
    assert_string_equal(vitals_fd_name(VITALS_FD_KINDS), "?");
}

static void *wait_on_pipe(void *context)
{
    char byte;
    assert_int_equal(read(*(int *)context, &byte, 1), 0);
    return NULL;
}

static void threads_are_counted(void **state)
{
    (void)state;
    struct vitals before;
    struct vitals with;
    int pipes[2];
    pthread_t thread;
    vitals_read(&before);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(pthread_create(&thread, NULL, wait_on_pipe, &pipes[0]), 0);
    vitals_read(&with);
    assert_int_equal(with.threads, before.threads + 1);
    assert_int_equal(close(pipes[1]), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(close(pipes[0]), 0);
}

static void cpu_that_was_burnt_is_counted(void **state)
{
    (void)state;
    struct vitals before;
    struct vitals after;
    volatile uint64_t sum = 0;
    vitals_read(&before);
    do {
        for (uint64_t i = 0; i < 1000000; i++) {
            sum += i;
        }
        vitals_read(&after);
    } while (after.cpu_ms == before.cpu_ms); /* ends: it burns */
    assert_true(sum > 0);
    assert_true(after.cpu_ms > before.cpu_ms);
}

/* What a child finds, as its exit code: 0 = all that can be known there. */
static int child_without_descriptors(void)
{
    struct vitals vitals;
    int last = -1;
    while (last < MANY_SOCKETS) {
        last = socket(AF_UNIX, SOCK_STREAM, 0);
        if (last < 0) {
            return 10;
        }
    }
    const struct rlimit limit = {.rlim_cur = (rlim_t)last + 1,
                                 .rlim_max = (rlim_t)last + 1};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || dup(0) >= 0) {
        return 11;
    }
    vitals_read(&vitals);
    if (vitals.rss_kb != 0 || vitals.threads != 0) {
        return 12; /* it could open a file after all */
    }
    return vitals.fds[VITALS_FD_SOCKET] > MANY_SOCKETS / 2 ? 0 : 13;
}

static int child_not_dumpable(void)
{
    struct vitals vitals;
    if (prctl(PR_SET_DUMPABLE, 0) != 0 ||
        (getuid() == 0 && setresuid(65534, 65534, 65534) != 0) ||
        prctl(PR_SET_DUMPABLE, 0) != 0) {
        return 20;
    }
    vitals_read(&vitals);
    return vitals.rss_kb > 0 && vitals.pss_kb > 0 && vitals.threads > 0 &&
                   all_fds(&vitals) >= 3
               ? 0
               : 21;
}

static int run_child(int (*child)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(child());
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void who_has_no_descriptor_left_still_counts_them(void **state)
{
    (void)state;
    assert_int_equal(run_child(child_without_descriptors), 0);
}

static void who_is_not_dumpable_may_still_read_its_own(void **state)
{
    (void)state;
    assert_int_equal(run_child(child_not_dumpable), 0);
}

/* --- lag ------------------------------------------------------------------ */

static void a_loop_that_sleeps_and_wakes_in_time_is_never_late(void **state)
{
    (void)state;
    struct lag lag = {0};
    lag_on_wake(&lag, 1000);
    lag_on_sleep(&lag, 1000, 500);
    lag_on_wake(&lag, 1300); /* something came */
    lag_on_sleep(&lag, 1300, 200);
    lag_on_wake(&lag, 1500);
    assert_int_equal(lag_take(&lag, 1500), 0);
}

static void a_long_turn_is_lag_and_is_told_once(void **state)
{
    (void)state;
    struct lag lag = {0};
    lag_on_wake(&lag, 1000);
    lag_on_sleep(&lag, 1080, 500);
    lag_on_wake(&lag, 1200);
    lag_on_sleep(&lag, 1230, 500);
    assert_int_equal(lag_take(&lag, 1230), 80);
    assert_int_equal(lag_take(&lag, 1230), 0);
}

static void a_sleep_past_its_end_is_lag(void **state)
{
    (void)state;
    struct lag lag = {0};
    lag_on_sleep(&lag, 1000, 100);
    lag_on_wake(&lag, 1350);
    assert_int_equal(lag_take(&lag, 1350), 250);
}

static void a_sleep_without_an_end_is_none(void **state)
{
    (void)state;
    struct lag lag = {0};
    lag_on_sleep(&lag, 1000, -1);
    lag_on_wake(&lag, 9000);
    lag_on_sleep(&lag, 9000, 0);
    lag_on_wake(&lag, 9500);
    assert_int_equal(lag_take(&lag, 9500), 0);
}

static void the_turn_that_asks_counts_too(void **state)
{
    (void)state;
    struct lag lag = {0};
    lag_on_wake(&lag, 1000);
    assert_int_equal(lag_take(&lag, 1040), 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_of_a_living_process_is_known),
        cmocka_unit_test(memory_that_is_taken_shows_as_resident),
        cmocka_unit_test(descriptors_are_counted_by_what_they_are),
        cmocka_unit_test(a_link_names_its_kind),
        cmocka_unit_test(threads_are_counted),
        cmocka_unit_test(cpu_that_was_burnt_is_counted),
        cmocka_unit_test(who_has_no_descriptor_left_still_counts_them),
        cmocka_unit_test(who_is_not_dumpable_may_still_read_its_own),
        cmocka_unit_test(a_loop_that_sleeps_and_wakes_in_time_is_never_late),
        cmocka_unit_test(a_long_turn_is_lag_and_is_told_once),
        cmocka_unit_test(a_sleep_past_its_end_is_lag),
        cmocka_unit_test(a_sleep_without_an_end_is_none),
        cmocka_unit_test(the_turn_that_asks_counts_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
