/*
 * test_zk_answers.c - what the library hands over becomes a note, once and
 * whole; what was torn on its way becomes none that anybody believes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "publisher/zk_state.h"

struct scene {
    uv_loop_t loop;
    struct zk zk;
    struct zk_call call;
    struct zk_note *note; /* the last one taken */
};

static void handle_wake(uv_async_t *wake)
{
    (void)wake; /* the tests take notes themselves */
}

static int set_up(void **state)
{
    struct scene *scene = zk_note_zeroed(1, sizeof *scene);
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    assert_int_equal(
        zk_queue_init(&scene->zk.queue, &scene->loop, handle_wake, scene), 0);
    scene->call = (struct zk_call){.zk = &scene->zk, .ticket = 7, .slot = 3};
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    if (scene->note != NULL) {
        zk_note_destroy(scene->note);
    }
    assert_null(zk_queue_take(&scene->zk.queue));
    uv_close((uv_handle_t *)&scene->zk.queue.wake, NULL);
    uv_run(&scene->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    assert_int_equal(pthread_mutex_destroy(&scene->zk.queue.lock), 0);
    free(scene);
    return 0;
}

/* The one note there is. */
static const struct zk_note *take(struct scene *scene)
{
    if (scene->note != NULL) {
        zk_note_destroy(scene->note);
    }
    scene->note = zk_queue_take(&scene->zk.queue);
    assert_non_null(scene->note);
    assert_null(scene->note->next);
    return scene->note;
}

/* --- lists ---------------------------------------------------------------- */

static void a_list_is_copied_with_its_request(void **state)
{
    struct scene *scene = *state;
    char one[] = "one";
    char two[] = "two";
    char *data[] = {one, two};
    const struct String_vector names = {.count = 2, .data = data};
    zk_on_list(ZOK, &names, &scene->call);
    const struct zk_note *note = take(scene);
    assert_int_equal(note->outcome, TREE_OK);
    assert_int_equal(note->ticket, 7);
    assert_int_equal(note->slot, 3);
    assert_int_equal(note->count, 2);
    assert_string_equal(note->names[0], "one");
    assert_string_equal(note->names[1], "two");
    assert_ptr_not_equal(note->names[0], one);
}

static void a_list_with_a_name_left_out_is_no_answer(void **state)
{
    struct scene *scene = *state;
    char one[] = "one";
    char *torn[][3] = {{NULL, one, one}, {one, NULL, one}, {one, one, NULL}};
    for (size_t i = 0; i < 3; i++) {
        const struct String_vector names = {.count = 3, .data = torn[i]};
        zk_on_list(ZOK, &names, &scene->call);
        const struct zk_note *note = take(scene);
        assert_int_equal(note->outcome, TREE_LOST);
        assert_int_equal(note->code, ZMARSHALLINGERROR);
        assert_int_equal(note->count, 0);
        assert_null(note->names);
    }
}

static void a_list_of_a_negative_count_is_empty(void **state)
{
    struct scene *scene = *state;
    const struct String_vector names = {.count = -5, .data = NULL};
    zk_on_list(ZOK, &names, &scene->call);
    const struct zk_note *note = take(scene);
    assert_int_equal(note->outcome, TREE_OK);
    assert_int_equal(note->count, 0);
}

static void a_list_refused_has_no_names_to_look_at(void **state)
{
    struct scene *scene = *state;
    zk_on_list(ZNOAUTH, NULL, &scene->call);
    assert_int_equal(take(scene)->outcome, TREE_REFUSED);
}

/* --- reads ---------------------------------------------------------------- */

static const struct Stat stat_of_all = {
    .czxid = 11, .ephemeralOwner = 0x4d, .version = 5};

static void bytes_read_are_copied_with_their_stat(void **state)
{
    struct scene *scene = *state;
    zk_on_read(ZOK, "ab\0c", 4, &stat_of_all, &scene->call);
    const struct zk_note *note = take(scene);
    assert_int_equal(note->outcome, TREE_OK);
    assert_int_equal(note->length, 4);
    assert_memory_equal(note->bytes, "ab\0c", 4);
    assert_int_equal(note->stat.czxid, 11);
    assert_int_equal(note->stat.owner, 0x4d);
    assert_int_equal(note->stat.version, 5);
}

static void an_answer_without_the_bytes_it_counts_is_none(void **state)
{
    struct scene *scene = *state;
    zk_on_read(ZOK, NULL, 40, &stat_of_all, &scene->call);
    const struct zk_note *note = take(scene);
    assert_int_equal(note->outcome, TREE_LOST);
    assert_int_equal(note->code, ZMARSHALLINGERROR);
    assert_int_equal(note->length, 0);
    assert_null(note->bytes);
}

static void a_node_without_data_is_empty(void **state)
{
    struct scene *scene = *state;
    zk_on_read(ZOK, NULL, -1, &stat_of_all, &scene->call);
    const struct zk_note *note = take(scene);
    assert_int_equal(note->outcome, TREE_OK);
    assert_int_equal(note->length, 0);
}

static void more_bytes_than_any_of_ours_are_counted_and_not_kept(void **state)
{
    struct scene *scene = *state;
    char *bytes = zk_note_zeroed(TREE_BYTES_MOST + 1, 1);
    zk_on_read(ZOK, bytes, TREE_BYTES_MOST + 1, &stat_of_all, &scene->call);
    free(bytes);
    const struct zk_note *note = take(scene);
    assert_int_equal(note->length, TREE_BYTES_MOST + 1);
    assert_null(note->bytes);
}

/* --- codes ---------------------------------------------------------------- */

static void each_code_has_its_outcome(void **state)
{
    struct scene *scene = *state;
    static const struct {
        int code;
        enum tree_outcome outcome;
    } cases[] = {
        {ZNONODE, TREE_NO_NODE},
        {ZNODEEXISTS, TREE_EXISTS},
        {ZBADVERSION, TREE_CONFLICT},
        {ZBADARGUMENTS, TREE_REFUSED},
        {ZNOAUTH, TREE_REFUSED},
        {-125, TREE_REFUSED}, /* a quota's, which 3.8.0 has no name for */
        {ZSESSIONEXPIRED, TREE_LOST},
        {ZSESSIONMOVED, TREE_LOST},
        {ZAUTHFAILED, TREE_LOST},
        {ZCLOSING, TREE_LOST},
        {ZTHROTTLEDOP, TREE_LOST},
        {ZCONNECTIONLOSS, TREE_LOST},
        {ZOPERATIONTIMEOUT, TREE_LOST},
        {ZMARSHALLINGERROR, TREE_LOST},
        {1, TREE_LOST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        zk_on_parent(cases[i].code, NULL, &scene->call);
        assert_int_equal(take(scene)->outcome, cases[i].outcome);
    }
}

/* --- what comes unasked --------------------------------------------------- */

static void a_watch_tells_its_path(void **state)
{
    struct scene *scene = *state;
    zk_on_watch(NULL, ZOO_CHANGED_EVENT, 0, "/a/b", &scene->zk);
    const struct zk_note *note = take(scene);
    assert_int_equal(note->kind, ZK_CHANGED);
    assert_string_equal(note->path, "/a/b");
}

static void a_watch_of_nowhere_tells_an_empty_path(void **state)
{
    struct scene *scene = *state;
    zk_on_watch(NULL, ZOO_DELETED_EVENT, 0, NULL, &scene->zk);
    assert_string_equal(take(scene)->path, "");
}

static void a_watch_is_silent_on_what_becomes_of_the_session(void **state)
{
    struct scene *scene = *state;
    zk_on_watch(NULL, ZOO_SESSION_EVENT, ZOO_EXPIRED_SESSION_STATE, "",
                &scene->zk);
    assert_null(zk_queue_take(&scene->zk.queue));
}

static void a_state_of_the_session_no_one_knows_is_mad(void **state)
{
    struct scene *scene = *state;
    struct zk *zk = &scene->zk;
    zk_on_session(NULL, ZOO_SESSION_EVENT, 4711, "", zk);
    assert_int_equal(take(scene)->kind, ZK_MAD);
    zk_on_session(NULL, ZOO_SESSION_EVENT, ZOO_EXPIRED_SESSION_STATE, "", zk);
    assert_int_equal(take(scene)->kind, ZK_EXPIRED);
    zk_on_session(NULL, ZOO_SESSION_EVENT, ZOO_AUTH_FAILED_STATE, "", zk);
    assert_int_equal(take(scene)->kind, ZK_REFUSED);
    zk_on_session(NULL, ZOO_SESSION_EVENT, ZOO_CONNECTING_STATE, "", zk);
    assert_int_equal(take(scene)->kind, ZK_DISCONNECTED);
}

static void what_is_no_news_of_the_session_is_not_taken_for_it(void **state)
{
    struct scene *scene = *state;
    zk_on_session(NULL, ZOO_CHANGED_EVENT, 4711, "/a", &scene->zk);
    assert_null(zk_queue_take(&scene->zk.queue));
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(a_list_is_copied_with_its_request),
        IN_SCENE(a_list_with_a_name_left_out_is_no_answer),
        IN_SCENE(a_list_of_a_negative_count_is_empty),
        IN_SCENE(a_list_refused_has_no_names_to_look_at),
        IN_SCENE(bytes_read_are_copied_with_their_stat),
        IN_SCENE(an_answer_without_the_bytes_it_counts_is_none),
        IN_SCENE(a_node_without_data_is_empty),
        IN_SCENE(more_bytes_than_any_of_ours_are_counted_and_not_kept),
        IN_SCENE(each_code_has_its_outcome),
        IN_SCENE(a_watch_tells_its_path),
        IN_SCENE(a_watch_of_nowhere_tells_an_empty_path),
        IN_SCENE(a_watch_is_silent_on_what_becomes_of_the_session),
        IN_SCENE(a_state_of_the_session_no_one_knows_is_mad),
        IN_SCENE(what_is_no_news_of_the_session_is_not_taken_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
