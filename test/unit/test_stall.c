/*
 * test_stall.c - who is stuck and who is merely starved, look by look.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/stall.h"

#define START_MS 5000u
#define TASK 77u
#define MANY_LOOKS 50u
/* Looks from the first on until one that has a core to itself burnt enough:
 * STALL_LOOKS, but in a build with a sanitizer. */
#define LOOKS_TO_BURN ((STALL_BURNT_MS + STALL_LOOK_MS - 1) / STALL_LOOK_MS)

struct scene {
    struct stall stall;
    struct stall_page page;
    struct process process;
    uint64_t now_ms;
    uint32_t asked; /* times that the kernel was asked */
};

static void enter(struct scene *scene, enum process_state state)
{
    *scene = (struct scene){.page = {.inside = TASK, .turns = 9},
                            .process = {.state = state, .cpu_ms = 40},
                            .now_ms = START_MS};
}

/* One look; what it had burnt since the last one. */
static enum stall_finding look(struct scene *scene, uint64_t burnt_ms)
{
    scene->now_ms += STALL_LOOK_MS;
    scene->process.cpu_ms += burnt_ms;
    if (!stall_on_page(&scene->stall, &scene->page, scene->now_ms)) {
        return STALL_NONE;
    }
    scene->asked++;
    return stall_on_process(&scene->stall, &scene->process);
}

/* The number of the look that found it stuck; 0 = none of many. */
static uint32_t stuck_at(struct scene *scene, uint64_t burnt_ms)
{
    for (uint32_t number = 1; number <= MANY_LOOKS; number++) {
        if (look(scene, burnt_ms) != STALL_NONE) {
            return number;
        }
    }
    return 0;
}

static void sleeping_inside_a_callback_is_stuck(void **state)
{
    (void)state;
    static const enum process_state states[] = {
        PROCESS_SLEEPING, PROCESS_WAITING, PROCESS_STOPPED};
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        struct scene scene;
        enter(&scene, states[i]);
        assert_int_equal(stuck_at(&scene, 0), 1 + STALL_LOOKS);
    }
}

static void spinning_inside_a_callback_is_stuck(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_RUNNING);
    assert_int_equal(stuck_at(&scene, STALL_LOOK_MS), 1 + LOOKS_TO_BURN);
}

static void spinning_on_a_part_of_a_core_is_found_later(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_RUNNING);
    assert_int_equal(stuck_at(&scene, STALL_BURNT_MS / 10), 1 + 10);
}

static void what_it_burnt_before_it_was_inside_counts_for_nothing(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_RUNNING);
    scene.page.inside = 0;
    assert_int_equal(look(&scene, 10 * STALL_BURNT_MS), STALL_NONE);
    scene.page.inside = TASK;
    assert_int_equal(look(&scene, 10 * STALL_BURNT_MS), STALL_NONE);
    assert_int_equal(stuck_at(&scene, STALL_BURNT_MS / 10), 10);
}

static void who_sleeps_is_told_from_who_burns(void **state)
{
    (void)state;
    static const struct {
        enum process_state state;
        uint64_t burnt_ms;
        enum stall_finding finding;
    } rows[] = {{PROCESS_SLEEPING, 0, STALL_WAITS},
                {PROCESS_STOPPED, 0, STALL_WAITS},
                {PROCESS_RUNNING, 0, STALL_NONE},
                {PROCESS_RUNNING, STALL_BURNT_MS, STALL_BURNS}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene scene;
        enter(&scene, rows[i].state);
        for (uint32_t number = 0; number < STALL_LOOKS; number++) {
            assert_int_equal(look(&scene, rows[i].burnt_ms), STALL_NONE);
        }
        assert_int_equal(look(&scene, rows[i].burnt_ms), rows[i].finding);
    }
}

static void one_seen_running_once_and_asleep_ever_after_is_stuck(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_RUNNING);
    assert_int_equal(look(&scene, 0), STALL_NONE);
    scene.process.state = PROCESS_SLEEPING;
    assert_int_equal(stuck_at(&scene, 0), STALL_LOOKS);
}

static void a_starved_prober_is_innocent(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_RUNNING);
    assert_int_equal(stuck_at(&scene, 0), 0);
    enter(&scene, PROCESS_RUNNING);
    assert_int_equal(stuck_at(&scene, STALL_BURNT_MS / (MANY_LOOKS + 1)), 0);
}

static void one_that_was_asleep_and_now_starves_is_innocent(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_SLEEPING);
    for (uint32_t i = 0; i < STALL_LOOKS; i++) {
        assert_int_equal(look(&scene, 0), STALL_NONE);
    }
    scene.process.state = PROCESS_RUNNING;
    assert_int_equal(look(&scene, 0), STALL_NONE);
}

static void a_turn_of_the_loop_begins_the_count_anew(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_SLEEPING);
    for (uint32_t i = 0; i < MANY_LOOKS; i++) {
        scene.page.turns += i % STALL_LOOKS == 0;
        assert_int_equal(look(&scene, 0), STALL_NONE);
    }
}

