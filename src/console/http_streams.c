/*
 * http_streams.c - see http_streams.h.
 *
 *   read_stream: bytes -> the library sends them and asks again
 *                none  -> suspended until handle_look finds news
 *
 * The library does not look at a suspended connection, so whether the reader
 * has gone is asked of the socket here. One that has half closed is taken as
 * gone: no browser does that.
 */
#include "console/http_streams.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/parse.h"
#include "console/http_answer.h"

/* How often the board is asked for news while somebody reads. */
#define LOOK_MS 100
/* The library asks for so much at a time, or less. */
#define BLOCK_BYTES 4096
/* What the kernel keeps for a reader who does not take it: hundreds of events,
 * and not the megabytes that TCP would grow to. */
#define SEND_BYTES (64 * 1024)

/* 0; -EAGAIN when the board was never readable. */
static int look_at_board(struct http *http, struct stream_now *now)
{
    struct snapshot *snapshot = http->spec.snapshot;
    int status =
        snapshot_refresh(snapshot, 0, clock_monotonic_ms(), clock_wall_ms());
    if (status == 0) {
        *now = (struct stream_now){
            .last = snapshot->agent.last_event,
            .now_ms = snapshot->now_ms,
            .heartbeat_age_ms =
                snapshot_age_ms(snapshot, snapshot->agent.heartbeat_ms),
        };
    }
    return status;
}

/* --- readers that wait --------------------------------------------------- */

static bool is_gone(int fd)
{
    struct pollfd socket = {.fd = fd, .events = POLLRDHUP};
    return poll(&socket, 1, 0) > 0;
}

static void wake(struct http_stream *reader)
{
    reader->is_waiting = false;
    MHD_resume_connection(reader->connection);
}

static void handle_look(uv_timer_t *timer)
{
    struct http *http = timer->data;
    struct stream_now now;
    bool is_readable = look_at_board(http, &now) == 0;
    bool is_any_awake = false;
    for (int i = 0; i < HTTP_STREAMS_MOST; i++) {
        struct http_stream *reader = &http->streams[i];
        if (reader->connection == NULL || !reader->is_waiting) {
            continue;
        }
        reader->is_gone = is_gone(reader->fd);
        if (reader->is_gone ||
            (is_readable && stream_has_news(&reader->stream, &now))) {
            wake(reader);
            is_any_awake = true;
        }
    }
    if (is_any_awake) {
        http_turn(http);
    }
}

/* --- one reader ---------------------------------------------------------- */

/* The library has room for `room` bytes. What is returned is how many there
 * are; after 0 it must be suspended, else it would ask without end. */
static ssize_t read_stream(void *context, uint64_t position, char *bytes,
                           size_t room)
{
    struct http_stream *reader = context;
    struct stream_now now;
    size_t length = 0;
    (void)position; /* it only ever goes on */
    if (reader->http->is_parting) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    int status = reader->is_gone ? -EPIPE : look_at_board(reader->http, &now);
    if (status == 0) {
        status = stream_read(&reader->stream, &now, bytes, room, &length);
    }
    if (status != 0) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (length == 0) {
        reader->is_waiting = true;
        MHD_suspend_connection(reader->connection);
    }
    return (ssize_t)length;
}

static void end_stream(void *context)
{
    struct http_stream *reader = context;
    struct http *http = reader->http;
    stream_finish(&reader->stream);
    reader->connection = NULL;
    http->stream_count--;
    if (http->stream_count == 0) {
        (void)uv_timer_stop(&http->look); /* never fails */
    }
}

/* The first places are for who comes through the unix socket. */
static struct http_stream *find_free(struct http *http, bool is_local)
{
    for (int i = is_local ? 0 : HTTP_STREAMS_LOCAL; i < HTTP_STREAMS_MOST;
         i++) {
        if (http->streams[i].connection == NULL) {
            return &http->streams[i];
        }
    }
    return NULL;
}

/* Where the reader says he is. A browser that comes back repeats the first
 * target it had, and its header knows better. */
static const uint64_t *find_since(struct MHD_Connection *connection,
                                  const struct arguments *arguments,
                                  uint64_t *since)
{
    const char *header = MHD_lookup_connection_value(
        connection, MHD_HEADER_KIND, "Last-Event-ID");
    if (header != NULL && parse_u64(header, 0, UINT64_MAX, since) == 0) {
        return since;
    }
    *since = arguments->since;
    return arguments->has_since ? since : NULL;
}

static void begin_stream(struct http_stream *reader, struct http *http,
                         struct MHD_Connection *connection,
                         const struct arguments *arguments,
                         const struct stream_now *now)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    uint64_t since = 0;
    int bytes = SEND_BYTES;
    (void)setsockopt(info->connect_fd, SOL_SOCKET, SO_SNDBUF, &bytes,
                     sizeof bytes); /* fails on no socket only */
    *reader = (struct http_stream){
        .http = http, .connection = connection, .fd = info->connect_fd};
    stream_init(&reader->stream, http->spec.snapshot->board,
                find_since(connection, arguments, &since), now);
    http->stream_count++;
    if (http->stream_count == 1) {
        (void)uv_timer_start(&http->look, handle_look, LOOK_MS,
                             LOOK_MS); /* fails only when closing */
    }
}

enum MHD_Result http_streams_open(struct http *http,
                                  struct MHD_Connection *connection,
                                  const struct arguments *arguments,
                                  struct reply *reply)
{
    struct stream_now now;
    const struct connection *context = http_answer_context(connection);
    bool is_local = context != NULL && context->is_local;
    struct http_stream *reader = find_free(http, is_local);
    if (reader == NULL) {
        reply_refuse(reply, MHD_HTTP_SERVICE_UNAVAILABLE,
                     "as many streams are open as there may be\n");
        return MHD_NO;
    }
    if (look_at_board(http, &now) != 0) {
        reply_refuse(reply, MHD_HTTP_SERVICE_UNAVAILABLE,
                     "the board cannot be read yet\n");
        return MHD_NO;
    }
    begin_stream(reader, http, connection, arguments, &now);
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, reader, end_stream);
    if (response == NULL) {
        end_stream(reader);
        reply_refuse(reply, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
        return MHD_NO;
    }
    http_answer_hold(connection);
    return http_answer_queue(http, connection, MHD_HTTP_OK, REPLY_EVENTS,
                             response);
}

/* One whose reader takes nothing cannot be ended, and is owed no more. */
void http_streams_end_all(struct http *http)
{
    for (int i = 0; i < HTTP_STREAMS_MOST; i++) {
        struct http_stream *reader = &http->streams[i];
        if (reader->connection == NULL) {
            continue;
        }
        if (reader->is_waiting) {
            wake(reader);
        } else {
            http_answer_context(reader->connection)->is_asked = false;
        }
    }
}

int http_streams_init(struct http *http, uv_loop_t *loop)
{
    http->look.data = http;
    return uv_timer_init(loop, &http->look);
}
