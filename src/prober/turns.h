/*
 * turns.h - the time in which our own loop did not turn: a long turn, or a
 * sleep that overran because the host had no CPU for us. A server cannot be
 * blamed for silence in it. Pure: the loop tells it the time.
 */
#ifndef PROBER_TURNS_H
#define PROBER_TURNS_H

#include <stdint.h>

/* A turn of fewer milliseconds delays nobody. */
#define TURNS_LONG_MS 5

struct turns {
    uint64_t began_ms; /* when the loop woke; 0 = it sleeps */
    uint64_t slept_ms; /* when it went to sleep */
    uint64_t wake_ms;  /* when its sleep was to end at the latest */
    uint64_t last_ms;  /* what the last whole turn took, if it was long */
    uint64_t stalled_ms;
    /* Of it, or short of that, in files of ours and what they hold: until now,
     * until the loop slept, until it slept before. */
    uint64_t files_us;
    uint64_t files_slept_us;
    uint64_t files_before_us;
};

/* The loop goes to sleep now, for `timeout_ms` at most; not positive: nobody
 * knows. libuv 1.44 says 0 while it has descriptors to watch that are new. */
void turns_on_sleep(struct turns *turns, uint64_t now_ms, int timeout_ms);

/* It woke at this time. */
void turns_on_wake(struct turns *turns, uint64_t woke_ms);

/* All that was lost until now, in the present turn too. */
uint64_t turns_stalled(const struct turns *turns, uint64_t now_ms);

/* How long an order that is read now, in the turn after the last sleep, may
 * have lain unread: the last turn, if the loop did not sleep after it. */
uint64_t turns_lag(const struct turns *turns, uint64_t woke_ms);

#endif
