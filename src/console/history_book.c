/*
 * history_book.c - see history_book.h.
 */
#include "console/history_book.h"

#include <errno.h>
#include <stdlib.h>

int history_book_create(struct history_book **book)
{
    struct history_book *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return -ENOMEM;
    }
    history_init(&made->history);
    history_marks_init(&made->marks);
    *book = made;
    return 0;
}

void history_book_destroy(struct history_book *book)
{
    if (book != NULL) {
        history_lanes_finish(&book->lanes);
        free(book->scratch);
        free(book);
    }
}

/* The number of instances is the board's and stays, so this happens once. */
static int fit_lanes(struct history_book *book, uint32_t count)
{
    if (book->lanes.lanes != NULL && book->lanes.count == count) {
        return 0;
    }
    history_lanes_finish(&book->lanes);
    free(book->scratch);
    book->scratch = calloc(count > 0 ? count : 1, sizeof *book->scratch);
    if (book->scratch == NULL) {
        return -ENOMEM;
    }
    return history_lanes_init(&book->lanes, count);
}

/* A record that is being written stays as it was noted last. */
static void note_instances(struct history_book *book,
                           const struct snapshot *snapshot)
{
    for (uint32_t i = 0; i < book->lanes.count; i++) {
        struct history_lane *lane = &book->lanes.lanes[i];
        uint32_t sequence = board_instance_sequence(snapshot->board, i);
        if (sequence == lane->sequence ||
            board_read_instance(snapshot->board, i, &book->record) != 0) {
            continue;
        }
        lane->sequence = sequence;
        history_lane_note(lane, &book->record.instance, snapshot->now_ms,
                          snapshot->now_wall_ms);
    }
}

static uint32_t bounded(uint64_t value)
{
    return value < HISTORY_NONE ? (uint32_t)value : HISTORY_NONE - 1;
}

static void note_tasks(const struct snapshot *snapshot,
                       struct history_sample *sample)
{
    const struct tasks *tasks = snapshot->tasks;
    uint64_t oldest_ms = 0;
    for (uint32_t i = 0; i < tasks->live; i++) {
        uint64_t age_ms = snapshot_age_ms(snapshot, tasks->list[i].started_ms);
        if (tasks->list[i].kind == TASK_PROBE && age_ms > oldest_ms) {
            oldest_ms = age_ms;
        }
    }
    sample->values[HISTORY_TASKS] = tasks->live;
    sample->values[HISTORY_OLDEST_TASK_MS] = bounded(oldest_ms);
}

/* The last round's time, or that of the one under way once it is longer. */
static void note_round(const struct snapshot *snapshot,
                       struct history_sample *sample)
{
    const struct board_agent *agent = &snapshot->agent;
    if (agent->round_started_ms == 0) {
        return;
    }
    bool is_over = agent->round_ended_ms >= agent->round_started_ms;
    uint64_t took_ms = is_over
                           ? agent->round_ended_ms - agent->round_started_ms
                           : snapshot_age_ms(snapshot, agent->round_started_ms);
    sample->values[HISTORY_ROUND_MS] = bounded(took_ms);
}

int history_book_sample(struct history_book *book,
                        const struct snapshot *snapshot)
{
    struct history_sample sample;
    int status = fit_lanes(book, snapshot->agent.instance_count);
    if (status != 0) {
        return status;
    }
    for (int series = 0; series < HISTORY_SERIES; series++) {
        sample.values[series] = HISTORY_NONE;
    }
    note_tasks(snapshot, &sample);
    note_round(snapshot, &sample);
    note_instances(book, snapshot);
    history_lanes_tell(&book->lanes, snapshot->now_ms, book->scratch, &sample);
    if (!snapshot->agent.has_zookeeper) {
        sample.values[HISTORY_PUBLISH_MS] = HISTORY_NONE;
    }
    history_book_note_vitals(book, snapshot, &sample);
    history_book_note_news(book, snapshot);
    history_add(&book->history, &sample, snapshot->now_ms);
    book->samples++;
    return 0;
}

const struct history_lane *history_book_lane(const struct history_book *book,
                                             uint32_t index)
{
    return book != NULL && index < book->lanes.count ? &book->lanes.lanes[index]
                                                     : NULL;
}
