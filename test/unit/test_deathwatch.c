/*
 * test_deathwatch.c - a real loop, and children of this test in the place of
 * servers: whose end is told, once, and whose never is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "supervisor/deathwatch.h"

#define WAIT_MS 10000

struct stage {
    uv_loop_t loop;
    uv_timer_t timer;
    struct deathwatch watch;
    uint32_t told[8]; /* ends told, by instance */
    uint32_t total;
    uint32_t last_pid;
    bool was_watched;
    bool is_late;
};

static void note_end(struct deathwatch *watch, uint32_t instance, uint32_t pid,
                     bool was_watched)
{
    struct stage *stage = watch->owner;
    stage->told[instance]++;
    stage->total++;
    stage->last_pid = pid;
    stage->was_watched = was_watched;
}

static void handle_late(uv_timer_t *timer)
{
    struct stage *stage = timer->data;
    stage->is_late = true;
}

static bool has_pidfds(void)
{
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    return fd >= 0 && close(fd) == 0;
}

static void open_stage(struct stage *stage)
{
    if (!has_pidfds()) {
        skip(); /* valgrind's kernel, for one */
    }
    *stage = (struct stage){0};
    assert_int_equal(uv_loop_init(&stage->loop), 0);
    assert_int_equal(uv_timer_init(&stage->loop, &stage->timer), 0);
    stage->timer.data = stage;
    assert_int_equal(
        deathwatch_init(&stage->watch, &stage->loop, note_end, stage), 0);
}

/* Turns the loop until so many ends were told. */
static void wait_ends(struct stage *stage, uint32_t total)
{
    stage->is_late = false;
    assert_int_equal(uv_timer_start(&stage->timer, handle_late, WAIT_MS, 0), 0);
    while (stage->total < total && !stage->is_late) {
        (void)uv_run(&stage->loop, UV_RUN_ONCE);
    }
    assert_int_equal(uv_timer_stop(&stage->timer), 0);
    assert_int_equal(stage->total, total);
}

static void close_stage(struct stage *stage)
{
    deathwatch_stop(&stage->watch);
    assert_int_equal(stage->watch.count, 0);
    uv_close((uv_handle_t *)&stage->timer, NULL);
    (void)uv_run(&stage->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&stage->loop), 0); /* nothing is left */
    deathwatch_finish(&stage->watch);
}

static pid_t start_server(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)alarm(60); /* should the test itself die */
        for (;;) {
            (void)pause();
        }
    }
    return pid;
}

static void kill_server(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
}

static void bury(pid_t pid)
{
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static struct facts facts_of(pid_t pid)
{
    struct facts facts;
    struct process process;
    facts_init(&facts);
    assert_int_equal(process_look("/proc", (uint32_t)pid, &process), 0);
    facts.pid = (uint32_t)pid;
    facts.start_ticks = process.start_ticks;
    return facts;
}

static unsigned count_descriptors(void)
{
    unsigned count = 0;
    for (int fd = 0; fd < 256; fd++) {
        count += dup2(fd, fd) == fd;
    }
    return count;
}

/* --- what is told --------------------------------------------------------- */

static void the_end_of_a_process_is_told_once(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage);
    pid_t pid = start_server();
    struct facts facts = facts_of(pid);
    deathwatch_note(&stage.watch, 3, &facts);
    assert_int_equal(stage.watch.count, 1);
    kill_server(pid);
    wait_ends(&stage, 1);
    assert_int_equal(stage.told[3], 1);
    assert_int_equal(stage.last_pid, pid);
    assert_true(stage.was_watched);
    assert_int_equal(stage.watch.ends, 1);
    assert_int_equal(stage.watch.count, 0);
    bury(pid);
    /* The facts stay as they were until there are others. */
    for (int round = 0; round < 3; round++) {
        deathwatch_note(&stage.watch, 3, &facts);
        (void)uv_run(&stage.loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(stage.total, 1);
    close_stage(&stage);
}

static void a_process_behind_several_addresses_is_watched_once(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage);
    pid_t pid = start_server();
    struct facts facts = facts_of(pid);
    for (uint32_t instance = 0; instance < 3; instance++) {
        deathwatch_note(&stage.watch, instance, &facts);
    }
    assert_int_equal(stage.watch.count, 1);
    kill_server(pid);
    wait_ends(&stage, 3);
    assert_int_equal(stage.told[0] + stage.told[1] + stage.told[2], 3);
    assert_int_equal(stage.watch.ends, 1);
    bury(pid);
    close_stage(&stage);
}

static void a_successor_is_watched_in_its_place(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage);
    unsigned before = count_descriptors();
    pid_t first = start_server();
    pid_t second = start_server();
    struct facts facts = facts_of(first);
    deathwatch_note(&stage.watch, 0, &facts);
    deathwatch_note(&stage.watch, 1, &facts);
    facts = facts_of(second);
    deathwatch_note(&stage.watch, 0, &facts);
    assert_int_equal(stage.watch.count, 2); /* instance 1 has the first yet */
    deathwatch_note(&stage.watch, 1, &facts);
    assert_int_equal(stage.watch.count, 1);
    assert_int_equal(count_descriptors(), before + 1);
    kill_server(first);
    bury(first);
    kill_server(second);
    wait_ends(&stage, 2);
    assert_int_equal(stage.last_pid, second);
    bury(second);
    close_stage(&stage);
    assert_int_equal(stage.total, 2);
}

/* --- what is not watched -------------------------------------------------- */

