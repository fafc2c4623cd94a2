/*
 * test_child.c - a helper's life as child.c sees it, with helpers that end,
 * crash, babble, fall silent or lose their stream. The helpers are this very
 * program, told by the environment what to play.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/child.h"
#include "wire/progress.h"

#define DEADLINE_MS 20000
#define GENERATION 7

/* --- the helpers --------------------------------------------------------- */

static void say_hello_of(uint32_t generation, uint32_t format)
{
    struct message hello = {.kind = MESSAGE_PROBER_HELLO, .format = format};
    uint8_t bytes[FRAME_BYTES_MOST];
    size_t length = 0;

    if (frame_encode(&hello, generation, bytes, sizeof(bytes), &length) != 0 ||
        write(HELPER_FD_CHANNEL, bytes, length) != (ssize_t)length) {
        _exit(99);
    }
}

static void say_hello(uint32_t generation)
{
    say_hello_of(generation, MESSAGE_FORMAT);
}

/* 0 when exactly standard streams, channel and shared page are open. */
static int check_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int own = directory != NULL ? dirfd(directory) : -1;
    int strange = 0;

    for (struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (entry->d_name[0] != '.' && fd > HELPER_FD_SHARED && fd != own) {
            strange++;
        }
    }
    closedir(directory);
    return strange;
}

static int check_signals(void)
{
    struct sigaction action;
    int parent_death = 0;

    if (sigaction(SIGTERM, NULL, &action) != 0 ||
        action.sa_handler != SIG_IGN || sigaction(SIGINT, NULL, &action) != 0 ||
        action.sa_handler != SIG_IGN ||
        prctl(PR_GET_PDEATHSIG, &parent_death) != 0 ||
        parent_death != SIGKILL) {
        return 1;
    }
    return 0;
}

static int play(const char *part)
{
    if (strcmp(part, "hello") == 0) {
        say_hello(GENERATION);
        return 0;
    }
    if (strcmp(part, "stranger") == 0) {
        say_hello(GENERATION + 1);
        pause();
    }
    if (strcmp(part, "another build") == 0) {
        say_hello_of(GENERATION, MESSAGE_FORMAT + 1);
        pause();
    }
    if (strcmp(part, "garbage") == 0) {
        (void)!write(HELPER_FD_CHANNEL, "GET / HTTP/1.1\r\n\r\n", 18);
        pause();
    }
    if (strcmp(part, "half") == 0) {
        (void)!write(HELPER_FD_CHANNEL, "\x05\0\0", 3);
        return 3;
    }
    if (strcmp(part, "crash") == 0) {
        (void)signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    if (strcmp(part, "hangup") == 0) {
        close(HELPER_FD_CHANNEL);
        pause();
    }
    if (strcmp(part, "inspect") == 0) {
        return check_descriptors() + check_signals();
    }
    if (strcmp(part, "flood") == 0) {
        while (true) {
            say_hello(GENERATION);
        }
    }
    pause(); /* "silent" */
    return 98;
}

/* --- the fixture --------------------------------------------------------- */

struct fixture {
    uv_loop_t loop;
    uv_timer_t deadline;
    uv_timer_t killer;
    struct tasks tasks;
    struct child child;
    int messages;
    int ended;
    int end_status;
    int over;
};

static void on_message(struct child *child, const struct message *message)
{
    struct fixture *fixture = child->owner;

    assert_int_equal(message->kind, MESSAGE_PROBER_HELLO);
    fixture->messages++;
}

static void on_ended(struct child *child, int status)
{
    struct fixture *fixture = child->owner;

    assert_int_equal(fixture->over, 0);
    fixture->ended++;
    fixture->end_status = status;
    if (status != 0) {
        child_kill(child);
    }
}

static void on_over(struct child *child)
{
    struct fixture *fixture = child->owner;

    fixture->over++;
    uv_stop(&fixture->loop);
}

static void on_deadline(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

static void start(struct fixture *fixture, const char *part)
{
    struct child_spec spec = {
        .program = "/proc/self/exe",
        .name = "helper",
        .service = SERVICE_PROBER,
        .incoming = FROM_PROBER,
        .generation = GENERATION,
        .on_message = on_message,
        .on_ended = on_ended,
        .on_over = on_over,
    };

    assert_int_equal(setenv("TEST_CHILD_PART", part, 1), 0);
    spec.shared_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (strcmp(part, "missing") == 0) {
        spec.program = "/nonexistent/helper";
    }
    assert_int_equal(child_start(&fixture->child, &fixture->loop,
                                 &fixture->tasks, &spec, fixture),
                     0);
    close(spec.shared_fd);
    /* Without pidfds the start itself reaps one that is gone already. */
    assert_true(fixture->tasks.live == 1 ||
                fixture->child.state == CHILD_EXITED);
}

static void run_until_over(struct fixture *fixture)
{
    assert_int_equal(
        uv_timer_start(&fixture->deadline, on_deadline, DEADLINE_MS, 0), 0);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(fixture->over, 1);
    assert_int_equal(fixture->ended, 1);
    assert_int_equal(fixture->tasks.live, 0);
    assert_int_equal(fixture->tasks.started,
                     fixture->tasks.finished + fixture->tasks.reaped);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    *state = fixture;
    return fixture == NULL || uv_loop_init(&fixture->loop) != 0 ||
           uv_timer_init(&fixture->loop, &fixture->deadline) != 0 ||
           uv_timer_init(&fixture->loop, &fixture->killer) != 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    uv_close((uv_handle_t *)&fixture->deadline, NULL);
    uv_close((uv_handle_t *)&fixture->killer, NULL);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&fixture->loop);
    free(fixture);
    return left;
}

static void expect_end(struct fixture *fixture, const char *how)
{
    char text[64];

    child_describe_end(&fixture->child, text, sizeof(text));
    assert_string_equal(text, how);
}

/* --- the tests ----------------------------------------------------------- */

static void a_helper_that_ends_by_itself_is_finished(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "hello");
    run_until_over(fixture);
    assert_int_equal(fixture->messages, 1);
    assert_int_equal(fixture->end_status, 0);
    assert_int_equal(fixture->tasks.finished, 1);
    expect_end(fixture, "exited with 0");
}

