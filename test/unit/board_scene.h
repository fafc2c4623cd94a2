/*
 * board_scene.h - a board in a run directory of its own, with a writer and a
 * reader, for the tests of the scoreboard.
 */
#ifndef TEST_BOARD_SCENE_H
#define TEST_BOARD_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "model/board.h"

#define BOOT "01234567-89ab-cdef-0123-456789abcdef"
#define INSTANCES 3
#define SETTINGS_ROOM (INSTANCES * BOARD_SETTINGS_MOST)

struct scene {
    char run_dir[64];
    char path[80];
    struct board *writer;
    struct board *reader;
    struct board_instance record; /* as stored for index 1 */
};

static inline struct board_instance sample_record(void)
{
    struct board_instance record = {
        .settings = {.name = "cache-1",
                     .addr = {.kind = ADDRESS_IPV4,
                              .port = 6379,
                              .host = "127.0.0.1"},
                     .label_count = 1,
                     .labels = {{"az", "a"}},
                     .interval_ms = 10000,
                     .canary = true},
        .instance = {.claim = {.verdict = {.state = STATE_UP,
                                           .reason = REASON_MASTER,
                                           .detail = "",
                                           .version = "7.0.15"},
                               .version = 3,
                               .since_wall_ms = 1763742000123,
                               .earned_ms = 55,
                               .lease_ms = 19000},
                     .counters = {.rounds = 8},
                     .outcome_count = 2,
                     .outcomes = {STATE_UP, STATE_UP}},
    };
    return record;
}

static inline int make_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    if (scene == NULL) {
        return -1;
    }
    snprintf(scene->run_dir, sizeof scene->run_dir, "/tmp/test-board-XXXXXX");
    if (mkdtemp(scene->run_dir) == NULL ||
        board_create(scene->run_dir, BOOT, INSTANCES, SETTINGS_ROOM,
                     &scene->writer) != 0 ||
        board_open(dup(board_reader_fd(scene->writer)), &scene->reader) != 0) {
        return -1;
    }
    snprintf(scene->path, sizeof scene->path, "%s/board", scene->run_dir);
    scene->record = sample_record();
    board_store_instance(scene->writer, 1, &scene->record.settings,
                         &scene->record.instance);
    *state = scene;
    return 0;
}

static inline int drop_scene(void **state)
{
    struct scene *scene = *state;
    board_destroy(scene->reader);
    board_destroy(scene->writer);
    (void)unlink(scene->path);
    int status = rmdir(scene->run_dir);
    free(scene);
    return status;
}

#define SCENE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_scene, drop_scene)

#endif
