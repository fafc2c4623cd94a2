/*
 * lag.c - see lag.h.
 */
#include "base/lag.h"

static void note(struct lag *lag, uint64_t now_ms, uint64_t then_ms)
{
    uint64_t late_ms = now_ms > then_ms ? now_ms - then_ms : 0;
    lag->worst_ms = late_ms > lag->worst_ms ? late_ms : lag->worst_ms;
}

void lag_on_sleep(struct lag *lag, uint64_t now_ms, int timeout_ms)
{
    if (lag->woke_ms != 0) {
        note(lag, now_ms, lag->woke_ms);
    }
    lag->woke_ms = 0;
    lag->due_ms = timeout_ms <= 0 ? UINT64_MAX : now_ms + (uint64_t)timeout_ms;
}

void lag_on_wake(struct lag *lag, uint64_t now_ms)
{
    if (lag->due_ms != 0) {
        note(lag, now_ms, lag->due_ms);
    }
    lag->woke_ms = now_ms;
}

uint64_t lag_take(struct lag *lag, uint64_t now_ms)
{
    if (lag->woke_ms != 0) {
        note(lag, now_ms, lag->woke_ms);
    }
    uint64_t worst_ms = lag->worst_ms;
    lag->worst_ms = 0;
    return worst_ms;
}
