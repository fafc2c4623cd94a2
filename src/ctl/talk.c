/*
 * talk.c - see talk.h. A frame is smaller than any socket's buffer, so what
 * cannot be sent at once is a helper that does not read.
 */
#include "ctl/talk.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/clock.h"

void talk_init(struct talk *talk, int fd)
{
    talk->fd = fd;
    talk->length = 0;
}

int talk_send(struct talk *talk, const struct message *message)
{
    uint8_t bytes[FRAME_BYTES_MOST];
    size_t length = 0;
    int status =
        frame_encode(message, TALK_GENERATION, bytes, sizeof bytes, &length);
    if (status != 0) {
        return status;
    }
    ssize_t sent = send(talk->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
        return -errno;
    }
    return (size_t)sent == length ? 0 : -ENOBUFS;
}

/* Waits for bytes. 0 or a negative errno. */
static int wait_bytes(const struct talk *talk, uint64_t deadline_ms)
{
    uint64_t now_ms = clock_monotonic_ms();
    if (now_ms >= deadline_ms) {
        return -ETIMEDOUT;
    }
    uint64_t left_ms = deadline_ms - now_ms;
    struct pollfd event = {.fd = talk->fd, .events = POLLIN};
    int count = poll(&event, 1, left_ms < INT_MAX ? (int)left_ms : INT_MAX);
    if (count < 0 && errno != EINTR) {
        return -errno;
    }
    return 0; /* or look at the clock again */
}

static int read_bytes(struct talk *talk)
{
    ssize_t count = recv(talk->fd, talk->bytes + talk->length,
                         sizeof talk->bytes - talk->length, MSG_DONTWAIT);
    if (count == 0) {
        return -EPIPE;
    }
    if (count < 0) {
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    }
    talk->length += (size_t)count;
    return 0;
}

/* Takes one frame from the bytes; -EAGAIN when it is not whole. */
static int take_message(struct talk *talk, struct message *message)
{
    int status;
    do {
        size_t used = 0;
        status = frame_decode(FROM_PROBER, TALK_GENERATION, talk->bytes,
                              talk->length, message, &used);
        if (status == 0) {
            talk->length -= used;
            memmove(talk->bytes, talk->bytes + used, talk->length);
        }
        /* How the prober itself is, nobody asked. */
    } while (status == 0 && message->kind == MESSAGE_PROBER_VITALS);
    return status == 0 || status == -EAGAIN ? status : -EPROTO;
}

int talk_receive(struct talk *talk, uint64_t deadline_ms,
                 struct message *message)
{
    int status = take_message(talk, message);
    while (status == -EAGAIN) {
        status = wait_bytes(talk, deadline_ms);
        if (status == 0) {
            status = read_bytes(talk);
        }
        if (status == 0) {
            status = take_message(talk, message);
        }
    }
    return status;
}
