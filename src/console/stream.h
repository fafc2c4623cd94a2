/*
 * stream.h - one reader of /events/stream: where he is among the events, and
 * what he is owed. Pure: it knows no connection.
 *
 * What he has not taken is not kept for him but read from the board when he
 * is ready, so a slow reader costs one event's bytes; one who falls behind
 * the events kept is told so.
 */
#ifndef CONSOLE_STREAM_H
#define CONSOLE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/body.h"
#include "console/events.h"

/* A silent stream says a comment this often, so that both ends notice when
 * the other is gone. */
#define STREAM_COMMENT_MS 15000
/* A reader's browser comes back after so long. */
#define STREAM_RETRY_MS 1000

struct stream {
    const struct board *board; /* borrowed */
    struct events_place place;
    uint64_t spoke_ms;
    struct body owed; /* owned; made and not handed out whole */
    size_t handed;
};

/* The newest event, and the time. */
struct stream_now {
    uint64_t last;
    uint64_t now_ms;
    uint64_t heartbeat_age_ms; /* the supervisor's */
};

/* Begins after the event `since`; with NULL, with what is yet to come. */
void stream_init(struct stream *stream, const struct board *board,
                 const uint64_t *since, const struct stream_now *now);
void stream_finish(struct stream *stream);

/* True if stream_read would have something. */
bool stream_has_news(const struct stream *stream, const struct stream_now *now);

/* The next bytes, at most `size`; 0 when there is nothing to say. -ENOMEM. */
int stream_read(struct stream *stream, const struct stream_now *now,
                char *bytes, size_t size, size_t *length);

#endif
