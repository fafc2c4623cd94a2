/*
 * deadman.c - one POSIX timer that ends the process with SIGKILL.
 *
 * The timer belongs to the process as a whole, so its handle is a file-local
 * variable: there can be no second one, and nobody to hand it to. Once the
 * final limit is set no feeding extends it.
 */
#include "base/deadman.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

static struct {
    timer_t timer;
    bool is_started;
    bool is_final;
} deadman;

static int arm(uint32_t limit_ms)
{
    struct itimerspec limit = {
        .it_value = {.tv_sec = limit_ms / 1000,
                     .tv_nsec = (long)(limit_ms % 1000) * 1000000},
    };
    if (limit_ms == 0) {
        limit.it_value.tv_nsec = 1; /* zero would disarm it */
    }
    return timer_settime(deadman.timer, 0, &limit, NULL) == 0 ? 0 : -errno;
}

int deadman_start(void)
{
    if (deadman.is_started) {
        return -EALREADY;
    }
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL,
        .sigev_signo = SIGKILL,
    };
    if (timer_create(CLOCK_MONOTONIC, &event, &deadman.timer) != 0) {
        return -errno;
    }
    deadman.is_started = true;
    return arm(DEADMAN_LIMIT_MS);
}

void deadman_feed(void)
{
    if (deadman.is_started && !deadman.is_final) {
        (void)arm(DEADMAN_LIMIT_MS); /* a timer that exists can be armed */
    }
}

void deadman_final(uint32_t limit_ms)
{
    if (deadman.is_started) {
        deadman.is_final = true;
        (void)arm(limit_ms); /* as above */
    }
}
