/*
 * test_peer.c - which process is believed to be the server, and what it was
 * doing while the server was silent.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "prober/peer.h"
#include "prober/process.h"

/* As this process would tell of itself, were it a server. */
static void tell_of_self(struct info *info)
{
    struct process self;
    info_init(info);
    assert_int_equal(process_look("/proc", (uint32_t)getpid(), &self), 0);
    uint64_t start_s = self.start_ticks / (uint64_t)sysconf(_SC_CLK_TCK);
    info->process_id = (uint32_t)getpid();
    info->facts.values[FACT_UPTIME] =
        (int64_t)(clock_boot_ms() / 1000 - start_s);
}

static uint64_t start_of(pid_t pid)
{
    struct process process;
    assert_int_equal(process_look("/proc", (uint32_t)pid, &process), 0);
    return process.start_ticks;
}

static bool is_proved(const struct peer *peer, const struct info *info)
{
    struct facts facts;
    facts_init(&facts);
    facts.pid = 4711; /* must not stay */
    facts.start_ticks = 4711;
    peer_prove(peer, info, &facts);
    bool is_whole = facts.pid != 0 && facts.start_ticks != 0;
    bool is_empty = facts.pid == 0 && facts.start_ticks == 0;
    assert_true(is_whole || is_empty);
    if (is_whole) {
        assert_int_equal(facts.pid, getpid());
        assert_int_equal(facts.start_ticks, start_of(getpid()));
    }
    return is_whole;
}

static void process_the_kernel_vouches_for_is_believed(void **state)
{
    (void)state;
    struct info info;
    info_init(&info); /* it tells nothing */
    const struct peer peer = {.vouched = (uint32_t)getpid(), .is_local = true};
    assert_true(is_proved(&peer, &info));
    tell_of_self(&info);
    info.process_id = 1; /* as in a pid namespace of its own */
    assert_true(is_proved(&peer, &info));
}

static void number_a_server_tells_must_fit_by_name_and_start(void **state)
{
    (void)state;
    struct info info;
    const struct peer peer = {.is_local = true};
    tell_of_self(&info);
    assert_false(is_proved(&peer, &info)); /* by its name */
    assert_int_equal(prctl(PR_SET_NAME, "redis-server"), 0);
    assert_true(is_proved(&peer, &info));
    info.facts.values[FACT_UPTIME] += 10;
    assert_false(is_proved(&peer, &info));
    info.facts.values[FACT_UPTIME] = FACT_UNKNOWN;
    assert_false(is_proved(&peer, &info));
    tell_of_self(&info);
    info.process_id = 0;
    assert_false(is_proved(&peer, &info));
    assert_int_equal(prctl(PR_SET_NAME, "test_peer"), 0);
}

static void number_from_another_host_means_nothing_here(void **state)
{
    (void)state;
    struct info info;
    const struct peer peer = {.is_local = false,
                              .known_pid = (uint32_t)getpid(),
                              .known_start = start_of(getpid())};
    tell_of_self(&info);
    assert_int_equal(prctl(PR_SET_NAME, "redis-server"), 0);
    assert_false(is_proved(&peer, &info));
    assert_int_equal(prctl(PR_SET_NAME, "test_peer"), 0);
}

static void proof_of_before_lasts_while_number_and_start_do(void **state)
{
    (void)state;
    struct info info;
    struct peer peer = {.is_local = true,
                        .known_pid = (uint32_t)getpid(),
                        .known_start = start_of(getpid())};
    tell_of_self(&info);
    assert_true(is_proved(&peer, &info)); /* though its name does not fit */
    info.facts.values[FACT_UPTIME] += 10;
    assert_false(is_proved(&peer, &info));
    tell_of_self(&info);
    peer.known_pid++;
    assert_false(is_proved(&peer, &info));
}

/* --- after a silence ---------------------------------------------------- */

static pid_t start_child(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(20);
        (void)pause();
        _exit(0);
    }
    return pid;
}

static void stop_child(pid_t pid)
{
    int status = 0;
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
}

static void end_child(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void expect_look(const struct peer *peer, enum process_state state,
                        bool is_same)
{
    struct evidence evidence = {.end = EVIDENCE_DEADLINE};
    peer_look(peer, &evidence);
    assert_int_equal(evidence.process, state);
    assert_int_equal(evidence.known.is_same_process, is_same);
}

static void stopped_server_is_seen_and_known_again(void **state)
{
    (void)state;
    pid_t child = start_child();
    uint64_t start = start_of(child);
    stop_child(child);
    const struct peer by_number = {.known_pid = (uint32_t)child,
                                   .known_start = start};
    const struct peer vouched = {.vouched = (uint32_t)child};
    const struct peer both = {.vouched = (uint32_t)child,
                              .known_pid = (uint32_t)child,
                              .known_start = start};
    expect_look(&by_number, PROCESS_STOPPED, true);
    expect_look(&vouched, PROCESS_STOPPED, false);
    expect_look(&both, PROCESS_STOPPED, true);
    end_child(child);
    expect_look(&by_number, PROCESS_GONE, false);
    expect_look(&both, PROCESS_GONE, false);
    expect_look(&vouched, PROCESS_UNKNOWN, false); /* never seen: hidden? */
}

static void number_taken_by_another_means_the_server_is_gone(void **state)
{
    (void)state;
    const struct peer peer = {.known_pid = (uint32_t)getpid(),
                              .known_start = start_of(getpid()) - 1};
    expect_look(&peer, PROCESS_GONE, false);
}

static void restarted_server_behind_a_unix_socket_is_another(void **state)
{
    (void)state;
    pid_t child = start_child();
    stop_child(child);
    const struct peer peer = {.vouched = (uint32_t)child,
                              .known_pid = (uint32_t)getpid(),
                              .known_start = start_of(getpid())};
    expect_look(&peer, PROCESS_STOPPED, false);
    end_child(child);
}

static void nobody_known_is_nobody_looked_at(void **state)
{
    (void)state;
    const struct peer nobody = {.vouched = 0};
    const struct peer unproved = {.known_pid = (uint32_t)getpid()};
    expect_look(&nobody, PROCESS_UNKNOWN, false);
    expect_look(&unproved, PROCESS_UNKNOWN, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(process_the_kernel_vouches_for_is_believed),
        cmocka_unit_test(number_a_server_tells_must_fit_by_name_and_start),
        cmocka_unit_test(number_from_another_host_means_nothing_here),
        cmocka_unit_test(proof_of_before_lasts_while_number_and_start_do),
        cmocka_unit_test(stopped_server_is_seen_and_known_again),
        cmocka_unit_test(number_taken_by_another_means_the_server_is_gone),
        cmocka_unit_test(restarted_server_behind_a_unix_socket_is_another),
        cmocka_unit_test(nobody_known_is_nobody_looked_at),
    };
    return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
