/*
 * lag.h - how late a loop was: the longest of its turns, and of its sleeps
 * past the moment it wanted to be woken. Pure: the loop tells it the time.
 */
#ifndef BASE_LAG_H
#define BASE_LAG_H

#include <stdint.h>

/* All zero to begin with. */
struct lag {
    uint64_t woke_ms;  /* 0 = it sleeps */
    uint64_t due_ms;   /* when its sleep ends at the latest */
    uint64_t worst_ms; /* since the last lag_take */
};

/* The loop goes to sleep now, for `timeout_ms` at most; not positive: nobody
 * knows for how long. */
void lag_on_sleep(struct lag *lag, uint64_t now_ms, int timeout_ms);

void lag_on_wake(struct lag *lag, uint64_t now_ms);

/* The worst since the last call, the present turn included. */
uint64_t lag_take(struct lag *lag, uint64_t now_ms);

#endif
