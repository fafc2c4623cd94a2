/*
 * board_layout.h - where everything stands on a board. Private to the files
 * of the board: board_file.c makes, maps and checks it, board_adopt.c reads a
 * predecessor's, board.c reads and writes its records, board_rows.c those of
 * the instances, board_guard.c keeps the writer alive.
 */
#ifndef MODEL_BOARD_LAYOUT_H
#define MODEL_BOARD_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/board.h"
#include "model/seqlock.h"

enum board_area {
    AREA_AGENT,
    AREA_ZOOKEEPER,
    AREA_SERVICES,
    AREA_TASKS,
    AREA_EVENTS,
    AREA_ENDINGS,
    AREA_INSTANCES,
    AREA_COUNT
};

#define BOARD_WORD 8u   /* what is stored at once */
#define BOARD_ALIGN 64u /* a record begins on a cache line of its own */
#define BOARD_MAGIC UINT64_C(0x3144524f42414e53) /* "SNABORD1" */

/* What the file begins with. Written once, before anybody else sees it. */
struct board_head {
    uint64_t magic;
    uint32_t layout;
    uint32_t instance_count;
    uint32_t settings_bytes; /* of the room behind the last record */
    uint32_t record_sizes[AREA_COUNT];
    char boot_id[BOARD_BOOT_BYTES];
};

/* An instance's record. Its settings are mostly the empty ends of texts: they
 * stand packed (zero_runs.h) in the room behind the last record, under this
 * record's lock. */
struct board_row {
    uint32_t settings_at; /* from the room's start, a multiple of BOARD_WORD */
    uint32_t settings_length;
    struct instance instance;
};

/* What of the room an instance has. */
struct board_place {
    uint32_t at;
    uint32_t bytes;
    uint32_t length; /* of them in use; 0 = nothing was stored yet */
};

struct board {
    uint8_t *map; /* the whole file */
    size_t size;
    uint32_t instance_count;
    uint32_t settings_bytes;    /* of the room for settings */
    uint32_t settings_used;     /* of it, by the writer */
    uint8_t *settings;          /* the writer's copy of the room; owned */
    struct board_place *places; /* the writer's; owned; one per instance */
    int reader_fd;              /* the writer's; -1 for readers */
    int guarded_fd;         /* the writer's file, if board_guard.c minds it */
    struct board_head head; /* the writer's, to be written again */
    bool is_memory;         /* `map` was allocated, not mapped */
    uint8_t *scratch;       /* room for the largest record, for reading */
};

/* Bytes of one record's data. */
uint32_t board_record_size(enum board_area area);

/* Bytes of a board for so many instances and so much room for settings. */
size_t board_size(uint32_t instance_count, uint32_t settings_bytes);

/* What stands at that place of the room for settings. */
_Atomic uint64_t *board_settings_words(const struct board *board, uint32_t at);

struct seqlock *board_record(const struct board *board, enum board_area area,
                             uint32_t index);

/* Whatever event stands at that place; -ENOENT when none does. */
int board_read_event_at(const struct board *board, uint32_t place,
                        struct event *event);

#define BOARD_NAME "board" /* of the file in the run directory */
#define BOARD_PATH_BYTES (SETTINGS_RUN_DIR_BYTES + 16)
#define SETTINGS_ROOM_MOST (SETTINGS_INSTANCES_MOST * BOARD_SETTINGS_MOST)
#define BOARD_SIZE_MOST board_size(SETTINGS_INSTANCES_MOST, SETTINGS_ROOM_MOST)

/* <run_dir>/<name>; 0 or -ENAMETOOLONG. `path` has BOARD_PATH_BYTES. */
int board_path(const char *run_dir, const char *name, char *path);

/* One without a map, for board_destroy; NULL without memory. */
struct board *board_allocate(void);

/* 0 when `map` is a board of this layout, else -ESTALE; its head to `head`. */
int board_check_head(const void *map, size_t size, struct board_head *head);

/* Minds the writer's file, and owns `fd` from now on. One board at a time:
 * a second one is not minded. */
void board_guard_start(struct board *board, int fd);
void board_guard_stop(struct board *board);

#endif
