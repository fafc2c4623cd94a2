/*
 * board.c - where the scoreboard's records stand, and how they are written
 * and read; those of the instances: board_rows.c.
 *
 * Positions follow from the head that board_file.c has checked and are
 * trusted; contents never are: every read goes through a scratch copy that is
 * cleaned (board_clean.c) before anybody sees it. The writer never waits; a
 * reader that finds it inside a record too often keeps what it had.
 */
#include "model/board.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/board_clean.h"
#include "model/board_layout.h"

/* Of the tasks, only what stands before their index goes onto the board. */
static const uint32_t record_sizes[AREA_COUNT] = {
    [AREA_AGENT] = sizeof(struct board_agent),
    [AREA_ZOOKEEPER] = sizeof(struct board_zookeeper),
    [AREA_SERVICES] = sizeof(struct board_service),
    [AREA_TASKS] = offsetof(struct tasks, index),
    [AREA_EVENTS] = sizeof(struct event),
    [AREA_ENDINGS] = sizeof(struct ending),
    [AREA_INSTANCES] = sizeof(struct board_row),
};

_Static_assert(offsetof(struct board_row, instance) % 8 == 0 &&
                   offsetof(struct tasks, list) % 8 == 0,
               "parts of a record that are written alone are whole words");

#define ZOOKEEPER_TEXT(constant, text) [constant] = (text),
static const char *const zookeeper_state_names[] = {
    ZOOKEEPER_STATE_TABLE(ZOOKEEPER_TEXT)};
#undef ZOOKEEPER_TEXT

const char *zookeeper_state_name(enum zookeeper_state state)
{
    return (unsigned)state < ZOOKEEPER_STATE_COUNT
               ? zookeeper_state_names[state]
               : "?";
}

/* --- positions -------------------------------------------------------- */

static size_t aligned(size_t bytes)
{
    return (bytes + BOARD_ALIGN - 1) / BOARD_ALIGN * BOARD_ALIGN;
}

static size_t stride_of(enum board_area area)
{
    return aligned(seqlock_bytes(record_sizes[area]));
}

static uint32_t count_of(enum board_area area, uint32_t instance_count)
{
    switch (area) {
    case AREA_SERVICES:
        return BOARD_SERVICES_MOST;
    case AREA_EVENTS:
        return EVENTS_MOST;
    case AREA_ENDINGS:
        return ENDINGS_MOST;
    case AREA_INSTANCES:
        return instance_count;
    case AREA_AGENT:
    case AREA_ZOOKEEPER:
    case AREA_TASKS:
    case AREA_COUNT:
        return 1;
    }
    return 1;
}

/* AREA_COUNT begins where the records end. */
static size_t start_of(enum board_area area, uint32_t instance_count)
{
    size_t start = aligned(sizeof(struct board_head));
    for (enum board_area before = 0; before < area; before++) {
        start += stride_of(before) * count_of(before, instance_count);
    }
    return start;
}

uint32_t board_record_size(enum board_area area)
{
    return record_sizes[area];
}

size_t board_size(uint32_t instance_count, uint32_t settings_bytes)
{
    return start_of(AREA_COUNT, instance_count) + settings_bytes;
}

_Atomic uint64_t *board_settings_words(const struct board *board, uint32_t at)
{
    assert(at % BOARD_WORD == 0 && at <= board->settings_bytes);
    return (_Atomic uint64_t *)(void *)(board->map +
                                        start_of(AREA_COUNT,
                                                 board->instance_count) +
                                        at);
}

struct seqlock *board_record(const struct board *board, enum board_area area,
                             uint32_t index)
{
    assert(index < count_of(area, board->instance_count));
    return (struct seqlock *)(void *)(board->map +
                                      start_of(area, board->instance_count) +
                                      stride_of(area) * index);
}

/* --- the writer ------------------------------------------------------- */

static void store(struct board *board, enum board_area area, uint32_t index,
                  const void *data)
{
    struct seqlock *lock = board_record(board, area, index);
    seqlock_begin(lock);
    seqlock_put(lock, 0, data, record_sizes[area]);
    seqlock_end(lock);
}

void board_store_agent(struct board *board, const struct board_agent *agent)
{
    store(board, AREA_AGENT, 0, agent);
}

void board_store_zookeeper(struct board *board,
                           const struct board_zookeeper *zookeeper)
{
    store(board, AREA_ZOOKEEPER, 0, zookeeper);
}

void board_store_service(struct board *board, uint32_t slot,
                         const struct board_service *service)
{
    store(board, AREA_SERVICES, slot, service);
}

void board_store_tasks(struct board *board, const struct tasks *tasks)
{
    struct seqlock *lock = board_record(board, AREA_TASKS, 0);
    size_t list_at = offsetof(struct tasks, list);
    seqlock_begin(lock);
    seqlock_put(lock, 0, tasks, list_at);
    seqlock_put(lock, list_at, tasks->list,
                tasks->live * sizeof tasks->list[0]);
    seqlock_end(lock);
}

