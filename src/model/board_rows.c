/*
 * board_rows.c - the instances' records on the board, and their settings
 * behind them. A place in the room for settings is given with the first store
 * and again only to settings that outgrew it: those of a board hardly change.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/board.h"
#include "model/board_clean.h"
#include "model/board_layout.h"
#include "model/zero_runs.h"

#define PACKED_MOST ZERO_RUNS_ROOM(sizeof(struct board_settings))

#define WHOLE_WORDS(bytes) \
    ((uint32_t)(((bytes) + BOARD_WORD - 1) / BOARD_WORD * BOARD_WORD))

_Static_assert(WHOLE_WORDS(PACKED_MOST) <= BOARD_SETTINGS_MOST, "the most");
_Static_assert(sizeof(struct board_settings) <= ZERO_RUNS_MOST, "packable");

/* --- settings as shown ------------------------------------------------ */

void board_settings_fill(struct board_settings *shown,
                         const struct settings *settings, uint32_t index)
{
    const struct instance_settings *own = &settings->instances[index];
    const struct instance_labels *labels = settings_labels(settings, index);

    /* What lies between the members is packed, too: it is zero. */
    memset(shown, 0, sizeof *shown);
    memcpy(shown->name, own->name, sizeof shown->name);
    shown->addr = own->addr;
    shown->advertise = own->advertise;
    shown->label_count = labels->count;
    shown->interval_ms = own->interval_ms;
    shown->timeout_ms = own->timeout_ms;
    shown->deep_interval_ms = own->deep_interval_ms;
    shown->rise = own->rise;
    shown->fall = own->fall;
    shown->canary = own->canary;
    shown->is_found = own->is_found;
    shown->max_lag_ms = own->max_lag_ms;
    shown->max_gap = own->max_gap;
    memcpy(shown->labels, labels->list, sizeof shown->labels);
}

uint32_t board_settings_room(const struct settings *settings)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        struct board_settings shown;
        uint8_t packed[PACKED_MOST];
        board_settings_fill(&shown, settings, i);
        bytes += WHOLE_WORDS(zero_runs_pack(&shown, sizeof shown, packed));
    }
    return bytes;
}

const struct address *board_settings_published(
    const struct board_settings *settings)
{
    return settings->advertise.kind != ADDRESS_NONE ? &settings->advertise
                                                    : &settings->addr;
}

/* --- the writer ------------------------------------------------------- */

/* Whether the instance has room for so many bytes now. */
static bool make_room(struct board *board, uint32_t index, uint32_t bytes)
{
    struct board_place *place = &board->places[index];
    if (bytes <= place->bytes) {
        return true;
    }
    if (bytes > board->settings_bytes - board->settings_used) {
        return false;
    }
    *place = (struct board_place){.at = board->settings_used, .bytes = bytes};
    board->settings_used += bytes;
    return true;
}

/* Into the writer's own copy. */
static int keep_settings(struct board *board, uint32_t index,
                         const struct board_settings *settings)
{
    uint8_t packed[PACKED_MOST];
    size_t length = zero_runs_pack(settings, sizeof *settings, packed);
    if (!make_room(board, index, WHOLE_WORDS(length))) {
        return -ENOSPC;
    }
    board->places[index].length = (uint32_t)length;
    memcpy(board->settings + board->places[index].at, packed, length);
    return 0;
}

/* All of it each time: what somebody wrote over is right again with the next
 * round. */
int board_store_instance(struct board *board, uint32_t index,
                         const struct board_settings *settings,
                         const struct instance *instance)
{
    struct seqlock *lock = board_record(board, AREA_INSTANCES, index);
    int status = settings != NULL ? keep_settings(board, index, settings) : 0;
    const struct board_place *place = &board->places[index];
    struct board_row row = {.settings_at = place->at,
                            .settings_length = place->length};
    seqlock_begin(lock);
    seqlock_put(lock, 0, &row, offsetof(struct board_row, instance));
    seqlock_put(lock, offsetof(struct board_row, instance), instance,
                sizeof *instance);
    seqlock_put_words(board_settings_words(board, place->at),
                      board->settings + place->at, place->length);
    seqlock_end(lock);
    return status;
}

/* --- readers ---------------------------------------------------------- */

static bool is_inside(const struct board *board, const struct board_row *row)
{
    return row->settings_length > 0 && row->settings_at % BOARD_WORD == 0 &&
           row->settings_at <= board->settings_bytes &&
           row->settings_length <= board->settings_bytes - row->settings_at &&
           row->settings_length <= PACKED_MOST;
}

/* Copies the record into the scratch and its settings to `packed`. -EAGAIN
 * when they cannot be had whole, or the settings are at no place. */
static int fetch(const struct board *board, uint32_t index, uint8_t *packed)
{
    const struct seqlock *lock = board_record(board, AREA_INSTANCES, index);
    struct board_row *row = (struct board_row *)(void *)board->scratch;
    for (int attempt = 0; attempt < BOARD_READ_TRIES; attempt++) {
        uint32_t sequence = 0;
        if (seqlock_enter(lock, &sequence) != 0) {
            continue;
        }
        seqlock_get(lock, 0, row, sizeof *row);
        if (!is_inside(board, row)) {
            continue; /* torn, or somebody wrote over it */
        }
        seqlock_get_words(board_settings_words(board, row->settings_at), packed,
                          row->settings_length);
        if (seqlock_leave(lock, sequence) == 0) {
            return 0;
        }
    }
    return -EAGAIN;
}

int board_read_instance(const struct board *board, uint32_t index,
                        struct board_instance *instance)
{
    const struct board_row *row = (const void *)board->scratch;
    uint8_t packed[PACKED_MOST];
    struct board_settings settings;
    if (index >= board->instance_count) {
        return -ENOENT;
    }
    int status = fetch(board, index, packed);
    if (status == 0 && zero_runs_unpack(packed, row->settings_length, &settings,
                                        sizeof settings) != 0) {
        status = -EAGAIN;
    }
    if (status != 0) {
        return status;
    }
    instance->settings = settings;
    instance->instance = row->instance;
    board_clean_instance(instance);
    return 0;
}

uint32_t board_instance_sequence(const struct board *board, uint32_t index)
{
    if (index >= board->instance_count) {
        return 0;
    }
    const struct seqlock *lock = board_record(board, AREA_INSTANCES, index);
    return atomic_load_explicit(&lock->sequence, memory_order_acquire);
}