static void a_crash_is_told_with_its_signal(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "crash");
    run_until_over(fixture);
    assert_int_equal(fixture->tasks.reaped, 1);
    expect_end(fixture, "died of SIGSEGV");
}

static void half_a_frame_is_an_end_like_any_other(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "half");
    run_until_over(fixture);
    assert_int_equal(fixture->messages, 0);
    expect_end(fixture, "exited with 3");
}

static void garbage_is_refused_and_costs_the_helper_its_life(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "garbage");
    run_until_over(fixture);
    assert_int_equal(fixture->messages, 0);
    assert_int_not_equal(fixture->end_status, 0);
    expect_end(fixture, "died of SIGKILL");
}

static void a_flood_of_good_messages_costs_the_helper_its_life(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "flood");
    run_until_over(fixture);
    expect_end(fixture, "died of SIGKILL");
    assert_true(fixture->messages <= (int)SPEECH_MESSAGES_MOST);
}

static void another_generation_is_refused(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "stranger");
    run_until_over(fixture);
    assert_int_equal(fixture->messages, 0);
    assert_int_equal(fixture->end_status, -ESTALE);
}

static void kill_on_timer(uv_timer_t *timer)
{
    struct fixture *fixture = timer->data;

    child_kill(&fixture->child);
    assert_int_equal(fixture->tasks.list[0].kind, TASK_ZOMBIE);
    child_kill(&fixture->child); /* again: harmless */
}

static void another_build_is_refused_at_its_hello(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "another build");
    run_until_over(fixture);
    assert_int_equal(fixture->messages, 0);
    assert_int_equal(fixture->end_status, -EPROTONOSUPPORT);
    assert_null(child_nonsense(fixture->end_status));
    assert_string_equal(child_fault(fixture->end_status),
                        "is of another build");
    expect_end(fixture, "died of SIGKILL");
}

static void a_silent_helper_is_killed_and_reaped(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "silent");
    fixture->killer.data = fixture;
    assert_int_equal(uv_timer_start(&fixture->killer, kill_on_timer, 1, 0), 0);
    run_until_over(fixture);
    expect_end(fixture, "died of SIGKILL");
    child_kill(&fixture->child); /* after the end: nobody is hit */
}

static void handle_hangup(struct child *child, int status)
{
    on_ended(child, status);
    child_kill(child);
}