static void another_task_inside_begins_the_count_anew(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_RUNNING);
    for (uint32_t i = 0; i < MANY_LOOKS; i++) {
        scene.page.inside += i % STALL_LOOKS == 0;
        assert_int_equal(look(&scene, STALL_LOOK_MS), STALL_NONE);
    }
}

static void outside_of_every_task_nobody_is_stuck(void **state)
{
    (void)state;
    static const enum process_state states[] = {
        PROCESS_SLEEPING, PROCESS_WAITING, PROCESS_RUNNING, PROCESS_GONE,
        PROCESS_UNKNOWN};
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        struct scene scene;
        enter(&scene, states[i]);
        scene.page.inside = 0;
        assert_int_equal(stuck_at(&scene, STALL_LOOK_MS), 0);
    }
}

static void outside_of_every_task_one_that_was_stopped_is_stuck(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_STOPPED);
    scene.page.inside = 0;
    assert_int_equal(stuck_at(&scene, 0), 1 + STALL_LOOKS);
}

static void one_that_is_stopped_now_and_then_is_not_stuck(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_STOPPED);
    scene.page.inside = 0;
    for (uint32_t i = 0; i < MANY_LOOKS; i++) {
        scene.process.state =
            i % STALL_LOOKS == 0 ? PROCESS_SLEEPING : PROCESS_STOPPED;
        assert_int_equal(look(&scene, 0), STALL_NONE);
    }
}

static void the_kernel_is_asked_of_each_that_is_inside(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_RUNNING);
    for (uint32_t i = 0; i < MANY_LOOKS; i++) {
        scene.page.turns++;
        assert_int_equal(look(&scene, STALL_LOOK_MS), STALL_NONE);
    }
    assert_int_equal(scene.asked, MANY_LOOKS);
}

static void outside_the_kernel_is_asked_of_a_page_that_stood_still(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_SLEEPING);
    scene.page.inside = 0;
    for (uint32_t i = 0; i < MANY_LOOKS; i++) {
        scene.page.turns++;
        assert_int_equal(look(&scene, STALL_LOOK_MS), STALL_NONE);
    }
    assert_int_equal(scene.asked, 0);
    assert_int_equal(look(&scene, STALL_LOOK_MS), STALL_NONE);
    assert_int_equal(scene.asked, 1);
}

static void looks_that_come_late_count_for_nothing(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_SLEEPING);
    for (uint32_t i = 0; i < MANY_LOOKS; i++) {
        scene.now_ms += STALL_LATE_MS + 1;
        assert_int_equal(look(&scene, 0), STALL_NONE);
    }
}

static void one_that_is_gone_is_not_called_stuck(void **state)
{
    (void)state;
    static const enum process_state states[] = {PROCESS_GONE, PROCESS_ZOMBIE,
                                                PROCESS_UNKNOWN};
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        struct scene scene;
        enter(&scene, states[i]);
        assert_int_equal(stuck_at(&scene, 0), 0);
    }
}

static void after_a_reset_it_is_looked_at_anew(void **state)
{
    (void)state;
    struct scene scene;
    enter(&scene, PROCESS_SLEEPING);
    assert_int_equal(stuck_at(&scene, 0), 1 + STALL_LOOKS);
    assert_int_equal(look(&scene, 0), STALL_WAITS); /* and so it stays */
    stall_reset(&scene.stall);
    assert_int_equal(stuck_at(&scene, 0), 1 + STALL_LOOKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sleeping_inside_a_callback_is_stuck),
        cmocka_unit_test(spinning_inside_a_callback_is_stuck),
        cmocka_unit_test(spinning_on_a_part_of_a_core_is_found_later),
        cmocka_unit_test(a_starved_prober_is_innocent),
        cmocka_unit_test(one_that_was_asleep_and_now_starves_is_innocent),
        cmocka_unit_test(a_turn_of_the_loop_begins_the_count_anew),
        cmocka_unit_test(another_task_inside_begins_the_count_anew),
        cmocka_unit_test(outside_of_every_task_nobody_is_stuck),
        cmocka_unit_test(outside_of_every_task_one_that_was_stopped_is_stuck),
        cmocka_unit_test(one_that_is_stopped_now_and_then_is_not_stuck),
        cmocka_unit_test(the_kernel_is_asked_of_each_that_is_inside),
        cmocka_unit_test(
            outside_the_kernel_is_asked_of_a_page_that_stood_still),
        cmocka_unit_test(what_it_burnt_before_it_was_inside_counts_for_nothing),
        cmocka_unit_test(who_sleeps_is_told_from_who_burns),
        cmocka_unit_test(one_seen_running_once_and_asleep_ever_after_is_stuck),
        cmocka_unit_test(looks_that_come_late_count_for_nothing),
        cmocka_unit_test(one_that_is_gone_is_not_called_stuck),
        cmocka_unit_test(after_a_reset_it_is_looked_at_anew),
    };
    return cmocka_run_group_tests_name("stall", tests, NULL, NULL);
}
