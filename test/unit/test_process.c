/*
 * test_process.c - a process as /proc shows it: any name it may give itself,
 * every state, and when a server may be believed to be it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "fake_proc.h"
#include "prober/process.h"

#define PID 77
#define BETWEEN " 1 77 77 0 -1 4194560 100 0 0 0 9 2 0 0 20 0 5 0 "
#define BEHIND " 70000000 2000 18446744073709551615 1 1 0 0 0\n"

static int look(const char *line, struct process *process)
{
    struct fake_proc proc;
    fake_proc_init(&proc);
    fake_proc_file(&proc, "77/stat", line);
    int status = process_look(proc.root, PID, process);
    fake_proc_finish(&proc);
    return status;
}

static uint64_t ticks(double seconds)
{
    return (uint64_t)(seconds * (double)sysconf(_SC_CLK_TCK));
}

static void state_name_and_start_are_read(void **state)
{
    (void)state;
    struct process process;
    assert_int_equal(
        look("77 (redis-server) S" BETWEEN "4242" BEHIND, &process), 0);
    assert_int_equal(process.state, PROCESS_SLEEPING);
    assert_int_equal(process.start_ticks, 4242);
    assert_string_equal(process.name, "redis-server");
}

static void what_it_burnt_is_user_and_system_time(void **state)
{
    (void)state;
    struct process process;
    assert_int_equal(
        look("77 (redis-server) R" BETWEEN "4242" BEHIND, &process), 0);
    assert_int_equal(process.cpu_ms, 11 * 1000 / sysconf(_SC_CLK_TCK));
    assert_int_equal(process.letter, 'R');
}

static void name_may_hold_spaces_and_parentheses(void **state)
{
    (void)state;
    struct process process;
    assert_int_equal(
        look("77 (a) Z 9 (b) c) R" BETWEEN "4242" BEHIND, &process), 0);
    assert_int_equal(process.state, PROCESS_RUNNING);
    assert_int_equal(process.start_ticks, 4242);
    assert_string_equal(process.name, "a) Z 9 (b) c");
}

static void every_letter_has_its_state(void **state)
{
    (void)state;
    static const struct {
        char letter;
        enum process_state state;
    } rows[] = {
        {'S', PROCESS_SLEEPING}, {'I', PROCESS_SLEEPING},
        {'R', PROCESS_RUNNING},  {'D', PROCESS_WAITING},
        {'T', PROCESS_STOPPED},  {'t', PROCESS_STOPPED},
        {'Z', PROCESS_ZOMBIE},   {'X', PROCESS_ZOMBIE},
        {'?', PROCESS_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct process process;
        char line[256];
        assert_true(text_format(line, sizeof(line), "77 (x) %c%s",
                                rows[i].letter, BETWEEN "1" BEHIND));
        assert_int_equal(look(line, &process), 0);
        assert_int_equal(process.state, rows[i].state);
    }
}

static void lines_that_are_no_stat_are_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "77",
        "77 (x)",
        "77 (x) ",
        "77 (x) S",
        "77 )x( S" BETWEEN "1" BEHIND,
        "77 (x) S" BETWEEN,
        "77 (x) S" BETWEEN "-1" BEHIND,
        "77 (x) S" BETWEEN "99999999999999999999999999999999" BEHIND,
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct process process;
        assert_int_equal(look(lines[i], &process), -EINVAL);
        assert_int_equal(process.state, PROCESS_UNKNOWN);
        assert_int_equal(process.start_ticks, 0);
    }
}

static void process_that_is_not_there_is_gone(void **state)
{
    (void)state;
    struct fake_proc proc;
    struct process process;
    fake_proc_init(&proc);
    assert_int_equal(process_look(proc.root, PID, &process), -ENOENT);
    assert_int_equal(process.state, PROCESS_GONE);
    fake_proc_finish(&proc);
}

static void stat_that_cannot_be_read_is_not_called_gone(void **state)
{
    (void)state;
    struct fake_proc proc;
    struct process process;
    fake_proc_init(&proc);
    fake_proc_file(&proc, "77/stat/not-a-file", "");
    assert_int_equal(process_look(proc.root, PID, &process), -EISDIR);
    assert_int_equal(process.state, PROCESS_UNKNOWN);
    fake_proc_finish(&proc);
}

static void our_own_process_is_seen_running(void **state)
{
    (void)state;
    struct process process;
    struct timespec now;
    assert_int_equal(process_look("/proc", (uint32_t)getpid(), &process), 0);
    assert_int_equal(process.state, PROCESS_RUNNING);
    assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &now), 0);
    assert_true(process.start_ticks > 0);
    assert_true(process.start_ticks <= ticks((double)now.tv_sec + 1));
    assert_memory_equal(process.name, "test_process", 12);
}

static void server_fits_only_near_its_start(void **state)
{
    (void)state;
    struct process process = {.start_ticks = ticks(1000),
                              .name = "redis-server"};
    assert_true(process_fits(&process, 60, ticks(1060)));
    assert_true(process_fits(&process, 58, ticks(1060)));
    assert_true(process_fits(&process, 62, ticks(1060)));
    assert_false(process_fits(&process, 57, ticks(1060)));
    assert_false(process_fits(&process, 63, ticks(1060)));
    assert_true(process_fits(&process, 0, ticks(1000)));
    assert_false(process_fits(&process, UINT64_MAX, ticks(1060)));
    assert_false(process_fits(&process, INT64_MAX, UINT64_MAX));
}

static void only_servers_of_redis_kind_fit(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool fits;
    } rows[] = {
        {"redis-server", true}, {"valkey-server", true},
        {"keydb-server", true}, {"redis-check-rdb", true},
        {"postgres", false},    {"", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct process process = {.start_ticks = ticks(10)};
        assert_true(
            text_copy(process.name, sizeof(process.name), rows[i].name));
        assert_int_equal(process_fits(&process, 5, ticks(15)), rows[i].fits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_name_and_start_are_read),
        cmocka_unit_test(what_it_burnt_is_user_and_system_time),
        cmocka_unit_test(name_may_hold_spaces_and_parentheses),
        cmocka_unit_test(every_letter_has_its_state),
        cmocka_unit_test(lines_that_are_no_stat_are_refused),
        cmocka_unit_test(process_that_is_not_there_is_gone),
        cmocka_unit_test(stat_that_cannot_be_read_is_not_called_gone),
        cmocka_unit_test(our_own_process_is_seen_running),
        cmocka_unit_test(server_fits_only_near_its_start),
        cmocka_unit_test(only_servers_of_redis_kind_fit),
    };
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
