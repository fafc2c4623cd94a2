/*
 * test_history_file.c - the history outlives its console, and no file can do
 * the console harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "console/history_file.h"

#define NOW_MS UINT64_C(400000000)

struct scene {
    char directory[64];
    char path[80];
    struct history_file file;
    struct history_book *book;
};

static void begin(struct scene *scene)
{
    history_file_init(&scene->file);
    assert_int_equal(history_book_create(&scene->book), 0);
}

static void end(struct scene *scene)
{
    history_file_finish(&scene->file);
    history_book_destroy(scene->book);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    (void)text_copy(scene->directory, sizeof scene->directory,
                    "/tmp/test_history_XXXXXX");
    assert_non_null(mkdtemp(scene->directory));
    (void)text_format(scene->path, sizeof scene->path, "%s/history",
                      scene->directory);
    begin(scene);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    end(scene);
    (void)unlink(scene->path); /* may be gone */
    assert_int_equal(rmdir(scene->directory), 0);
    free(scene);
    return 0;
}

static int open_at(struct scene *scene, uint64_t now_ms)
{
    return history_file_open(&scene->file, scene->directory, scene->book,
                             now_ms);
}

static void add(struct scene *scene, uint64_t at_ms, uint32_t value)
{
    struct history_sample sample;
    for (int i = 0; i < HISTORY_SERIES; i++) {
        sample.values[i] = value;
    }
    history_add(&scene->book->history, &sample, at_ms);
    assert_int_equal(history_file_keep(&scene->file, scene->book), 0);
}

static uint32_t mean_at(const struct scene *scene, uint64_t at_ms)
{
    return history_at(&scene->book->history, HISTORY_HOUR, HISTORY_TASKS,
                      at_ms / HISTORY_HOUR_STEP_MS)
        .mean;
}

/* Three steps, the last of them not complete. */
static void live(struct scene *scene)
{
    assert_int_equal(open_at(scene, NOW_MS), 0);
    history_marks_add(&scene->book->marks, HISTORY_MARK_START, NOW_MS, "one");
    add(scene, NOW_MS, 4);
    add(scene, NOW_MS + 2000, 6);
    history_marks_add(&scene->book->marks, HISTORY_MARK_RELOAD, NOW_MS, "two");
    add(scene, NOW_MS + 10000, 7);
    add(scene, NOW_MS + 20000, 8);
}

static void a_successor_has_what_was_kept(void **state)
{
    struct scene *scene = *state;
    live(scene);
    end(scene);
    begin(scene);
    assert_int_equal(open_at(scene, NOW_MS + 30000), 0);
    assert_int_equal(mean_at(scene, NOW_MS), 5);
    assert_int_equal(mean_at(scene, NOW_MS + 10000), 7);
    assert_int_equal(mean_at(scene, NOW_MS + 20000), 8);
    assert_string_equal(
        history_marks_find(&scene->book->marks, HISTORY_MARK_RELOAD, 0)->text,
        "two");
    struct stat status;
    assert_int_equal(stat(scene->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_gap_between_two_lives_stays_a_gap(void **state)
{
    struct scene *scene = *state;
    live(scene);
    for (int i = 0; i < 2; i++) {
        end(scene);
        begin(scene);
        assert_int_equal(open_at(scene, NOW_MS + 100000), 0);
        if (i == 0) {
            add(scene, NOW_MS + 100000, 9);
        }
    }
    assert_int_equal(mean_at(scene, NOW_MS + 20000), 8);
    assert_int_equal(mean_at(scene, NOW_MS + 30000), HISTORY_NONE);
    assert_int_equal(mean_at(scene, NOW_MS + 90000), HISTORY_NONE);
    assert_int_equal(mean_at(scene, NOW_MS + 100000), 9);
}

static void a_damaged_file_is_begun_anew(void **state)
{
    struct scene *scene = *state;
    live(scene);
    end(scene);
    /* Of another layout; its end missing; of the future. */
    for (int damage = 0; damage < 3; damage++) {
        int fd = open(scene->path, O_RDWR);
        assert_true(fd >= 0);
        if (damage == 0) {
            assert_int_equal(pwrite(fd, "x", 1, 9), 1);
        } else if (damage == 1) {
            assert_int_equal(ftruncate(fd, 5000), 0);
        }
        (void)close(fd);
        begin(scene);
        uint64_t now_ms = damage == 2 ? NOW_MS - 60000 : NOW_MS + 30000;
        assert_int_equal(open_at(scene, now_ms), 0);
        assert_int_equal(mean_at(scene, NOW_MS), HISTORY_NONE);
        assert_null(
            history_marks_find(&scene->book->marks, HISTORY_MARK_START, 0));
        scene->book->samples = 1;
        history_file_finish(&scene->file);
        history_file_init(&scene->file);
        assert_int_equal(unlink(scene->path), 0);
        live(scene);
        end(scene);
    }
    begin(scene);
}

static void what_another_one_holds_is_waited_for_a_while(void **state)
{
    struct scene *scene = *state;
    struct scene other = *scene;
    live(scene);
    begin(&other);
    for (int i = 1; i < HISTORY_FILE_TRIES; i++) {
        assert_int_equal(open_at(&other, NOW_MS), -EWOULDBLOCK);
    }
    assert_int_equal(open_at(&other, NOW_MS), -ENOTSUP);
    end(&other);
}

static void a_link_in_its_place_is_not_followed(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(symlink("/tmp/test_history_elsewhere", scene->path), 0);
    assert_int_equal(open_at(scene, NOW_MS), -ENOTSUP);
    assert_int_equal(history_file_keep(&scene->file, scene->book), 0);
    assert_int_equal(access("/tmp/test_history_elsewhere", F_OK), -1);
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SCENE(a_successor_has_what_was_kept),
        SCENE(a_gap_between_two_lives_stays_a_gap),
        SCENE(a_damaged_file_is_begun_anew),
        SCENE(what_another_one_holds_is_waited_for_a_while),
        SCENE(a_link_in_its_place_is_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
