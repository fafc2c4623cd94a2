/*
 * test_events.c - the board's ring of changes, told by id: what is kept, what
 * is lost, and to whom that is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "console/events.h"
#include "sample_board.h"

#define NOW_MS UINT64_C(10000000)
#define FIRST_ID UINT64_C(1763742000123)

struct scene {
    struct sample sample;
    struct board *reader;
    struct snapshot snapshot;
    struct body body;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    sample_create(&scene->sample, 5, NOW_MS);
    scene->reader = sample_open(&scene->sample);
    snapshot_init(&scene->snapshot, scene->reader);
    body_init(&scene->body);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    body_finish(&scene->body);
    snapshot_finish(&scene->snapshot);
    board_destroy(scene->reader);
    sample_destroy(&scene->sample);
    free(scene);
    return 0;
}

/* Stores `count` further events. */
static void happen(struct scene *scene, unsigned count)
{
    struct board_agent *agent = &scene->sample.agent;
    for (unsigned i = 0; i < count; i++) {
        struct event event = {
            .id = agent->last_event == 0 ? FIRST_ID : agent->last_event + 1,
            .wall_ms = SAMPLE_WALL_MS + i,
            .before = STATE_UP,
            .state = STATE_DOWN,
            .reason = REASON_REFUSED,
            .role = ROLE_MASTER,
            .name = "cache-1",
            .detail = "a \"quoted\" \x01 byte"};
        board_store_event(scene->sample.board, &event);
        agent->last_event = event.id;
    }
    board_store_agent(scene->sample.board, agent);
}

static json_t *ask(struct scene *scene, uint64_t since)
{
    json_error_t error;
    body_finish(&scene->body);
    assert_int_equal(
        snapshot_refresh(&scene->snapshot, 0, NOW_MS, SAMPLE_WALL_MS), 0);
    events_write(&scene->snapshot, since, &scene->body);
    assert_false(scene->body.is_failed);
    json_t *json = json_loadb(scene->body.bytes, scene->body.length,
                              JSON_REJECT_DUPLICATES, &error);
    assert_non_null(json);
    return json;
}

/* Asks, and expects the ids from `first` on, `count` of them. */
static void expect(struct scene *scene, uint64_t since, uint64_t first,
                   size_t count, bool is_lost)
{
    json_t *json = ask(scene, since);
    const json_t *events = json_object_get(json, "events");
    assert_int_equal(json_array_size(events), count);
    for (size_t i = 0; i < count; i++) {
        const json_t *event = json_array_get(events, i);
        assert_int_equal(json_integer_value(json_object_get(event, "id")),
                         (json_int_t)(first + i));
    }
    assert_int_equal(json_is_true(json_object_get(json, "lost")), is_lost);
    assert_int_equal(json_integer_value(json_object_get(json, "last")),
                     (json_int_t)scene->sample.agent.last_event);
    json_decref(json);
}

static void a_board_where_nothing_happened_has_none(void **state)
{
    struct scene *scene = *state;
    expect(scene, 0, 0, 0, false);
}

static void an_event_is_told_in_the_words_of_the_nodes(void **state)
{
    struct scene *scene = *state;
    happen(scene, 1);
    json_t *json = ask(scene, 0);
    const json_t *event = json_array_get(json_object_get(json, "events"), 0);
    static const char *const texts[][2] = {
        {"name", "cache-1"},   {"from", "up"},     {"to", "down"},
        {"reason", "refused"}, {"role", "master"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_string_equal(
            json_string_value(json_object_get(event, texts[i][0])),
            texts[i][1]);
    }
    assert_int_equal(json_integer_value(json_object_get(event, "at")),
                     (json_int_t)SAMPLE_WALL_MS);
    json_decref(json);
}

static void only_what_came_after_the_id_is_told(void **state)
{
    struct scene *scene = *state;
    happen(scene, 5);
    expect(scene, 0, FIRST_ID, 5, false);
    expect(scene, FIRST_ID, FIRST_ID + 1, 4, false);
    expect(scene, FIRST_ID + 3, FIRST_ID + 4, 1, false);
    expect(scene, FIRST_ID + 4, 0, 0, false);
}

static void a_thousand_are_kept_and_who_missed_more_is_told_so(void **state)
{
    struct scene *scene = *state;
    happen(scene, 1500);
    uint64_t oldest = FIRST_ID + 500;
    expect(scene, 0, oldest, 1000, false);
    expect(scene, FIRST_ID, oldest, 1000, true);
    expect(scene, oldest - 2, oldest, 1000, true);
    expect(scene, oldest - 1, oldest, 1000, false);
    expect(scene, oldest, oldest + 1, 999, false);
}

static void an_id_of_another_board_begins_anew_and_is_told_so(void **state)
{
    struct scene *scene = *state;
    happen(scene, 3);
    expect(scene, FIRST_ID + 1000, FIRST_ID, 3, true);
    expect(scene, UINT64_MAX, FIRST_ID, 3, true);
    expect(scene, 17, FIRST_ID, 3, true);
}

static void an_event_that_is_being_replaced_is_passed_over(void **state)
{
    struct scene *scene = *state;
    struct events_place place = {.told = FIRST_ID - 1};
    struct event event;
    happen(scene, 3);
    /* The writer is ahead of the agent's record that the reader has. */
    const struct event newer = {
        .id = FIRST_ID + EVENTS_MOST, .state = STATE_UP, .name = "cache-1"};
    board_store_event(scene->sample.board, &newer);
    assert_true(events_next(scene->reader, FIRST_ID + 2, &place, &event));
    assert_true(event.id == FIRST_ID + 1);
    assert_true(place.is_lossy);
    assert_true(events_next(scene->reader, FIRST_ID + 2, &place, &event));
    assert_false(events_next(scene->reader, FIRST_ID + 2, &place, &event));
}

#define SCENE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_board_where_nothing_happened_has_none),
        SCENE_TEST(an_event_is_told_in_the_words_of_the_nodes),
        SCENE_TEST(only_what_came_after_the_id_is_told),
        SCENE_TEST(a_thousand_are_kept_and_who_missed_more_is_told_so),
        SCENE_TEST(an_id_of_another_board_begins_anew_and_is_told_so),
        SCENE_TEST(an_event_that_is_being_replaced_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
