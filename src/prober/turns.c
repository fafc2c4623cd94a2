/*
 * turns.c - see turns.h.
 */
#include "prober/turns.h"

/* A loop that did not sleep wakes within this: the unit of its clock. */
#define NO_SLEEP_MS 1

static uint64_t since(uint64_t now_ms, uint64_t then_ms)
{
    return now_ms > then_ms ? now_ms - then_ms : 0;
}

static uint64_t if_long(uint64_t took_ms)
{
    return took_ms >= TURNS_LONG_MS ? took_ms : 0;
}

static uint64_t present_turn(const struct turns *turns, uint64_t now_ms)
{
    return turns->began_ms == 0 ? 0 : if_long(since(now_ms, turns->began_ms));
}

void turns_on_sleep(struct turns *turns, uint64_t now_ms, int timeout_ms)
{
    turns->last_ms = present_turn(turns, now_ms);
    turns->stalled_ms += turns->last_ms;
    turns->began_ms = 0;
    turns->files_before_us = turns->files_slept_us;
    turns->files_slept_us = turns->files_us;
    turns->slept_ms = now_ms;
    turns->wake_ms =
        timeout_ms <= 0 ? UINT64_MAX : now_ms + (uint64_t)timeout_ms;
}

void turns_on_wake(struct turns *turns, uint64_t woke_ms)
{
    turns->stalled_ms += if_long(since(woke_ms, turns->wake_ms));
    turns->began_ms = woke_ms;
}

uint64_t turns_stalled(const struct turns *turns, uint64_t now_ms)
{
    return turns->stalled_ms + present_turn(turns, now_ms);
}

uint64_t turns_lag(const struct turns *turns, uint64_t woke_ms)
{
    return since(woke_ms, turns->slept_ms) <= NO_SLEEP_MS ? turns->last_ms : 0;
}
