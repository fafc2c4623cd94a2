/*
 * channel.c - frames over a uv_pipe_t.
 *
 *     reading  bytes gather in `input`; whole frames leave it by on_message
 *     writing  queue --flush--> socket, or --flush--> flying --> socket
 *
 * One write flies at a time; what is sent meanwhile queues behind it and goes
 * when it has landed. A write's failure is told through its callback, so that
 * on_end never runs inside channel_send or channel_flush. After on_end nothing
 * is read, queued or written; only channel_close remains to be done.
 */
#include "wire/channel.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUEUE_ROOM_AT_FIRST 1024

_Static_assert(CHANNEL_TURN_BYTES > FRAME_BYTES_MOST,
               "the input always has room behind an unfinished frame");

/* --- the end ---------------------------------------------------------- */

static void end(struct channel *channel, int status)
{
    if (channel->is_ended || channel->is_closing) {
        return;
    }
    channel->is_ended = true;
    channel->queue_length = 0;
    (void)uv_read_stop((uv_stream_t *)&channel->pipe); /* always 0 */
    channel->on_end(channel, status);
}

static bool is_over(const struct channel *channel)
{
    return channel->is_ended || channel->is_closing;
}

/* --- reading ---------------------------------------------------------- */

/* Hands on the whole frames and keeps the rest at the input's beginning. */
static void take_frames(struct channel *channel)
{
    size_t at = 0;
    int status = 0;
    while (status == 0 && !is_over(channel)) {
        struct message message;
        size_t used = 0;
        status = frame_decode(channel->incoming, channel->generation,
                              channel->input + at, channel->input_length - at,
                              &message, &used);
        if (status == 0) {
            at += used;
            channel->on_message(channel, &message);
        }
    }
    if (status != 0 && status != -EAGAIN) {
        end(channel, status);
    }
    memmove(channel->input, channel->input + at, channel->input_length - at);
    channel->input_length -= at;
}

/* libuv reads on, up to 32 times, while a peer fills every buffer. Handing
 * out no buffer after a full one ends the turn; the next turn reads on. */
static void handle_alloc(uv_handle_t *handle, size_t suggested,
                         uv_buf_t *buffer)
{
    struct channel *channel = handle->data;
    (void)suggested;
    if (channel->is_turn_over) {
        channel->is_turn_over = false;
        *buffer = uv_buf_init(NULL, 0);
        return;
    }
    *buffer =
        uv_buf_init((char *)channel->input + channel->input_length,
                    (unsigned)(CHANNEL_TURN_BYTES - channel->input_length));
}

static void handle_read(uv_stream_t *stream, ssize_t count,
                        const uv_buf_t *buffer)
{
    struct channel *channel = stream->data;
    if (count == 0 || count == UV_ENOBUFS) {
        return;
    }
    if (count < 0) {
        end(channel, count == UV_EOF ? 0 : (int)count);
        return;
    }
    channel->is_turn_over = (size_t)count == buffer->len;
    channel->input_length += (size_t)count;
    take_frames(channel);
}

/* --- writing ---------------------------------------------------------- */

static void handle_written(uv_write_t *write, int status)
{
    struct channel *channel = write->data;
    free(channel->flying);
    channel->flying = NULL;
    channel->flying_length = 0;
    if (status != 0) {
        end(channel, status);
    } else if (!is_over(channel)) {
        (void)channel_flush(channel); /* its failure comes back here */
    }
}

/* Gives the whole queue to one write. */
static int fly(struct channel *channel)
{
    uv_buf_t buffer =
        uv_buf_init((char *)channel->queue, (unsigned)channel->queue_length);
    int status = uv_write(&channel->write, (uv_stream_t *)&channel->pipe,
                          &buffer, 1, handle_written);
    if (status != 0) {
        return status;
    }
    channel->flying = channel->queue;
    channel->flying_length = channel->queue_length;
    channel->queue = NULL;
    channel->queue_length = 0;
    channel->queue_room = 0;
    return 0;
}

