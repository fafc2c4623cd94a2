/*
 * history_book.h - all that the console remembers: the figures' history, the
 * marks in it, a lane for each instance. Filled by samples of the board, read
 * by the pages. Its memory is fixed once it has read the number of instances.
 *
 * A sample reads what changed: the agent's record, tasks and services, and of
 * the instances those whose record was written since.
 */
#ifndef CONSOLE_HISTORY_BOOK_H
#define CONSOLE_HISTORY_BOOK_H

#include <stdint.h>

#include "console/history.h"
#include "console/history_lanes.h"
#include "console/history_marks.h"
#include "console/snapshot.h"

#define HISTORY_SAMPLE_MS 2000

/* What the snapshot must hold when a sample is taken. */
#define HISTORY_PARTS (SNAPSHOT_TASKS | SNAPSHOT_SERVICES | SNAPSHOT_ZOOKEEPER)

/* A process' last word, to tell its use of the processor from the next. */
struct history_meter {
    uint32_t generation;
    uint64_t told_ms;
    uint64_t cpu_ms;
    uint32_t rate; /* thousandths of a core; HISTORY_NONE: one word only */
};

/* How far the marks have read. */
struct history_seen {
    uint64_t started_ms;
    uint64_t event;
    uint64_t ending;
    uint64_t loaded_wall_ms;
    uint64_t refused;
};

/* What stands before `lanes` is kept in a file, see history_file.h. */
struct history_book {
    struct history history;
    struct history_marks marks;
    struct history_seen seen;
    struct history_lanes lanes;
    /* Of the services by slot, the last one the supervisor's own. */
    struct history_meter meters[BOARD_SERVICES_MOST + 1];
    struct board_instance record; /* room to read one into */
    uint32_t *scratch;            /* owned; a number for each lane */
    uint64_t samples;
};

/* 0 or -ENOMEM. */
int history_book_create(struct history_book **book);
void history_book_destroy(struct history_book *book);

/* Takes a sample of what `snapshot` holds of HISTORY_PARTS and of the board's
 * instances. 0, or -ENOMEM when there was no room for the lanes. */
int history_book_sample(struct history_book *book,
                        const struct snapshot *snapshot);

/* The lane of an instance; NULL when nothing was sampled of it. */
const struct history_lane *history_book_lane(const struct history_book *book,
                                             uint32_t index);

/* Parts of a sample, in files of their own: what processes say of themselves,
 * and what has happened since the last time. */
void history_book_note_vitals(struct history_book *book,
                              const struct snapshot *snapshot,
                              struct history_sample *sample);
void history_book_note_news(struct history_book *book,
                            const struct snapshot *snapshot);

#endif