static void a_pid_s_next_owner_is_not_watched_in_its_place(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage);
    pid_t pid = start_server();
    struct facts facts = facts_of(pid);
    facts.start_ticks -= 1; /* another process, of before */
    deathwatch_note(&stage.watch, 0, &facts);
    assert_int_equal(stage.watch.count, 0);
    assert_int_equal(stage.total, 1); /* that one is no more */
    assert_false(stage.was_watched);
    assert_int_equal(stage.watch.ends, 0);
    kill_server(pid);
    bury(pid);
    for (int turn = 0; turn < 3; turn++) {
        (void)uv_run(&stage.loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(stage.total, 1);
    close_stage(&stage);
}

static void a_process_that_ended_before_it_was_noted_is_told(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage);
    pid_t pid = start_server();
    struct facts facts = facts_of(pid);
    kill_server(pid);
    bury(pid);
    deathwatch_note(&stage.watch, 0, &facts);
    deathwatch_note(&stage.watch, 0, &facts);
    assert_int_equal(stage.total, 1);
    assert_false(stage.was_watched);
    close_stage(&stage);
}

static void an_unknown_process_is_not_watched(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage);
    pid_t pid = start_server();
    struct facts known = facts_of(pid);
    struct facts unknown;
    facts_init(&unknown);
    deathwatch_note(&stage.watch, 0, &unknown);
    assert_int_equal(stage.watch.count, 0);
    unknown.pid = (uint32_t)pid; /* told, not proved */
    deathwatch_note(&stage.watch, 0, &unknown);
    assert_int_equal(stage.watch.count, 0);
    deathwatch_note(&stage.watch, 0, &known);
    assert_int_equal(stage.watch.count, 1);
    facts_init(&unknown);
    deathwatch_note(&stage.watch, 0, &unknown); /* its proof was lost */
    assert_int_equal(stage.watch.count, 0);
    kill_server(pid);
    bury(pid);
    assert_int_equal(stage.total, 0);
    close_stage(&stage);
}

static void a_process_of_another_user_is_watched(void **state)
{
    (void)state;
    struct stage stage;
    struct facts facts = facts_of(1); /* root's, and no child of ours */
    open_stage(&stage);
    deathwatch_note(&stage.watch, 0, &facts);
    assert_int_equal(stage.watch.count, 1);
    assert_int_equal(stage.total, 0);
    close_stage(&stage);
}

static void without_a_descriptor_left_it_is_tried_again(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage);
    pid_t pid = start_server();
    struct facts facts = facts_of(pid);
    uint32_t room = stage.watch.room;
    stage.watch.room = 0;
    deathwatch_note(&stage.watch, 0, &facts);
    deathwatch_note(&stage.watch, 0, &facts);
    assert_int_equal(stage.watch.count, 0);
    assert_true(stage.watch.has_complained);
    stage.watch.room = room;
    deathwatch_note(&stage.watch, 0, &facts);
    assert_int_equal(stage.watch.count, 1);
    kill_server(pid);
    wait_ends(&stage, 1);
    bury(pid);
    close_stage(&stage);
}

static void without_pidfds_nobody_is_watched(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage);
    pid_t pid = start_server();
    struct facts facts = facts_of(pid);
    stage.watch.is_impossible = true;
    deathwatch_note(&stage.watch, 0, &facts);
    assert_int_equal(stage.watch.count, 0);
    assert_int_equal(stage.total, 0);
    kill_server(pid);
    bury(pid);
    close_stage(&stage);
}

static void stopping_lets_everybody_go_and_leaves_nothing(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage);
    unsigned before = count_descriptors();
    pid_t pids[4];
    for (uint32_t i = 0; i < 4; i++) {
        pids[i] = start_server();
        struct facts facts = facts_of(pids[i]);
        deathwatch_note(&stage.watch, i, &facts);
    }
    assert_int_equal(stage.watch.count, 4);
    assert_int_equal(count_descriptors(), before + 4);
    deathwatch_stop(&stage.watch);
    assert_int_equal(count_descriptors(), before);
    for (uint32_t i = 0; i < 4; i++) {
        kill_server(pids[i]);
        bury(pids[i]);
    }
    close_stage(&stage);
    assert_int_equal(stage.total, 0);
}

static void descriptors_for_everything_else_are_kept_back(void **state)
{
    (void)state;
    struct rlimit before;
    struct stage stage;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit narrow = before;
    narrow.rlim_cur = 1024;
    narrow.rlim_max = 1024;
    pid_t child = fork(); /* a hard limit does not come back */
    assert_true(child >= 0);
    if (child == 0) {
        (void)setrlimit(RLIMIT_NOFILE, &narrow);
        open_stage(&stage);
        bool is_right = stage.watch.room == 1024 - DEATHWATCH_RESERVE;
        close_stage(&stage);
        _exit(is_right ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    log_set_level(LEVEL_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_a_process_is_told_once),
        cmocka_unit_test(a_process_behind_several_addresses_is_watched_once),
        cmocka_unit_test(a_successor_is_watched_in_its_place),
        cmocka_unit_test(a_pid_s_next_owner_is_not_watched_in_its_place),
        cmocka_unit_test(a_process_that_ended_before_it_was_noted_is_told),
        cmocka_unit_test(an_unknown_process_is_not_watched),
        cmocka_unit_test(a_process_of_another_user_is_watched),
        cmocka_unit_test(without_a_descriptor_left_it_is_tried_again),
        cmocka_unit_test(without_pidfds_nobody_is_watched),
        cmocka_unit_test(stopping_lets_everybody_go_and_leaves_nothing),
        cmocka_unit_test(descriptors_for_everything_else_are_kept_back),
    };
    return cmocka_run_group_tests_name("deathwatch", tests, NULL, NULL);
}