static int grow_queue(struct channel *channel, size_t wanted)
{
    size_t room = channel->queue_room;
    if (room == 0) {
        room = QUEUE_ROOM_AT_FIRST;
    }
    while (room < wanted) {
        room *= 2;
    }
    if (room == channel->queue_room) {
        return 0;
    }
    uint8_t *queue = realloc(channel->queue, room);
    if (queue == NULL) {
        return -ENOMEM;
    }
    channel->queue = queue;
    channel->queue_room = room;
    return 0;
}

/* --- public ----------------------------------------------------------- */

int channel_start(struct channel *channel, uv_loop_t *loop, int fd,
                  enum message_direction incoming, uint32_t generation,
                  channel_message_cb on_message, channel_end_cb on_end,
                  void *owner)
{
    int status = 0;
    *channel = (struct channel){
        .owner = owner,
        .incoming = incoming,
        .generation = generation,
        .on_message = on_message,
        .on_end = on_end,
    };
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
        status = -errno;
        goto close_fd;
    }
    channel->input = malloc(CHANNEL_TURN_BYTES);
    if (channel->input == NULL) {
        status = -ENOMEM;
        goto close_fd;
    }
    status = uv_pipe_init(loop, &channel->pipe, 0);
    assert(status == 0);
    channel->pipe.data = channel;
    channel->write.data = channel;
    /* Both can fail only for descriptors the two fcntl calls refused. */
    status = uv_pipe_open(&channel->pipe, fd);
    assert(status == 0);
    status =
        uv_read_start((uv_stream_t *)&channel->pipe, handle_alloc, handle_read);
    assert(status == 0);
    return 0;

close_fd:
    (void)close(fd); /* nothing was written to it */
    return status;
}

int channel_send(struct channel *channel, const struct message *message)
{
    if (is_over(channel)) {
        return -EPIPE;
    }
    uint8_t frame[FRAME_BYTES_MOST];
    size_t length = 0;
    int status = frame_encode(message, channel->generation, frame, sizeof frame,
                              &length);
    if (status != 0) {
        return status;
    }
    size_t queued = channel->queue_length + channel->flying_length;
    if (queued + length > CHANNEL_QUEUE_BYTES) {
        return -ENOBUFS;
    }
    status = grow_queue(channel, channel->queue_length + length);
    if (status != 0) {
        return status;
    }
    memcpy(channel->queue + channel->queue_length, frame, length);
    channel->queue_length += length;
    return 0;
}

int channel_flush(struct channel *channel)
{
    if (is_over(channel)) {
        return -EPIPE;
    }
    if (channel->queue_length == 0 || channel->flying != NULL) {
        return 0;
    }
    uv_buf_t buffer =
        uv_buf_init((char *)channel->queue, (unsigned)channel->queue_length);
    int written = uv_try_write((uv_stream_t *)&channel->pipe, &buffer, 1);
    if (written > 0) {
        channel->queue_length -= (size_t)written;
        memmove(channel->queue, channel->queue + written,
                channel->queue_length);
    }
    /* A failure of the socket is met again by the write that flies. */
    return channel->queue_length > 0 ? fly(channel) : 0;
}

static void handle_closed(uv_handle_t *handle)
{
    struct channel *channel = handle->data;
    free(channel->input);
    free(channel->queue);
    free(channel->flying);
    channel->input = NULL;
    channel->queue = NULL;
    channel->flying = NULL;
    if (channel->on_closed != NULL) {
        channel->on_closed(channel);
    }
}

void channel_close(struct channel *channel, channel_closed_cb on_closed)
{
    if (channel->is_closing) {
        return;
    }
    channel->is_closing = true;
    channel->on_closed = on_closed;
    uv_close((uv_handle_t *)&channel->pipe, handle_closed);
}
