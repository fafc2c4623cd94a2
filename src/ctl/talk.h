/*
 * talk.h - the supervisor's side of a helper's channel, without a loop: one
 * message after the other, each wait with a deadline.
 */
#ifndef CTL_TALK_H
#define CTL_TALK_H

#include <stddef.h>
#include <stdint.h>

#include "wire/frame.h"

#define TALK_GENERATION 1
#define TALK_GENERATION_TEXT "1" /* as an argument */

struct talk {
    int fd;        /* borrowed */
    size_t length; /* bytes of frames not yet taken */
    uint8_t bytes[FRAME_BYTES_MOST];
};

void talk_init(struct talk *talk, int fd);

/* 0, or a negative errno: -EPIPE when nobody is there. */
int talk_send(struct talk *talk, const struct message *message);

/* The next message a prober says, at `deadline_ms` of the monotonic clock the
 * latest. 0; -ETIMEDOUT; -EPIPE when the other side has ended; -EPROTO for
 * nonsense; or another negative errno. */
int talk_receive(struct talk *talk, uint64_t deadline_ms,
                 struct message *message);

#endif
