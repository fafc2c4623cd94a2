/*
 * test_no_memory.c - what a reload makes before it lets go of the old: each of
 * its allocations fails in turn, which is an error and no more, with nothing
 * left behind (the leak sanitizer looks). The linker puts the functions below
 * in the place of the allocator's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "engine/engine.h"
#include "model/board.h"
#include "supervisor/errands.h"

#define INSTANCES 3
#define ALLOCATIONS_MOST 64

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static unsigned calls_until_failure; /* 0: none fails */

static bool fails_now(void)
{
    if (calls_until_failure == 0) {
        return false;
    }
    calls_until_failure--;
    return calls_until_failure == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails_now() ? NULL : __real_realloc(memory, size);
}

struct scene {
    struct settings settings;
    struct tasks tasks;
};

static int make_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    const char *why = NULL;
    if (scene == NULL || settings_set_count(&scene->settings, INSTANCES) != 0) {
        return -1;
    }
    for (uint32_t i = 0; i < INSTANCES; i++) {
        struct instance_settings *own = &scene->settings.instances[i];
        (void)text_format(own->name, sizeof own->name, "cache-%u", i);
        own->interval_ms = 1000;
        own->timeout_ms = 500;
        if (address_parse("cache.example.org:6379", false, &own->addr, &why) !=
            0) {
            return -1;
        }
    }
    *state = scene;
    return 0;
}

static int drop_scene(void **state)
{
    struct scene *scene = *state;
    settings_finish(&scene->settings);
    free(scene);
    return 0;
}

/* Makes it and, if it was made, destroys it. */
typedef int make_function(struct scene *scene);

static void assert_each_may_fail(struct scene *scene, make_function *make)
{
    unsigned failed = 0;
    for (unsigned number = 1; number <= ALLOCATIONS_MOST; number++) {
        calls_until_failure = number;
        int status = make(scene);
        bool has_failed = calls_until_failure == 0;
        calls_until_failure = 0;
        if (!has_failed) {
            assert_int_equal(status, 0);
            assert_int_equal(failed, number - 1);
            assert_true(failed > 0);
            return;
        }
        assert_int_equal(status, -ENOMEM);
        failed++;
    }
    fail_msg("there is always one more");
}

static int make_engine(struct scene *scene)
{
    struct engine *engine = NULL;
    int status = engine_create(&scene->settings, &scene->tasks, 1000, &engine);
    engine_destroy(engine);
    return status;
}

static int make_errands(struct scene *scene)
{
    struct errands *errands = NULL;
    int status = errands_create(&scene->settings, 1000, &errands);
    if (status == 0) {
        errands_destroy(errands);
    }
    return status;
}

static int make_board(struct scene *scene)
{
    struct board *board = NULL;
    int status = board_create(NULL, "boot", INSTANCES,
                              board_settings_room(&scene->settings), &board);
    board_destroy(board);
    return status;
}

static int make_copy(struct scene *scene)
{
    struct settings copy;
    int status = settings_copy(&scene->settings, &copy);
    if (status == 0) {
        settings_finish(&copy);
    }
    return status;
}

static void an_engine_is_made_whole_or_not_at_all(void **state)
{
    assert_each_may_fail(*state, make_engine);
}

static void errands_are_made_whole_or_not_at_all(void **state)
{
    assert_each_may_fail(*state, make_errands);
}

static void a_board_is_made_whole_or_not_at_all(void **state)
{
    assert_each_may_fail(*state, make_board);
}

static void settings_are_copied_whole_or_not_at_all(void **state)
{
    assert_each_may_fail(*state, make_copy);
}

#define SCENE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_scene, drop_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_engine_is_made_whole_or_not_at_all),
        SCENE_TEST(errands_are_made_whole_or_not_at_all),
        SCENE_TEST(a_board_is_made_whole_or_not_at_all),
        SCENE_TEST(settings_are_copied_whole_or_not_at_all),
    };
    return cmocka_run_group_tests_name("no memory", tests, NULL, NULL);
}
