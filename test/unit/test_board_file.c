/*
 * test_board_file.c - the scoreboard as a file: a successor adopts it; what is
 * torn, foreign, cut short or planted is not taken; a full disk is survived.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "board_scene.h"
#include "model/board.h"
#include "model/board_layout.h"

#define OTHER_BOOT "ffffffff-89ab-cdef-0123-456789abcdef"

static void only_the_owner_can_open_the_file(void **state)
{
    struct scene *scene = *state;
    struct stat file;
    char path_new[80];
    assert_int_equal(stat(scene->path, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0600);
    snprintf(path_new, sizeof path_new, "%s/board.new", scene->run_dir);
    assert_int_equal(access(path_new, F_OK), -1);
}

/* --- the successor ---------------------------------------------------- */

struct adopted {
    unsigned count;
    char name[SETTINGS_NAME_BYTES];
    struct instance instance;
    unsigned event_count;
    struct event event; /* the last one met */
};

static void take_adopted(void *context, const struct board_instance *record)
{
    struct adopted *adopted = context;
    adopted->count++;
    snprintf(adopted->name, sizeof adopted->name, "%s", record->settings.name);
    adopted->instance = record->instance;
}

static void take_event(void *context, const struct event *event)
{
    struct adopted *adopted = context;
    adopted->event_count++;
    adopted->event = *event;
}

static int adopt(struct scene *scene, const char *boot, struct adopted *adopted)
{
    *adopted = (struct adopted){0};
    return board_adopt(scene->run_dir, boot,
                       &(struct board_adopter){.on_instance = take_adopted,
                                               .on_event = take_event,
                                               .context = adopted});
}

static void a_successor_finds_the_events_of_a_killed_writer(void **state)
{
    struct scene *scene = *state;
    struct adopted adopted;
    struct event event = {
        .id = 1763742000123, .name = "cache-1", .state = STATE_DOWN};
    board_store_event(scene->writer, &event);
    assert_int_equal(adopt(scene, BOOT, &adopted), 0);
    assert_int_equal(adopted.event_count, 1);
    assert_memory_equal(&adopted.event, &event, sizeof event);
}

static void a_successor_finds_the_claims_of_a_killed_writer(void **state)
{
    struct scene *scene = *state;
    struct adopted adopted;
    assert_int_equal(adopt(scene, BOOT, &adopted), 0);
    assert_int_equal(adopted.count, 1); /* the others were never stored */
    assert_string_equal(adopted.name, "cache-1");
    assert_memory_equal(&adopted.instance, &scene->record.instance,
                        sizeof adopted.instance);
}

static void a_record_torn_by_the_writers_death_is_skipped(void **state)
{
    struct scene *scene = *state;
    struct adopted adopted;
    struct board_instance other = scene->record;
    snprintf(other.settings.name, sizeof other.settings.name, "queue");
    board_store_instance(scene->writer, 2, &other.settings, &other.instance);
    seqlock_begin(board_record(scene->writer, AREA_INSTANCES, 1));
    assert_int_equal(adopt(scene, BOOT, &adopted), 0);
    assert_int_equal(adopted.count, 1);
    assert_string_equal(adopted.name, "queue");
}

static void another_boot_is_not_adopted(void **state)
{
    struct adopted adopted;
    assert_int_equal(adopt(*state, OTHER_BOOT, &adopted), -ESTALE);
    assert_int_equal(adopted.count, 0);
}

static void a_removed_board_leaves_nothing_to_adopt(void **state)
{
    struct scene *scene = *state;
    struct adopted adopted;
    board_remove(scene->run_dir);
    assert_int_equal(adopt(scene, BOOT, &adopted), -ENOENT);
}

static void a_successor_s_board_takes_the_place_of_the_old(void **state)
{
    struct scene *scene = *state;
    struct board *successor = NULL;
    struct adopted adopted;
    assert_int_equal(
        board_create(scene->run_dir, BOOT, 1, BOARD_SETTINGS_MOST, &successor),
        0);
    assert_int_equal(adopt(scene, BOOT, &adopted), 0);
    assert_int_equal(adopted.count, 0);
    board_destroy(successor);
}

/* --- what is no board ------------------------------------------------- */

