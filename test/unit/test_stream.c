/*
 * test_stream.c - one reader of server-sent events: what he is told, in which
 * order, and in how small pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/stream.h"
#include "sample_board.h"

#define NOW_MS UINT64_C(10000000)
#define FIRST_ID UINT64_C(1763742000123)
#define RETRY "retry: 1000\n\n"
#define LOST "event: lost\ndata: {\"v\":1}\n\n"

struct scene {
    struct sample sample;
    struct board *reader;
    struct stream stream;
    struct stream_now now;
    char told[1024 * 1024];
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    sample_create(&scene->sample, 1, NOW_MS);
    scene->reader = sample_open(&scene->sample);
    scene->now = (struct stream_now){.now_ms = NOW_MS, .heartbeat_age_ms = 7};
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    stream_finish(&scene->stream);
    board_destroy(scene->reader);
    sample_destroy(&scene->sample);
    free(scene);
    return 0;
}

static void happen(struct scene *scene, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t id = scene->now.last == 0 ? FIRST_ID : scene->now.last + 1;
        const struct event event = {
            .id = id, .state = STATE_UP, .name = "cache-1"};
        board_store_event(scene->sample.board, &event);
        scene->now.last = id;
    }
}

static void begin(struct scene *scene, const uint64_t *since)
{
    stream_init(&scene->stream, scene->reader, since, &scene->now);
}

/* Reads all there is, at most `room` bytes at a time. */
static const char *hear(struct scene *scene, size_t room)
{
    size_t used = 0;
    size_t length = 0;
    do {
        assert_int_equal(stream_read(&scene->stream, &scene->now,
                                     scene->told + used, room, &length),
                         0);
        used += length;
        assert_true(used + room < sizeof scene->told);
    } while (length > 0);
    assert_false(stream_has_news(&scene->stream, &scene->now));
    scene->told[used] = '\0';
    return scene->told;
}

static unsigned count_of(const char *text, const char *word)
{
    unsigned count = 0;
    for (const char *at = strstr(text, word); at != NULL;
         at = strstr(at + 1, word)) {
        count++;
    }
    return count;
}

static void without_an_id_only_what_is_yet_to_come_is_told(void **state)
{
    struct scene *scene = *state;
    happen(scene, 3);
    begin(scene, NULL);
    assert_true(stream_has_news(&scene->stream, &scene->now));
    assert_string_equal(hear(scene, 4096), RETRY);
    happen(scene, 1);
    assert_true(stream_has_news(&scene->stream, &scene->now));
    const char *told = hear(scene, 4096);
    assert_ptr_equal(strstr(told, "id: 1763742000126\nevent: change\ndata: {"),
                     told);
    assert_string_equal(told + strlen(told) - 3, "}\n\n");
}

/* Ids begin at the wall clock's milliseconds: nobody counts up to there. */
static void who_came_before_the_first_event_is_told_of_it(void **state)
{
    struct scene *scene = *state;
    begin(scene, NULL);
    (void)hear(scene, 4096);
    happen(scene, 2);
    const char *told = hear(scene, 4096);
    assert_int_equal(count_of(told, "event: change"), 2);
    assert_null(strstr(told, LOST));
}

static void with_an_id_all_later_ones_are_told(void **state)
{
    struct scene *scene = *state;
    const uint64_t since = FIRST_ID;
    happen(scene, 3);
    begin(scene, &since);
    const char *told = hear(scene, 4096);
    assert_int_equal(count_of(told, "event: change\n"), 2);
    assert_non_null(strstr(told, "id: 1763742000124\n"));
    assert_non_null(strstr(told, "id: 1763742000125\n"));
}

static void the_bytes_are_the_same_in_pieces_of_any_size(void **state)
{
    struct scene *scene = *state;
    static char whole[1024 * 1024];
    const uint64_t since = 0;
    happen(scene, 20);
    begin(scene, &since);
    (void)text_copy(whole, sizeof whole, hear(scene, 4096));
    for (size_t room = 1; room < 200; room += 7) {
        stream_finish(&scene->stream);
        begin(scene, &since);
        assert_string_equal(hear(scene, room), whole);
    }
}

static void who_falls_behind_what_is_kept_is_told_so_once(void **state)
{
    struct scene *scene = *state;
    happen(scene, 1);
    begin(scene, NULL);
    (void)hear(scene, 4096);
    happen(scene, EVENTS_MOST + 5);
    const char *told = hear(scene, 4096);
    assert_ptr_equal(strstr(told, LOST), told);
    assert_int_equal(count_of(told, "event: lost"), 1);
    assert_int_equal(count_of(told, "event: change"), EVENTS_MOST);
    happen(scene, 1);
    assert_null(strstr(hear(scene, 4096), LOST));
}

static void an_id_that_is_too_old_is_told_so_at_once(void **state)
{
    struct scene *scene = *state;
    const uint64_t since = FIRST_ID;
    happen(scene, EVENTS_MOST + 10);
    begin(scene, &since);
    const char *told = hear(scene, 4096);
    assert_ptr_equal(strstr(told, RETRY LOST), told);
    assert_int_equal(count_of(told, "event: change"), EVENTS_MOST);
}

static void a_silent_stream_says_a_comment_now_and_then(void **state)
{
    struct scene *scene = *state;
    begin(scene, NULL);
    (void)hear(scene, 4096);
    scene->now.now_ms += STREAM_COMMENT_MS - 1;
    assert_false(stream_has_news(&scene->stream, &scene->now));
    scene->now.now_ms += 1;
    assert_true(stream_has_news(&scene->stream, &scene->now));
    assert_string_equal(hear(scene, 4096),
                        ": the supervisor was heard 7 ms ago\n\n");
    scene->now.now_ms += STREAM_COMMENT_MS - 1;
    happen(scene, 1);
    (void)hear(scene, 4096);
    scene->now.now_ms += STREAM_COMMENT_MS - 1;
    assert_false(stream_has_news(&scene->stream, &scene->now));
}

#define SCENE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(without_an_id_only_what_is_yet_to_come_is_told),
        SCENE_TEST(who_came_before_the_first_event_is_told_of_it),
        SCENE_TEST(with_an_id_all_later_ones_are_told),
        SCENE_TEST(the_bytes_are_the_same_in_pieces_of_any_size),
        SCENE_TEST(who_falls_behind_what_is_kept_is_told_so_once),
        SCENE_TEST(an_id_that_is_too_old_is_told_so_at_once),
        SCENE_TEST(a_silent_stream_says_a_comment_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
