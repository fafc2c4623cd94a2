/*
 * history_news.c - the part of a sample that becomes marks: what the board
 * tells of starts, reloads, processes that ended and states that changed,
 * since it was read last. What happened before this console began is read as
 * far back as the board keeps it.
 */
#include <inttypes.h>

#include "base/text.h"
#include "console/history_book.h"

/* Stamps of the wall clock onto the monotonic axis; of the future: now. */
static uint64_t moment_of(const struct snapshot *snapshot, uint64_t wall_ms)
{
    uint64_t ago_ms =
        wall_ms < snapshot->now_wall_ms ? snapshot->now_wall_ms - wall_ms : 0;
    return ago_ms < snapshot->now_ms ? snapshot->now_ms - ago_ms : 0;
}

/* The first id worth asking for: behind the last one seen, and not older than
 * what the ring of marks can hold. Ids that went back begin anew. */
static uint64_t first_after(uint64_t seen, uint64_t last)
{
    uint64_t first = last >= HISTORY_MARKS_EACH ? last - HISTORY_MARKS_EACH : 0;
    return (seen <= last && seen > first ? seen : first) + 1;
}

static void note_start(struct history_book *book,
                       const struct snapshot *snapshot)
{
    const struct board_agent *agent = &snapshot->agent;
    char text[HISTORY_MARK_BYTES];
    if (agent->started_ms == book->seen.started_ms) {
        return;
    }
    (void)text_format(text, sizeof text, "the agent started, pid %" PRId32,
                      agent->pid); /* fits */
    history_marks_add(&book->marks, HISTORY_MARK_START, agent->started_ms,
                      text);
    /* Those refused before this console began have no moment. */
    book->seen.refused =
        book->seen.started_ms == 0 ? agent->reloads_refused : 0;
    book->seen.started_ms = agent->started_ms;
    /* What it loaded first is no reload, and its counts begin anew. */
    if (agent->reloads == 0) {
        book->seen.loaded_wall_ms = agent->config_loaded_wall_ms;
    }
}

static void note_reloads(struct history_book *book,
                         const struct snapshot *snapshot)
{
    const struct board_agent *agent = &snapshot->agent;
    if (agent->config_loaded_wall_ms != book->seen.loaded_wall_ms) {
        history_marks_add(&book->marks, HISTORY_MARK_RELOAD,
                          moment_of(snapshot, agent->config_loaded_wall_ms),
                          "a configuration took effect");
        book->seen.loaded_wall_ms = agent->config_loaded_wall_ms;
    }
    if (agent->reloads_refused > book->seen.refused) {
        history_marks_add(&book->marks, HISTORY_MARK_RELOAD, snapshot->now_ms,
                          "a reload was refused");
    }
    book->seen.refused = agent->reloads_refused;
}

static void note_endings(struct history_book *book,
                         const struct snapshot *snapshot)
{
    uint64_t last = snapshot->agent.last_ending;
    for (uint64_t id = first_after(book->seen.ending, last); id <= last; id++) {
        struct ending ending;
        char text[HISTORY_MARK_BYTES];
        if (board_read_ending(snapshot->board, id, &ending) != 0) {
            continue;
        }
        (void)text_format(text, sizeof text, "%s %" PRId32 ": %s",
                          service_name(ending.service), ending.pid,
                          ending.why); /* may be cut */
        if (ending.name[0] != '\0') {
            (void)text_append(text, sizeof text, ", at %s",
                              ending.name); /* may be cut */
        }
        history_marks_add(&book->marks, HISTORY_MARK_ENDING,
                          moment_of(snapshot, ending.wall_ms), text);
    }
    book->seen.ending = last;
}

static void note_changes(struct history_book *book,
                         const struct snapshot *snapshot)
{
    uint64_t last = snapshot->agent.last_event;
    for (uint64_t id = first_after(book->seen.event, last); id <= last; id++) {
        struct event event;
        char text[HISTORY_MARK_BYTES];
        if (board_read_event(snapshot->board, id, &event) != 0) {
            continue;
        }
        (void)text_format(text, sizeof text, "%s: %s to %s, %s", event.name,
                          state_name(event.before), state_name(event.state),
                          reason_name(event.reason)); /* may be cut */
        history_marks_add(&book->marks, HISTORY_MARK_CHANGE,
                          moment_of(snapshot, event.wall_ms), text);
    }
    book->seen.event = last;
}

void history_book_note_news(struct history_book *book,
                            const struct snapshot *snapshot)
{
    note_start(book, snapshot);
    note_reloads(book, snapshot);
    note_endings(book, snapshot);
    note_changes(book, snapshot);
}
