/*
 * test_tasks.c - the table of everything alive: its books balance whatever
 * starts and ends in whatever order.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/tasks.h"

static int make_table(void **state)
{
    *state = calloc(1, sizeof(struct tasks));
    return *state != NULL ? 0 : -1;
}

static int free_table(void **state)
{
    free(*state);
    return 0;
}

static uint64_t start(struct tasks *tasks, int32_t instance)
{
    const struct task task = {.kind = TASK_PROBE, .instance = instance};
    return tasks_start(tasks, &task);
}

static void check_books(const struct tasks *tasks)
{
    assert_int_equal(tasks->started,
                     tasks->finished + tasks->reaped + tasks->live);
}

static void each_end_is_counted_where_it_happens(void **state)
{
    struct tasks *tasks = *state;
    uint64_t finished = start(tasks, 1);
    uint64_t reaped = start(tasks, 2);
    uint64_t living = start(tasks, 3);
    assert_int_equal(tasks_finish(tasks, finished), 0);
    assert_int_equal(tasks_reap(tasks, reaped), 0);
    assert_int_equal(tasks->started, 3);
    assert_int_equal(tasks->finished, 1);
    assert_int_equal(tasks->reaped, 1);
    assert_int_equal(tasks->live, 1);
    assert_int_equal(tasks->list[0].id, living);
    assert_int_equal(tasks->list[0].instance, 3);
    check_books(tasks);
}

static void a_task_ends_only_once(void **state)
{
    struct tasks *tasks = *state;
    uint64_t id = start(tasks, 1);
    assert_int_equal(tasks_finish(tasks, id), 0);
    assert_int_equal(tasks_finish(tasks, id), -ENOENT);
    assert_int_equal(tasks_reap(tasks, id), -ENOENT);
    assert_int_equal(tasks_reap(tasks, 0), -ENOENT);
    assert_null(tasks_find(tasks, id));
    assert_null(tasks_find(tasks, 0));
    assert_null(tasks_find(tasks, UINT64_MAX));
    check_books(tasks);
}

static void ids_are_never_used_twice(void **state)
{
    struct tasks *tasks = *state;
    uint64_t last = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t id = start(tasks, i);
        assert_true(id > last);
        last = id;
        assert_int_equal(tasks_finish(tasks, id), 0);
    }
}

static void a_full_table_starts_nothing(void **state)
{
    struct tasks *tasks = *state;
    for (int32_t i = 0; i < TASKS_MOST; i++) {
        assert_int_not_equal(start(tasks, i), 0);
    }
    assert_int_equal(start(tasks, 0), 0);
    assert_int_equal(tasks->started, TASKS_MOST);
    check_books(tasks);
    assert_int_equal(tasks_reap(tasks, 17), 0);
    assert_int_not_equal(start(tasks, 0), 0);
}

static void every_change_is_seen_in_changes(void **state)
{
    struct tasks *tasks = *state;
    uint64_t before = tasks->changes;
    uint64_t id = start(tasks, 1);
    assert_true(tasks->changes > before);
    before = tasks->changes;
    tasks_touch(tasks);
    assert_true(tasks->changes > before);
    before = tasks->changes;
    assert_int_equal(tasks_reap(tasks, id), 0);
    assert_true(tasks->changes > before);
}

/* A model next to the table: ids of the living, by instance. Long-lived tasks
 * make the ids of later ones meet theirs in the index. */
static void any_order_of_starts_and_ends_keeps_every_task_findable(void **state)
{
    enum { INSTANCES = 600, STEPS = 200000 };
    struct tasks *tasks = *state;
    static uint64_t ids[INSTANCES];
    unsigned seed = 20261121;
    for (int step = 0; step < STEPS; step++) {
        int32_t instance = rand_r(&seed) % INSTANCES;
        bool may_end = instance >= 100 || rand_r(&seed) % 64 == 0;
        if (ids[instance] == 0) {
            ids[instance] = start(tasks, instance);
        } else if (may_end) {
            struct task *task = tasks_find(tasks, ids[instance]);
            assert_non_null(task);
            assert_int_equal(task->instance, instance);
            assert_int_equal(rand_r(&seed) % 2 == 0
                                 ? tasks_finish(tasks, ids[instance])
                                 : tasks_reap(tasks, ids[instance]),
                             0);
            assert_null(tasks_find(tasks, ids[instance]));
            ids[instance] = 0;
        }
    }
    uint32_t living = 0;
    for (int32_t instance = 0; instance < INSTANCES; instance++) {
        if (ids[instance] != 0) {
            living++;
            assert_int_equal(tasks_find(tasks, ids[instance])->instance,
                             instance);
        }
    }
    assert_int_equal(tasks->live, living);
    check_books(tasks);
}

static void kinds_and_services_have_names(void **state)
{
    (void)state;
    assert_string_equal(task_kind_name(TASK_ZOMBIE), "zombie");
    assert_string_equal(task_kind_name((enum task_kind)TASK_KIND_COUNT), "?");
    assert_string_equal(service_name(SERVICE_PUBLISHER), "publisher");
    assert_string_equal(service_name((enum service_kind)SERVICE_COUNT), "?");
}

#define TABLE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_table, free_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE_TEST(each_end_is_counted_where_it_happens),
        TABLE_TEST(a_task_ends_only_once),
        TABLE_TEST(ids_are_never_used_twice),
        TABLE_TEST(a_full_table_starts_nothing),
        TABLE_TEST(every_change_is_seen_in_changes),
        TABLE_TEST(any_order_of_starts_and_ends_keeps_every_task_findable),
        cmocka_unit_test(kinds_and_services_have_names),
    };
    return cmocka_run_group_tests_name("tasks", tests, NULL, NULL);
}
