/*
 * capture.h - runs another program of the house and keeps what it says.
 */
#ifndef CTL_CAPTURE_H
#define CTL_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/spawn.h"

#define CAPTURE_BYTES_MOST (64u * 1024 * 1024)

struct capture {
    char *text; /* owned; NUL-ended */
    size_t length;
    int code; /* its exit code */
};

/* `stream` is SPAWN_OUTPUT or SPAWN_SPEECH. 0 when it ended by itself within
 * the time, with any code; else -ETIMEDOUT, -EMSGSIZE for too many words,
 * -ECANCELED when a signal ended it, or another negative errno, and nothing is
 * kept. */
int capture_run(struct capture *capture, const char *const *argv, int stream,
                uint32_t within_ms);

void capture_finish(struct capture *capture);

#endif
