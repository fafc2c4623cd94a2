/*
 * test_discovery.c - a search as the supervisor sees it, with helpers that do
 * it well, that lie, die, fall silent or go on talking. The helpers are this
 * very program, told by the environment what to play.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "supervisor/discovery.h"

#define PART_VARIABLE "TEST_DISCOVERY_PART"
#define PATIENCE_MS 30000

/* --- the helpers -------------------------------------------------------- */

static uint32_t own_generation;

static void say(const struct message *message)
{
    uint8_t bytes[FRAME_BYTES_MOST];
    size_t length = 0;

    if (frame_encode(message, own_generation, bytes, sizeof(bytes), &length) !=
            0 ||
        write(HELPER_FD_CHANNEL, bytes, length) != (ssize_t)length) {
        _exit(99);
    }
}

static void say_hello(void)
{
    say(&(struct message){.kind = MESSAGE_PROBER_HELLO,
                          .format = MESSAGE_FORMAT});
}

static void say_found(const char *addr, bool is_another)
{
    struct message message = {
        .kind = MESSAGE_FOUND,
        .found = {.is_another = is_another, .pid = 10, .version = "7.0.15"}};

    (void)text_copy(message.found.addr, sizeof(message.found.addr), addr);
    say(&message);
}

static void say_searched(bool is_whole)
{
    say(&(struct message){
        .kind = MESSAGE_SEARCHED,
        .searched = {.is_whole = is_whole, .processes = 2, .addresses = 3}});
}

static int play(const char *part)
{
    say_hello();
    say_found("127.0.0.1:6380", false);
    say_found("127.0.0.1:6379", false);
    if (strcmp(part, "well") == 0) {
        say_found("0.0.0.0:6379", true);
        say_searched(true);
        return 0;
    }
    if (strcmp(part, "cut") == 0) {
        say_searched(false);
        return 0;
    }
    if (strcmp(part, "crash") == 0) {
        (void)signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    if (strcmp(part, "name") == 0) {
        say_found("db7:6379", false);
    }
    if (strcmp(part, "result") == 0) {
        say(&(struct message){
            .kind = MESSAGE_RESULT,
            .result = {.task = 1, .verdict = {.state = STATE_UP}}});
    }
    if (strcmp(part, "garbage") == 0) {
        (void)!write(HELPER_FD_CHANNEL, "GET / HTTP/1.1\r\n\r\n", 18);
    }
    if (strcmp(part, "stranger") == 0) {
        own_generation++;
        say_found("127.0.0.1:1", false);
    }
    if (strcmp(part, "more") == 0) {
        say_searched(true);
        say_found("127.0.0.1:6381", false);
    }
    if (strcmp(part, "stays") == 0) {
        say_searched(true);
    }
    if (strcmp(part, "hangup") == 0) {
        close(HELPER_FD_CHANNEL);
    }
    pause(); /* "silent" */
    return 98;
}

/* --- the fixture -------------------------------------------------------- */

struct fixture {
    uv_loop_t loop;
    uv_timer_t patience;
    uv_timer_t stop;
    struct tasks tasks;
    struct discovery discovery;
    int done;
    int status;
};

static void on_done(struct discovery *discovery, int status)
{
    struct fixture *fixture = discovery->owner;

    assert_false(discovery->is_searching);
    fixture->done++;
    fixture->status = status;
    uv_stop(&fixture->loop);
}

static void handle_patience(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

static int start(struct fixture *fixture, const char *part)
{
    assert_int_equal(setenv(PART_VARIABLE, part, 1), 0);
    return discovery_start(&fixture->discovery, &fixture->loop, &fixture->tasks,
                           strcmp(part, "missing") == 0 ? "/nonexistent"
                                                        : "/proc/self/exe",
                           on_done, fixture);
}

static void run_until_done(struct fixture *fixture)
{
    assert_int_equal(
        uv_timer_start(&fixture->patience, handle_patience, PATIENCE_MS, 0), 0);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(fixture->done, 1);
    assert_int_equal(fixture->tasks.live, 0);
    assert_int_equal(fixture->tasks.started,
                     fixture->tasks.finished + fixture->tasks.reaped);
    fixture->done = 0;
}

static void search(struct fixture *fixture, const char *part)
{
    assert_int_equal(start(fixture, part), 0);
    assert_int_equal(fixture->tasks.list[0].service, SERVICE_DISCOVERY);
    run_until_done(fixture);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    *state = fixture;
    return fixture == NULL || uv_loop_init(&fixture->loop) != 0 ||
           uv_timer_init(&fixture->loop, &fixture->patience) != 0 ||
           uv_timer_init(&fixture->loop, &fixture->stop) != 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    uv_close((uv_handle_t *)&fixture->patience, NULL);
    uv_close((uv_handle_t *)&fixture->stop, NULL);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&fixture->loop);
    free(fixture);
    return left;
}

static void expect_both(const struct fixture *fixture)
{
    assert_int_equal(fixture->discovery.count, 2);
    assert_string_equal(fixture->discovery.list[0].name, "redis-6379");
    assert_string_equal(fixture->discovery.list[1].name, "redis-6380");
}

/* --- the tests ---------------------------------------------------------- */

static void what_is_found_is_sorted_and_named(void **state)
{
    struct fixture *fixture = *state;

    search(fixture, "well");
    assert_int_equal(fixture->status, 0);
    expect_both(fixture);
    assert_string_equal(address_text(&fixture->discovery.list[0].address).text,
                        "127.0.0.1:6379");
    assert_int_equal(fixture->discovery.list[0].other_count, 1);
    assert_int_equal(fixture->discovery.searched.addresses, 3);
    assert_int_equal(fixture->tasks.finished, 1);
}

static void a_search_may_follow_a_search(void **state)
{
    struct fixture *fixture = *state;

    search(fixture, "well");
    search(fixture, "garbage");
    search(fixture, "well");
    assert_int_equal(fixture->status, 0);
    expect_both(fixture);
}

static void one_search_at_a_time(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(start(fixture, "well"), 0);
    assert_int_equal(start(fixture, "well"), -EALREADY);
    assert_int_equal(fixture->tasks.live, 1);
    run_until_done(fixture);
    expect_both(fixture);
}

static void a_dying_helper_leaves_what_it_told(void **state)
{
    struct fixture *fixture = *state;

    search(fixture, "crash");
    assert_int_equal(fixture->status, -EIO);
    expect_both(fixture);
    search(fixture, "hangup");
    assert_int_equal(fixture->status, -EIO);
    expect_both(fixture);
}

static void a_search_that_was_cut_is_told_as_such(void **state)
{
    struct fixture *fixture = *state;

    search(fixture, "cut");
    assert_int_equal(fixture->status, -ETIMEDOUT);
    expect_both(fixture);
}

static void a_silent_helper_is_killed_and_what_it_told_counts(void **state)
{
    struct fixture *fixture = *state;

    search(fixture, "silent");
    assert_int_equal(fixture->status, -ETIMEDOUT);
    expect_both(fixture);
    assert_int_equal(fixture->tasks.reaped, 1);
}

static void a_helper_that_stays_after_its_work_is_killed(void **state)
{
    struct fixture *fixture = *state;

    search(fixture, "stays");
    assert_int_equal(fixture->status, 0);
    expect_both(fixture);
    assert_int_equal(fixture->tasks.reaped, 1);
}

static void of_nonsense_nothing_counts(void **state)
{
    static const char *const parts[] = {"name", "result", "garbage", "stranger",
                                        "more"};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        search(fixture, parts[i]);
        assert_int_equal(fixture->status, -EPROTO);
        assert_int_equal(fixture->discovery.count, 0);
        assert_int_equal(fixture->tasks.reaped, i + 1);
    }
}

