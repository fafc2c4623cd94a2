/*
 * test_snapshot.c - the console keeps the last good copy of what it cannot
 * read, and knows how old it is.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "console/snapshot.h"
#include "model/board_layout.h"
#include "model/bounds.h"
#include "sample_board.h"

#define NOW_MS UINT64_C(10000000)

struct scene {
    struct sample sample;
    struct board *reader;
    struct snapshot snapshot;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    sample_create(&scene->sample, 3, NOW_MS);
    scene->reader = sample_open(&scene->sample);
    snapshot_init(&scene->snapshot, scene->reader);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    snapshot_finish(&scene->snapshot);
    board_destroy(scene->reader);
    sample_destroy(&scene->sample);
    free(scene);
    return 0;
}

/* The writer was stopped inside this record. */
static void tear_record(struct scene *scene, enum board_area area,
                        uint32_t index)
{
    seqlock_begin(board_record(scene->sample.board, area, index));
}

static uint64_t refreshed_ms(struct snapshot *snapshot, uint64_t now_ms)
{
    assert_int_equal(
        snapshot_refresh(snapshot, SNAPSHOT_INSTANCES, now_ms, SAMPLE_WALL_MS),
        0);
    return snapshot->oldest_ms;
}

static void copies_of_a_large_fleet_serve_for_a_moment(void **state)
{
    struct sample sample;
    struct snapshot snapshot;
    (void)state;
    sample_create(&sample, 640, NOW_MS);
    struct board *reader = sample_open(&sample);
    snapshot_init(&snapshot, reader);
    assert_int_equal(refreshed_ms(&snapshot, NOW_MS), NOW_MS);
    uint64_t serve_ms = snapshot_serves_ms(&snapshot);
    assert_int_equal(serve_ms, 20);
    assert_int_equal(refreshed_ms(&snapshot, NOW_MS + serve_ms - 1), NOW_MS);
    assert_int_equal(refreshed_ms(&snapshot, NOW_MS + serve_ms),
                     NOW_MS + serve_ms);
    snapshot_forget(&snapshot);
    assert_int_equal(refreshed_ms(&snapshot, NOW_MS + serve_ms + 1),
                     NOW_MS + serve_ms + 1);
    snapshot_finish(&snapshot);
    board_destroy(reader);
    sample_destroy(&sample);
}

static void a_small_fleet_is_read_anew_each_time(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(refreshed_ms(&scene->snapshot, NOW_MS), NOW_MS);
    struct instance changed = snapshot_instance(&scene->snapshot, 0)->instance;
    changed.counters.rounds++;
    board_store_instance(scene->sample.board, 0, NULL, &changed);
    (void)refreshed_ms(&scene->snapshot, NOW_MS);
    assert_int_equal(
        snapshot_instance(&scene->snapshot, 0)->instance.counters.rounds,
        changed.counters.rounds);
}

static void a_torn_record_keeps_its_last_good_copy(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(snapshot_refresh(&scene->snapshot, SNAPSHOT_INSTANCES,
                                      NOW_MS, SAMPLE_WALL_MS),
                     0);
    tear_record(scene, AREA_INSTANCES, 1);
    tear_record(scene, AREA_AGENT, 0);
    assert_int_equal(snapshot_refresh(&scene->snapshot, SNAPSHOT_INSTANCES,
                                      NOW_MS + 5000, SAMPLE_WALL_MS),
                     0);
    const struct board_instance *instance =
        snapshot_instance(&scene->snapshot, 1);
    assert_non_null(instance);
    assert_string_equal(instance->settings.name, "cache-1");
    assert_string_equal(scene->snapshot.agent.host, "db7");
    assert_int_equal(scene->snapshot.failures, 2);
    assert_int_equal(scene->snapshot.oldest_ms, NOW_MS);
}

static void a_healed_record_is_read_again(void **state)
{
    struct scene *scene = *state;
    tear_record(scene, AREA_AGENT, 0);
    assert_int_equal(
        snapshot_refresh(&scene->snapshot, 0, NOW_MS, SAMPLE_WALL_MS), -EAGAIN);
    seqlock_end(board_record(scene->sample.board, AREA_AGENT, 0));
    assert_int_equal(
        snapshot_refresh(&scene->snapshot, 0, NOW_MS, SAMPLE_WALL_MS), 0);
    assert_string_equal(scene->snapshot.agent.host, "db7");
}

static void an_instance_never_had_is_not_shown(void **state)
{
    struct scene *scene = *state;
    tear_record(scene, AREA_INSTANCES, 1);
    assert_int_equal(snapshot_refresh(&scene->snapshot, SNAPSHOT_INSTANCES,
                                      NOW_MS, SAMPLE_WALL_MS),
                     0);
    assert_non_null(snapshot_instance(&scene->snapshot, 0));
    assert_null(snapshot_instance(&scene->snapshot, 1));
    assert_null(snapshot_instance(&scene->snapshot, 3));
    assert_int_equal(scene->snapshot.oldest_ms, 0);
}

static void tasks_never_had_make_no_answer(void **state)
{
    struct scene *scene = *state;
    tear_record(scene, AREA_TASKS, 0);
    assert_int_equal(snapshot_refresh(&scene->snapshot, SNAPSHOT_TASKS, NOW_MS,
                                      SAMPLE_WALL_MS),
                     -EAGAIN);
}

static void a_moment_still_to_come_is_no_age(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(
        snapshot_refresh(&scene->snapshot, 0, NOW_MS, SAMPLE_WALL_MS), 0);
    assert_int_equal(snapshot_age_ms(&scene->snapshot, NOW_MS - 7), 7);
    assert_int_equal(snapshot_age_ms(&scene->snapshot, NOW_MS + 7), 0);
}

static void a_claim_is_shown_until_its_lease_ends(void **state)
{
    struct scene *scene = *state;
    struct verdict shown;
    uint64_t end_ms =
        NOW_MS - SAMPLE_AGE_MS + bounds_lease_ms(10 * 1000, 1000, 2);
    assert_int_equal(snapshot_refresh(&scene->snapshot, SNAPSHOT_INSTANCES,
                                      end_ms, SAMPLE_WALL_MS),
                     0);
    const struct board_instance *instance =
        snapshot_instance(&scene->snapshot, 0);
    snapshot_shown(&scene->snapshot, instance, &shown);
    assert_int_equal(shown.state, STATE_UP);
    assert_int_equal(snapshot_since_wall_ms(&scene->snapshot, instance),
                     instance->instance.claim.since_wall_ms);
    scene->snapshot.now_ms = end_ms + 1;
    scene->snapshot.now_wall_ms += 1;
    assert_int_equal(snapshot_since_wall_ms(&scene->snapshot, instance),
                     SAMPLE_WALL_MS);
    snapshot_shown(&scene->snapshot, instance, &shown);
    assert_int_equal(shown.state, STATE_UNKNOWN);
    assert_int_equal(shown.reason, REASON_AGENT);
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_of_a_large_fleet_serve_for_a_moment),
        SCENE(a_small_fleet_is_read_anew_each_time),
        SCENE(a_torn_record_keeps_its_last_good_copy),
        SCENE(a_healed_record_is_read_again),
        SCENE(an_instance_never_had_is_not_shown),
        SCENE(tasks_never_had_make_no_answer),
        SCENE(a_moment_still_to_come_is_no_age),
        SCENE(a_claim_is_shown_until_its_lease_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
