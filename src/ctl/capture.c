/*
 * capture.c - see capture.h.
 */
#include "ctl/capture.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"

#define FIRST_BYTES 16384

/* Room for more and the NUL. 0 or a negative errno. */
static int reserve(struct capture *capture, size_t *room)
{
    if (capture->length + 1 < *room) {
        return 0;
    }
    size_t more = *room > 0 ? 2 * *room : FIRST_BYTES;
    if (more > CAPTURE_BYTES_MOST) {
        return -EMSGSIZE;
    }
    char *grown = realloc(capture->text, more);
    if (grown == NULL) {
        return -ENOMEM;
    }
    capture->text = grown;
    *room = more;
    return 0;
}

/* Waits for bytes and takes them: how many, 0 at the end, or a negative
 * errno. */
static ssize_t read_some(int fd, char *bytes, size_t size, uint64_t deadline_ms)
{
    for (;;) {
        uint64_t now_ms = clock_monotonic_ms();
        struct pollfd event = {.fd = fd, .events = POLLIN};
        if (now_ms >= deadline_ms) {
            return -ETIMEDOUT;
        }
        (void)poll(&event, 1, (int)(deadline_ms - now_ms)); /* or look again */
        ssize_t count = recv(fd, bytes, size, MSG_DONTWAIT);
        if (count >= 0) {
            return count;
        }
        if (errno != EINTR && errno != EAGAIN) {
            return -errno;
        }
    }
}

static int read_all(struct capture *capture, int fd, uint32_t within_ms)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + within_ms;
    size_t room = 0;
    for (;;) {
        int status = reserve(capture, &room);
        if (status != 0) {
            return status;
        }
        ssize_t count = read_some(fd, capture->text + capture->length,
                                  room - 1 - capture->length, deadline_ms);
        if (count < 0) {
            return (int)count;
        }
        capture->length += (size_t)count;
        capture->text[capture->length] = '\0';
        if (count == 0) {
            return 0;
        }
    }
}

int capture_run(struct capture *capture, const char *const *argv, int stream,
                uint32_t within_ms)
{
    struct spawn spawn;
    *capture = (struct capture){0};
    int status = spawn_start(&spawn, argv, stream);
    if (status != 0) {
        return status;
    }
    status = read_all(capture, spawn.fd, within_ms);
    int ended = spawn_end(&spawn, status == 0 ? SPAWN_GRACE_MS : 0);
    if (status == 0 && !WIFEXITED(ended)) {
        status = -ECANCELED;
    }
    if (status != 0) {
        capture_finish(capture);
        return status;
    }
    capture->code = WEXITSTATUS(ended);
    return 0;
}

void capture_finish(struct capture *capture)
{
    free(capture->text);
    *capture = (struct capture){0};
}
