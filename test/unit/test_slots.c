/*
 * test_slots.c - the places of probes: what a crowd of them needed is given
 * back when the last is over, and not before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "prober/slots.h"

#define TASK 4711
#define CROWD 100 /* pages of them, and more than are kept */

struct scene {
    uv_loop_t loop;
    struct probe_room room;
    struct slots slots;
    struct probe *taken[PROBER_PROBES_MOST];
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    scene->room.loop = &scene->loop;
    assert_int_equal(slots_init(&scene->slots, &scene->room), 0);
    *state = scene;
    return 0;
}

/* A timer left behind would keep the loop from closing. */
static int tear_down(void **state)
{
    struct scene *scene = *state;
    slots_stop(&scene->slots);
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    slots_finish(&scene->slots);
    free(scene);
    return 0;
}

static void take(struct scene *scene, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        scene->taken[i] = slots_take(&scene->slots);
        assert_non_null(scene->taken[i]);
        assert_int_equal(scene->taken[i]->state, PROBE_IDLE);
        assert_int_equal(scene->taken[i]->task, 0); /* as new */
        assert_ptr_equal(scene->taken[i]->timer->data, scene->taken[i]);
        scene->taken[i]->task = TASK;
    }
}

static void give_back(struct scene *scene, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        slots_return(&scene->slots, scene->taken[i]);
    }
}

/* Whether the one in the midst of the crowd still has its bytes. */
static bool is_kept(const struct scene *scene, uint32_t count)
{
    return scene->taken[count / 2]->task == TASK;
}

static void a_crowds_pages_are_given_back_and_taken_anew(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 3; i++) {
        take(scene, CROWD);
        assert_false(slots_are_idle(&scene->slots));
        give_back(scene, CROWD);
        assert_true(slots_are_idle(&scene->slots));
        assert_true(is_kept(scene, CROWD)); /* its caller may look at it */
        slots_forget(&scene->slots);
        assert_false(is_kept(scene, CROWD));
    }
    assert_int_equal(scene->slots.used, CROWD);
}

static void nothing_is_given_back_while_one_is_busy(void **state)
{
    struct scene *scene = *state;
    take(scene, CROWD);
    give_back(scene, CROWD - 1);
    slots_forget(&scene->slots);
    assert_true(is_kept(scene, CROWD));
    assert_int_equal(scene->taken[CROWD - 1]->task, TASK);
    slots_return(&scene->slots, scene->taken[CROWD - 1]);
    slots_forget(&scene->slots);
    assert_false(is_kept(scene, CROWD));
}

static void a_few_keep_their_pages_also_after_a_crowd(void **state)
{
    struct scene *scene = *state;
    take(scene, CROWD);
    give_back(scene, CROWD);
    slots_forget(&scene->slots);
    take(scene, SLOTS_KEPT);
    give_back(scene, SLOTS_KEPT);
    slots_forget(&scene->slots);
    assert_true(is_kept(scene, SLOTS_KEPT));
}

static void there_are_as_many_as_a_prober_may_have(void **state)
{
    struct scene *scene = *state;
    take(scene, PROBER_PROBES_MOST);
    assert_null(slots_take(&scene->slots));
    slots_return(&scene->slots, scene->taken[7]);
    assert_ptr_equal(slots_take(&scene->slots), scene->taken[7]);
    assert_null(slots_take(&scene->slots));
    give_back(scene, PROBER_PROBES_MOST);
}

#define SLOTS_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SLOTS_TEST(a_crowds_pages_are_given_back_and_taken_anew),
        SLOTS_TEST(nothing_is_given_back_while_one_is_busy),
        SLOTS_TEST(a_few_keep_their_pages_also_after_a_crowd),
        SLOTS_TEST(there_are_as_many_as_a_prober_may_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
