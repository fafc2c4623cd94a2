/*
 * channel.h - frames over a stream socket in a libuv loop: the one wire
 * between the supervisor and a helper.
 *
 * Sending queues; channel_flush writes what is queued, as one write when the
 * socket takes it. The queue is bounded: a peer that does not read is told to
 * the owner as -ENOBUFS and the owner acts on the peer, never waits for it.
 * Receiving is bounded too: CHANNEL_TURN_BYTES a turn of the loop, so that a
 * babbler cannot keep the loop from its other work.
 */
#ifndef WIRE_CHANNEL_H
#define WIRE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "wire/frame.h"

#define CHANNEL_QUEUE_BYTES (1024 * 1024)
#define CHANNEL_TURN_BYTES (64 * 1024)

struct channel;

/* A whole good message. The channel may be closed inside. */
typedef void (*channel_message_cb)(struct channel *channel,
                                   const struct message *message);
/* Nothing more will come: 0 = end of stream, else a negative errno: -EPROTO,
 * -EINVAL, -ESTALE the peer said something wrong, others from the socket.
 * Called once; the owner then closes. */
typedef void (*channel_end_cb)(struct channel *channel, int status);
typedef void (*channel_closed_cb)(struct channel *channel);

struct channel {
    void *owner; /* borrowed, the owner's */
    uv_pipe_t pipe;
    uv_write_t write;
    enum message_direction incoming;
    uint32_t generation;
    channel_message_cb on_message;
    channel_end_cb on_end;
    channel_closed_cb on_closed;
    uint8_t *input; /* bytes of a frame not yet whole */
    size_t input_length;
    bool is_turn_over; /* the last read filled its buffer: others' turn */
    uint8_t *queue;    /* frames not yet handed to a write */
    size_t queue_length;
    size_t queue_room;
    uint8_t *flying; /* the buffer of the write under way, else NULL */
    size_t flying_length;
    bool is_ended; /* on_end was called */
    bool is_closing;
};

/* Takes `fd`, one end of a connected SOCK_STREAM pair. On failure the fd is
 * closed. 0 or a negative errno. */
int channel_start(struct channel *channel, uv_loop_t *loop, int fd,
                  enum message_direction incoming, uint32_t generation,
                  channel_message_cb on_message, channel_end_cb on_end,
                  void *owner);

/* Queues one message. 0; -ENOBUFS when the queue is full; -EPIPE when the
 * channel has ended. */
int channel_send(struct channel *channel, const struct message *message);

/* Hands the queue to the socket. 0, or a negative errno; -EPIPE after the
 * end. Costs nothing when there is nothing queued. */
int channel_flush(struct channel *channel);

/* Closes; `on_closed` may be NULL. The struct must live until then. Fine to
 * call twice (the second call is ignored). */
void channel_close(struct channel *channel, channel_closed_cb on_closed);

#endif