static void a_helper_that_hangs_up_is_not_over_before_its_exit(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "hangup");
    fixture->child.on_ended = handle_hangup;
    run_until_over(fixture);
    expect_end(fixture, "died of SIGKILL");
}

static void a_program_that_is_not_there_ends_at_once(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "missing");
    run_until_over(fixture);
    expect_end(fixture, "could not be executed");
}

static void a_helper_has_a_clean_table_and_dies_with_its_parent(void **state)
{
    struct fixture *fixture = *state;
    int leaked = open("/dev/null", O_RDONLY); /* not close-on-exec */

    start(fixture, "inspect");
    run_until_over(fixture);
    close(leaked);
    expect_end(fixture, "exited with 0");
}

/* Nobody tells its exit: the kill that is sent again finds it gone. */
static void deafen_and_kill(uv_timer_t *timer)
{
    struct fixture *fixture = timer->data;
    struct child *child = &fixture->child;

    if (child->pidfd >= 0) {
        assert_int_equal(uv_poll_stop(&child->exit_poll), 0);
    } else {
        assert_int_equal(uv_signal_stop(&child->exit_signal), 0);
    }
    child_kill(child);
}

static void an_exit_that_nobody_told_is_found_at_the_next_kill(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "silent");
    fixture->killer.data = fixture;
    assert_int_equal(uv_timer_start(&fixture->killer, deafen_and_kill, 1, 0),
                     0);
    run_until_over(fixture);
    expect_end(fixture, "died of SIGKILL");
    assert_false(fixture->child.is_unkillable);
}

static void one_that_exits_before_it_is_watched_is_reaped(void **state)
{
    struct fixture *fixture = *state;

    for (int i = 0; i < 20; i++) {
        fixture->over = 0;
        fixture->ended = 0;
        start(fixture, "missing");
        run_until_over(fixture);
        expect_end(fixture, "could not be executed");
    }
}

static void killing_what_is_gone_does_nothing(void **state)
{
    struct fixture *fixture = *state;

    child_kill(&fixture->child); /* it was never started */
    start(fixture, "hello");
    run_until_over(fixture);
    assert_int_equal(fixture->child.state, CHILD_NONE);
    child_kill(&fixture->child);
    assert_int_equal(fixture->child.state, CHILD_NONE);
}

static void a_zombie_past_its_deadline_counts_as_unkillable(void **state)
{
    struct fixture *fixture = *state;
    struct tasks *tasks = &fixture->tasks;
    const struct task zombie = {.kind = TASK_ZOMBIE, .deadline_ms = 500};
    const struct task service = {.kind = TASK_SERVICE};

    (void)tasks_start(tasks, &zombie);
    (void)tasks_start(tasks, &service);
    assert_int_equal(child_count_unkillable(tasks, 499), 0);
    assert_int_equal(child_count_unkillable(tasks, 500), 1);
}

/* From here on this process and its children have no pidfds. */
static void forbid_pidfds(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof(code) / sizeof(code[0]),
                                .filter = code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0 ||
        syscall(SYS_pidfd_open, getpid(), 0) != -1 || errno != ENOSYS) {
        abort();
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_helper_that_ends_by_itself_is_finished),
        TEST(a_crash_is_told_with_its_signal),
        TEST(half_a_frame_is_an_end_like_any_other),
        TEST(garbage_is_refused_and_costs_the_helper_its_life),
        TEST(a_flood_of_good_messages_costs_the_helper_its_life),
        TEST(another_generation_is_refused),
        TEST(another_build_is_refused_at_its_hello),
        TEST(a_silent_helper_is_killed_and_reaped),
        TEST(a_helper_that_hangs_up_is_not_over_before_its_exit),
        TEST(a_program_that_is_not_there_ends_at_once),
        TEST(a_helper_has_a_clean_table_and_dies_with_its_parent),
        TEST(an_exit_that_nobody_told_is_found_at_the_next_kill),
        TEST(one_that_exits_before_it_is_watched_is_reaped),
        TEST(killing_what_is_gone_does_nothing),
        TEST(a_zombie_past_its_deadline_counts_as_unkillable),
    };
    const char *part = getenv("TEST_CHILD_PART");

    if (part != NULL) {
        return play(part);
    }
    int failed = cmocka_run_group_tests_name("child", tests, NULL, NULL);
    forbid_pidfds();
    return failed + cmocka_run_group_tests_name("child without pidfds", tests,
                                                NULL, NULL);
}