static void each_damage_of_the_head_is_seen(void **state)
{
    struct scene *scene = *state;
    struct adopted adopted;
    for (size_t at = 0; at < offsetof(struct board_head, boot_id); at++) {
        scene->writer->map[at] ^= 0x40;
        struct board *board = NULL;
        assert_int_equal(adopt(scene, BOOT, &adopted), -ESTALE);
        assert_int_equal(board_open(open(scene->path, O_RDONLY), &board),
                         -ESTALE);
        assert_null(board);
        scene->writer->map[at] ^= 0x40;
    }
    assert_int_equal(adopt(scene, BOOT, &adopted), 0);
}

static void a_file_too_short_or_too_long_is_no_board(void **state)
{
    struct scene *scene = *state;
    size_t whole = board_size(INSTANCES, SETTINGS_ROOM);
    off_t sizes[] = {0,
                     1,
                     sizeof(struct board_head),
                     4096,
                     (off_t)whole - 1,
                     (off_t)whole + 1,
                     (off_t)1 << 40};
    board_destroy(scene->reader); /* its pages are about to go */
    scene->reader = NULL;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct adopted adopted;
        struct board *board = NULL;
        assert_int_equal(truncate(scene->path, sizes[i]), 0);
        assert_int_equal(adopt(scene, BOOT, &adopted), -ESTALE);
        assert_int_equal(board_open(open(scene->path, O_RDONLY), &board),
                         -ESTALE);
    }
}

static void links_pipes_and_directories_are_not_adopted(void **state)
{
    struct scene *scene = *state;
    struct adopted adopted;
    char real[80];
    snprintf(real, sizeof real, "%s/real", scene->run_dir);
    assert_int_equal(rename(scene->path, real), 0);
    assert_int_equal(symlink(real, scene->path), 0);
    assert_int_equal(adopt(scene, BOOT, &adopted), -ESTALE);
    assert_int_equal(unlink(scene->path), 0);
    assert_int_equal(unlink(real), 0);
    assert_int_equal(mkfifo(scene->path, 0600), 0);
    assert_int_equal(adopt(scene, BOOT, &adopted), -ESTALE);
    assert_int_equal(unlink(scene->path), 0);
    assert_int_equal(mkdir(scene->path, 0700), 0);
    assert_int_equal(adopt(scene, BOOT, &adopted), -ESTALE);
    assert_int_equal(rmdir(scene->path), 0);
}

static void a_link_planted_in_the_way_is_replaced_and_not_followed(void **state)
{
    struct scene *scene = *state;
    char target[80];
    char path_new[80];
    struct board *board = NULL;
    snprintf(target, sizeof target, "%s/target", scene->run_dir);
    snprintf(path_new, sizeof path_new, "%s/board.new", scene->run_dir);
    assert_int_equal(symlink(target, path_new), 0);
    assert_int_equal(
        board_create(scene->run_dir, BOOT, 1, BOARD_SETTINGS_MOST, &board), 0);
    assert_int_equal(access(target, F_OK), -1);
    board_destroy(board);
}

/* --- without a directory ---------------------------------------------- */

static void a_file_cut_short_under_the_writer_does_not_kill_it(void **state)
{
    struct scene *scene = *state;
    struct board_instance read;
    struct board *reader = NULL;
    /* Made anew: cmocka has put its own SIGBUS handler before the test. */
    board_destroy(scene->writer);
    assert_int_equal(board_create(scene->run_dir, BOOT, INSTANCES,
                                  SETTINGS_ROOM, &scene->writer),
                     0);
    assert_false(board_was_cut(scene->writer));
    assert_int_equal(truncate(scene->path, 0), 0);
    board_store_instance(scene->writer, 1, &scene->record.settings,
                         &scene->record.instance);
    assert_true(board_was_cut(scene->writer));
    assert_false(board_was_cut(scene->writer));
    board_store_instance(scene->writer, 1, &scene->record.settings,
                         &scene->record.instance);
    assert_int_equal(board_open(dup(board_reader_fd(scene->writer)), &reader),
                     0);
    assert_int_equal(board_read_instance(reader, 1, &read), 0);
    assert_string_equal(read.settings.name, "cache-1");
    board_destroy(reader);
}

static void a_cut_that_met_no_store_is_seen_too(void **state)
{
    struct scene *scene = *state;
    struct stat file;
    assert_int_equal(stat(scene->path, &file), 0);
    assert_int_equal(truncate(scene->path, file.st_size / 2), 0);
    assert_true(board_was_cut(scene->writer));
    assert_false(board_was_cut(scene->writer));
}

