/*
 * test_manager.c - when rounds count as overdue, and the census in words.
 * A real engine that gets no time: its rounds never end, as if it were wedged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "model/bounds.h"
#include "supervisor/census.h"
#include "supervisor/manager.h"
#include "supervisor/supervisor.h"

#define COUNT 6
#define SINCE_MS 1000000
#define HOUR_MS 3600000

static struct tasks tasks;
static struct instance_settings instances[COUNT];
static struct settings settings;
static struct engine *engine;

static int begin(void **state)
{
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    memset(&tasks, 0, sizeof tasks);
    memset(&settings, 0, sizeof settings);
    for (uint32_t i = 0; i < COUNT; i++) {
        instances[i] = (struct instance_settings){
            .interval_ms = 10000, .timeout_ms = 1000, .fall = 2, .rise = 1};
        (void)snprintf(instances[i].name, sizeof instances[i].name, "r%u", i);
    }
    settings.instances = instances;
    settings.instance_count = COUNT;
    settings.interval_ms = 10000;
    assert_int_equal(engine_create(&settings, &tasks, SINCE_MS, &engine), 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    engine_destroy(engine);
    return 0;
}

/* As a predecessor's board would say it. */
static void adopt(uint32_t index, enum state verdict, enum reason reason,
                  uint64_t outcome_ms)
{
    struct instance instance = {
        .claim = {.verdict = {.state = verdict, .reason = reason},
                  .version = 1,
                  .since_wall_ms = 1,
                  .earned_ms = outcome_ms,
                  .lease_ms = 10000},
        .outcome_ms = outcome_ms};
    engine_adopt(engine, index, &instance, outcome_ms + 1);
}

static uint32_t count_overdue(uint64_t now_ms, uint32_t *first)
{
    return manager_count_overdue(engine, &settings, SINCE_MS, now_ms, first);
}

/* The first one; -1 if there is none. */
static int64_t overdue_at(uint64_t now_ms)
{
    uint32_t first = 0;
    return count_overdue(now_ms, &first) > 0 ? (int64_t)first : -1;
}

static void rounds_without_outcomes_are_overdue_after_their_bound(void **state)
{
    (void)state;
    uint64_t bound_ms = bounds_lease_ms(10000, 1000, 2);
    assert_int_equal(overdue_at(SINCE_MS), -1);
    assert_int_equal(overdue_at(SINCE_MS + bound_ms), -1);
    assert_int_equal(overdue_at(SINCE_MS + bound_ms + 1), 0);
}

static void an_hours_interval_is_not_overdue_within_the_hour(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT; i++) {
        instances[i].interval_ms = HOUR_MS;
    }
    assert_int_equal(overdue_at(SINCE_MS + HOUR_MS), -1);
    assert_true(overdue_at(SINCE_MS + 2 * HOUR_MS) >= 0);
}

static void one_instance_left_behind_is_found_by_itself(void **state)
{
    (void)state;
    uint64_t bound_ms = bounds_lease_ms(10000, 1000, 2);
    for (uint32_t i = 0; i < COUNT; i++) {
        if (i != 3) {
            adopt(i, STATE_UP, REASON_MASTER, SINCE_MS + 5000);
        }
    }
    assert_int_equal(overdue_at(SINCE_MS + bound_ms), -1);
    assert_int_equal(overdue_at(SINCE_MS + bound_ms + 1), 3);
    assert_int_equal(overdue_at(SINCE_MS + bound_ms + 5001), 0);
}

static void all_that_are_overdue_are_counted(void **state)
{
    (void)state;
    uint64_t bound_ms = bounds_lease_ms(10000, 1000, 2);
    uint32_t first = 99;
    adopt(0, STATE_UP, REASON_MASTER, SINCE_MS + 5000);
    adopt(4, STATE_UP, REASON_MASTER, SINCE_MS + 5000);
    assert_int_equal(count_overdue(SINCE_MS + bound_ms, &first), 0);
    assert_int_equal(first, 99);
    assert_int_equal(count_overdue(SINCE_MS + bound_ms + 1, &first), COUNT - 2);
    assert_int_equal(first, 1);
    assert_int_equal(count_overdue(SINCE_MS + bound_ms + 5001, &first), COUNT);
}

static void what_a_predecessor_left_is_given_a_round_from_our_start(
    void **state)
{
    (void)state;
    uint64_t bound_ms = bounds_lease_ms(10000, 1000, 2);
    for (uint32_t i = 0; i < COUNT; i++) {
        adopt(i, STATE_UP, REASON_MASTER, 5);
    }
    assert_int_equal(overdue_at(SINCE_MS + bound_ms), -1);
    assert_true(overdue_at(SINCE_MS + bound_ms + 1) >= 0);
}

static const char *words_of(enum zookeeper_state zookeeper, size_t size)
{
    static char words[512];
    assert_true(size <= sizeof words);
    census_words(&settings, engine, zookeeper, words, size);
    return words;
}

