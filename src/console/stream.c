/*
 * stream.c - events as server-sent events: id, name, one line of JSON.
 *
 * A browser keeps the last id it saw and names it when it comes back. A gap
 * is an event of its own, `lost`: ids that nobody can be told any more.
 */
#include "console/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

void stream_init(struct stream *stream, const struct board *board,
                 const uint64_t *since, const struct stream_now *now)
{
    *stream = (struct stream){.board = board, .spoke_ms = now->now_ms};
    body_init(&stream->owed);
    body_format(&stream->owed, "retry: %d\n\n", STREAM_RETRY_MS);
    if (since != NULL) {
        events_find_place(board, now->last, *since, &stream->place);
    } else {
        stream->place.told = now->last;
    }
}

void stream_finish(struct stream *stream)
{
    body_finish(&stream->owed);
}

static bool is_silent_long(const struct stream *stream,
                           const struct stream_now *now)
{
    return now->now_ms >= stream->spoke_ms + STREAM_COMMENT_MS;
}

bool stream_has_news(const struct stream *stream, const struct stream_now *now)
{
    return stream->handed < stream->owed.length || stream->owed.is_failed ||
           stream->place.is_lossy || stream->place.told < now->last ||
           is_silent_long(stream, now);
}

static void owe_event(struct stream *stream, const struct event *event)
{
    body_format(&stream->owed,
                "id: %" PRIu64 "\nevent: change\ndata: ", event->id);
    events_write_one(event, &stream->owed);
    body_text(&stream->owed, "\n\n");
}

/* Makes the next thing to say, if there is any. */
static void owe_next(struct stream *stream, const struct stream_now *now)
{
    struct event event;
    bool is_found =
        events_next(stream->board, now->last, &stream->place, &event);
    stream->owed.length = 0;
    stream->handed = 0;
    if (stream->place.is_lossy) {
        body_text(&stream->owed, "event: lost\ndata: {\"v\":1}\n\n");
        stream->place.is_lossy = false;
    }
    if (is_found) {
        owe_event(stream, &event);
    }
    if (stream->owed.length == 0 && is_silent_long(stream, now)) {
        body_format(&stream->owed,
                    ": the supervisor was heard %" PRIu64 " ms ago\n\n",
                    now->heartbeat_age_ms);
    }
    if (stream->owed.length > 0) {
        stream->spoke_ms = now->now_ms;
    }
}

int stream_read(struct stream *stream, const struct stream_now *now,
                char *bytes, size_t size, size_t *length)
{
    if (stream->handed == stream->owed.length) {
        owe_next(stream, now);
    }
    if (stream->owed.is_failed) {
        return -ENOMEM;
    }
    size_t left = stream->owed.length - stream->handed;
    *length = left < size ? left : size;
    if (*length > 0) {
        memcpy(bytes, stream->owed.bytes + stream->handed, *length);
        stream->handed += *length;
    }
    return 0;
}