static void a_head_that_was_written_over_is_mended(void **state)
{
    struct scene *scene = *state;
    size_t end = offsetof(struct board_head, boot_id) + BOARD_BOOT_BYTES;
    for (size_t at = 0; at < end; at++) {
        struct board *reader = NULL;
        scene->writer->map[at] ^= 0x40;
        assert_true(board_was_cut(scene->writer));
        assert_false(board_was_cut(scene->writer));
        assert_int_equal(
            board_open(dup(board_reader_fd(scene->writer)), &reader), 0);
        board_destroy(reader);
    }
}

static void a_board_in_memory_works_the_same(void **state)
{
    (void)state;
    struct board *writer = NULL;
    struct board *reader = NULL;
    struct board_instance record = sample_record();
    struct board_instance read;
    assert_int_equal(board_create(NULL, BOOT, 1, BOARD_SETTINGS_MOST, &writer),
                     0);
    assert_int_equal(board_open(dup(board_reader_fd(writer)), &reader), 0);
    board_store_instance(writer, 0, &record.settings, &record.instance);
    assert_int_equal(board_read_instance(reader, 0, &read), 0);
    assert_memory_equal(&read, &record, sizeof read);
    assert_int_equal(ftruncate(board_reader_fd(writer), 0), -1);
    board_destroy(reader);
    board_destroy(writer);
    board_destroy(NULL);
}

enum { CHILD_GOOD, CHILD_BAD, CHILD_CANNOT };

/* In a mount namespace of its own, with a run directory of one page. */
static int create_on_a_full_disk(const char *run_dir)
{
    struct board *board = NULL;
    char path[80];
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", run_dir, "tmpfs", 0, "size=8k") != 0) {
        return CHILD_CANNOT;
    }
    snprintf(path, sizeof path, "%s/board", run_dir);
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (board_create(run_dir, BOOT, INSTANCES, SETTINGS_ROOM, &board) != 0) {
        return CHILD_BAD;
    }
    struct board_instance record = sample_record();
    board_store_instance(board, 1, &record.settings, &record.instance);
    board_destroy(board);
    /* Neither the predecessor's nor half of ours may be left to adopt. */
    return rmdir(run_dir) != 0 && access(path, F_OK) != 0 ? CHILD_GOOD
                                                          : CHILD_BAD;
}

static void on_a_full_disk_the_board_lives_in_memory(void **state)
{
    struct scene *scene = *state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(create_on_a_full_disk(scene->run_dir));
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CHILD_CANNOT) {
        print_message("# skip on_a_full_disk_the_board_lives_in_memory: no "
                      "mount namespace can be made here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), CHILD_GOOD);
}

static void a_directory_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct board *board = NULL;
    assert_int_equal(board_create("/tmp/there/is/no/such", BOOT, 1, 0, &board),
                     -ENOENT);
    assert_null(board);
    assert_int_equal(
        board_create(NULL, BOOT, SETTINGS_INSTANCES_MOST + 1, 0, &board),
        -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(only_the_owner_can_open_the_file),
        SCENE_TEST(a_successor_finds_the_claims_of_a_killed_writer),
        SCENE_TEST(a_successor_finds_the_events_of_a_killed_writer),
        SCENE_TEST(a_record_torn_by_the_writers_death_is_skipped),
        SCENE_TEST(another_boot_is_not_adopted),
        SCENE_TEST(a_removed_board_leaves_nothing_to_adopt),
        SCENE_TEST(a_successor_s_board_takes_the_place_of_the_old),
        SCENE_TEST(each_damage_of_the_head_is_seen),
        SCENE_TEST(a_file_too_short_or_too_long_is_no_board),
        SCENE_TEST(links_pipes_and_directories_are_not_adopted),
        SCENE_TEST(a_link_planted_in_the_way_is_replaced_and_not_followed),
        SCENE_TEST(a_file_cut_short_under_the_writer_does_not_kill_it),
        SCENE_TEST(a_cut_that_met_no_store_is_seen_too),
        SCENE_TEST(a_head_that_was_written_over_is_mended),
        cmocka_unit_test(a_board_in_memory_works_the_same),
        SCENE_TEST(on_a_full_disk_the_board_lives_in_memory),
        cmocka_unit_test(a_directory_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests_name("board_file", tests, NULL, NULL);
}