void board_store_event(struct board *board, const struct event *event)
{
    store(board, AREA_EVENTS, (uint32_t)(event->id % EVENTS_MOST), event);
}

void board_store_ending(struct board *board, const struct ending *ending)
{
    store(board, AREA_ENDINGS, (uint32_t)(ending->id % ENDINGS_MOST), ending);
}

/* --- readers ---------------------------------------------------------- */

/* Copies one record into the scratch; -EAGAIN when it cannot be had whole. */
static int fetch(const struct board *board, enum board_area area,
                 uint32_t index)
{
    if (index >= count_of(area, board->instance_count)) {
        return -ENOENT;
    }
    const struct seqlock *lock = board_record(board, area, index);
    for (int attempt = 0; attempt < BOARD_READ_TRIES; attempt++) {
        uint32_t sequence = 0;
        if (seqlock_enter(lock, &sequence) != 0) {
            continue;
        }
        seqlock_get(lock, 0, board->scratch, record_sizes[area]);
        if (seqlock_leave(lock, sequence) == 0) {
            return 0;
        }
    }
    return -EAGAIN;
}

int board_read_agent(const struct board *board, struct board_agent *agent)
{
    int status = fetch(board, AREA_AGENT, 0);
    if (status == 0) {
        memcpy(agent, board->scratch, sizeof *agent);
        board_clean_agent(agent);
    }
    return status;
}

int board_read_zookeeper(const struct board *board,
                         struct board_zookeeper *zookeeper)
{
    int status = fetch(board, AREA_ZOOKEEPER, 0);
    if (status == 0) {
        memcpy(zookeeper, board->scratch, sizeof *zookeeper);
        board_clean_zookeeper(zookeeper);
    }
    return status;
}

int board_read_service(const struct board *board, uint32_t slot,
                       struct board_service *service)
{
    int status = fetch(board, AREA_SERVICES, slot);
    if (status == 0) {
        memcpy(service, board->scratch, sizeof *service);
        board_clean_service(service);
    }
    return status;
}

int board_read_event_at(const struct board *board, uint32_t place,
                        struct event *event)
{
    int status = fetch(board, AREA_EVENTS, place);
    const struct event *found = (const void *)board->scratch;
    if (status == 0 && (found->id == 0 || found->id % EVENTS_MOST != place)) {
        status = -ENOENT;
    }
    if (status == 0) {
        memcpy(event, found, sizeof *event);
        board_clean_event(event);
    }
    return status;
}

int board_read_event(const struct board *board, uint64_t id,
                     struct event *event)
{
    struct event found;
    int status =
        board_read_event_at(board, (uint32_t)(id % EVENTS_MOST), &found);
    if (status == 0 && found.id != id) {
        status = -ENOENT;
    }
    if (status == 0) {
        *event = found;
    }
    return status;
}

int board_read_ending(const struct board *board, uint64_t id,
                      struct ending *ending)
{
    int status = fetch(board, AREA_ENDINGS, (uint32_t)(id % ENDINGS_MOST));
    const struct ending *found = (const void *)board->scratch;
    if (status == 0 && (found->id == 0 || found->id != id)) {
        status = -ENOENT;
    }
    if (status == 0) {
        memcpy(ending, found, sizeof *ending);
        board_clean_ending(ending);
    }
    return status;
}

/* Like fetch, of the counters and the live part alone: most of the table is
 * empty, and its pages were never touched. `bytes` is what was copied. */
static int fetch_tasks(const struct board *board, size_t *bytes)
{
    const struct seqlock *lock = board_record(board, AREA_TASKS, 0);
    struct tasks *scratch = (struct tasks *)(void *)board->scratch;
    size_t list_at = offsetof(struct tasks, list);
    for (int attempt = 0; attempt < BOARD_READ_TRIES; attempt++) {
        uint32_t sequence = 0;
        if (seqlock_enter(lock, &sequence) != 0) {
            continue;
        }
        seqlock_get(lock, 0, scratch, list_at);
        size_t live = scratch->live < TASKS_MOST ? scratch->live : TASKS_MOST;
        size_t list_bytes = live * sizeof scratch->list[0];
        seqlock_get(lock, list_at, scratch->list, list_bytes);
        if (seqlock_leave(lock, sequence) == 0) {
            *bytes = list_at + list_bytes;
            return 0;
        }
    }
    return -EAGAIN;
}

int board_read_tasks(const struct board *board, struct tasks *tasks)
{
    size_t bytes = 0;
    int status = fetch_tasks(board, &bytes);
    if (status == 0) {
        memcpy(tasks, board->scratch, bytes);
        board_clean_tasks(tasks);
    }
    return status;
}