static void the_census_names_who_is_not_up(void **state)
{
    (void)state;
    assert_string_equal(words_of(ZOOKEEPER_CONNECTING, 256),
                        "6 not yet judged, ZooKeeper connecting");
    adopt(0, STATE_UP, REASON_MASTER, SINCE_MS);
    adopt(1, STATE_DOWN, REASON_REFUSED, SINCE_MS);
    adopt(2, STATE_UP, REASON_REPLICA, SINCE_MS);
    assert_string_equal(words_of(ZOOKEEPER_OFF, 256),
                        "2 up, 1 down (r1: refused), 3 not yet judged, "
                        "observing only");
    for (uint32_t i = 2; i < COUNT; i++) {
        adopt(i, STATE_UNKNOWN, REASON_AGENT, SINCE_MS);
    }
    assert_string_equal(words_of(ZOOKEEPER_STEADY, 256),
                        "1 up, 1 down (r1: refused), 4 unknown (r2: agent, "
                        "r3: agent, r4: agent, and 1 more), ZooKeeper steady");
}

static void a_census_of_none_says_so(void **state)
{
    (void)state;
    settings.instance_count = 0;
    assert_string_equal(words_of(ZOOKEEPER_OFF, 256),
                        "no instances, observing only");
    assert_int_equal(overdue_at(SINCE_MS + HOUR_MS), -1);
    settings.instance_count = COUNT;
}

static void a_census_too_long_is_cut(void **state)
{
    (void)state;
    for (size_t size = 1; size < 64; size++) {
        assert_true(strlen(words_of(ZOOKEEPER_STEADY, size)) < size);
    }
}

/* --- what the service manager hears of it -------------------------------- */

static struct supervisor supervisor;

/* A ready supervisor whose rounds began so long ago; the service manager's
 * end of the socket. */
static int start_ready(uint64_t ago_ms)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends),
                     0);
    memset(&supervisor, 0, sizeof supervisor);
    supervisor.settings = &settings;
    supervisor.engine = engine;
    supervisor.agent.is_ready = true;
    supervisor.agent.rounds_since_ms = clock_monotonic_ms() - ago_ms;
    manager_init(&supervisor.manager);
    supervisor.manager.notify.fd = ends[0];
    supervisor.manager.notify.watchdog_ms = 2;
    return ends[1];
}

static const char *heard(int manager)
{
    static char words[1024];
    ssize_t length = recv(manager, words, sizeof words - 1, 0);
    words[length > 0 ? length : 0] = '\0';
    return words;
}

static void rounds_on_time_feed_the_watchdog(void **state)
{
    (void)state;
    int manager = start_ready(5000);
    manager_beat(&supervisor);
    assert_string_equal(heard(manager), "READY=1");
    assert_string_equal(heard(manager), "WATCHDOG=1");
    assert_memory_equal(heard(manager), "STATUS=6 not yet", 16);
    assert_string_equal(heard(manager), "");
    manager_finish(&supervisor.manager);
    close(manager);
}

static void wedged_rounds_do_not_although_the_loop_turns(void **state)
{
    (void)state;
    int manager = start_ready(bounds_lease_ms(10000, 1000, 2) + 1000);
    for (int turn = 0; turn < 10; turn++) {
        supervisor.manager.next_ms = 0;
        manager_beat(&supervisor);
    }
    assert_string_equal(heard(manager), "READY=1");
    assert_memory_equal(heard(manager), "STATUS=", 7);
    assert_string_equal(heard(manager), "");
    assert_true(supervisor.manager.is_overdue);
    manager_finish(&supervisor.manager);
    close(manager);
}

static void who_leaves_is_not_ready_and_not_alive(void **state)
{
    (void)state;
    int manager = start_ready(5000);
    supervisor.state = SUPERVISOR_WITHDRAWING;
    manager_stopping(&supervisor);
    manager_beat(&supervisor);
    assert_string_equal(heard(manager), "STOPPING=1");
    assert_memory_equal(heard(manager), "STATUS=", 7);
    assert_string_equal(heard(manager), "");
    manager_finish(&supervisor.manager);
    close(manager);
}

static void without_zookeeper_it_is_ready_in_the_end_all_the_same(void **state)
{
    (void)state;
    struct board_agent agent = {.started_ms = 1000};
    struct engine_round round = {.is_complete = true};
    uint64_t due_ms = agent.started_ms + MANAGER_READY_MS;
    assert_false(manager_is_ready(&agent, &round, due_ms - 1));
    assert_true(manager_is_ready(&agent, &round, due_ms));
    round.is_complete = false;
    assert_false(manager_is_ready(&agent, &round, due_ms));
    agent.is_ready = true;
    assert_true(manager_is_ready(&agent, &round, 1000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rounds_without_outcomes_are_overdue_after_their_bound),
        TEST(an_hours_interval_is_not_overdue_within_the_hour),
        TEST(one_instance_left_behind_is_found_by_itself),
        TEST(all_that_are_overdue_are_counted),
        TEST(what_a_predecessor_left_is_given_a_round_from_our_start),
        TEST(the_census_names_who_is_not_up),
        TEST(a_census_of_none_says_so),
        TEST(a_census_too_long_is_cut),
        TEST(rounds_on_time_feed_the_watchdog),
        TEST(wedged_rounds_do_not_although_the_loop_turns),
        TEST(without_zookeeper_it_is_ready_in_the_end_all_the_same),
        TEST(who_leaves_is_not_ready_and_not_alive),
    };
    return cmocka_run_group_tests_name("manager", tests, NULL, NULL);
}