static void handle_stop(uv_timer_t *timer)
{
    struct fixture *fixture = timer->data;

    discovery_stop(&fixture->discovery);
    discovery_stop(&fixture->discovery); /* again: harmless */
}

static void a_stopped_search_ends_with_nothing(void **state)
{
    struct fixture *fixture = *state;

    discovery_stop(&fixture->discovery); /* none goes on: harmless */
    assert_int_equal(start(fixture, "silent"), 0);
    fixture->stop.data = fixture;
    assert_int_equal(uv_timer_start(&fixture->stop, handle_stop, 1, 0), 0);
    run_until_done(fixture);
    assert_int_equal(fixture->status, -ECANCELED);
    assert_int_equal(fixture->discovery.count, 0);
}

static void a_missing_program_is_an_end_like_any_other(void **state)
{
    struct fixture *fixture = *state;

    search(fixture, "missing");
    assert_int_equal(fixture->status, -EIO);
    assert_int_equal(fixture->discovery.count, 0);
}

static void without_room_for_a_task_nothing_is_started(void **state)
{
    struct fixture *fixture = *state;

    fixture->tasks.live = TASKS_MOST;
    assert_int_equal(start(fixture, "well"), -EBUSY);
    assert_false(fixture->discovery.is_searching);
    assert_null(fixture->discovery.progress);
    fixture->tasks.live = 0;
    search(fixture, "well");
    expect_both(fixture);
}

#define A_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        A_TEST(what_is_found_is_sorted_and_named),
        A_TEST(a_search_may_follow_a_search),
        A_TEST(one_search_at_a_time),
        A_TEST(a_dying_helper_leaves_what_it_told),
        A_TEST(a_search_that_was_cut_is_told_as_such),
        A_TEST(a_silent_helper_is_killed_and_what_it_told_counts),
        A_TEST(a_helper_that_stays_after_its_work_is_killed),
        A_TEST(of_nonsense_nothing_counts),
        A_TEST(a_stopped_search_ends_with_nothing),
        A_TEST(a_missing_program_is_an_end_like_any_other),
        A_TEST(without_room_for_a_task_nothing_is_started),
    };
    if (count == 5 && strcmp(arguments[3], "--role") == 0) {
        own_generation = (uint32_t)strtoul(arguments[2], NULL, 10);
        return play(getenv(PART_VARIABLE));
    }
    return cmocka_run_group_tests_name("discovery", tests, NULL, NULL);
}
