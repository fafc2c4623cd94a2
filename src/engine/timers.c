/*
 * timers.c - see timers.h.
 */
#include "engine/timers.h"

#include <errno.h>
#include <stdlib.h>

static bool is_before(const struct timers *timers, uint32_t one, uint32_t other)
{
    uint64_t one_ms = timers->due_ms[one];
    uint64_t other_ms = timers->due_ms[other];
    return one_ms < other_ms || (one_ms == other_ms && one < other);
}

static void place(struct timers *timers, uint32_t index, uint32_t owner)
{
    timers->heap[index] = owner;
    timers->position[owner] = index;
}

static void sift_up(struct timers *timers, uint32_t index)
{
    uint32_t owner = timers->heap[index];
    while (index > 0) {
        uint32_t parent = (index - 1) / 2;
        if (!is_before(timers, owner, timers->heap[parent])) {
            break;
        }
        place(timers, index, timers->heap[parent]);
        index = parent;
    }
    place(timers, index, owner);
}

static void sift_down(struct timers *timers, uint32_t index)
{
    uint32_t owner = timers->heap[index];
    for (;;) {
        uint32_t child = 2 * index + 1;
        if (child >= timers->count) {
            break;
        }
        if (child + 1 < timers->count &&
            is_before(timers, timers->heap[child + 1], timers->heap[child])) {
            child++;
        }
        if (!is_before(timers, timers->heap[child], owner)) {
            break;
        }
        place(timers, index, timers->heap[child]);
        index = child;
    }
    place(timers, index, owner);
}

static void settle(struct timers *timers, uint32_t index)
{
    uint32_t owner = timers->heap[index];
    sift_up(timers, index);
    sift_down(timers, timers->position[owner]);
}

static void clear(struct timers *timers, uint32_t owner)
{
    if (timers->due_ms[owner] == TIMERS_NEVER) {
        return;
    }
    uint32_t index = timers->position[owner];
    timers->due_ms[owner] = TIMERS_NEVER;
    timers->count--;
    if (index < timers->count) {
        place(timers, index, timers->heap[timers->count]);
        settle(timers, index);
    }
}

int timers_init(struct timers *timers, uint32_t owner_count)
{
    *timers = (struct timers){0};
    timers->due_ms = calloc(owner_count, sizeof *timers->due_ms);
    timers->heap = calloc(owner_count, sizeof *timers->heap);
    timers->position = calloc(owner_count, sizeof *timers->position);
    if (timers->due_ms == NULL || timers->heap == NULL ||
        timers->position == NULL) {
        timers_finish(timers);
        return -ENOMEM;
    }
    for (uint32_t owner = 0; owner < owner_count; owner++) {
        timers->due_ms[owner] = TIMERS_NEVER;
    }
    return 0;
}

void timers_finish(struct timers *timers)
{
    free(timers->due_ms);
    free(timers->heap);
    free(timers->position);
    *timers = (struct timers){0};
}

void timers_set(struct timers *timers, uint32_t owner, uint64_t due_ms)
{
    if (due_ms == TIMERS_NEVER) {
        clear(timers, owner);
        return;
    }
    bool is_set = timers->due_ms[owner] != TIMERS_NEVER;
    timers->due_ms[owner] = due_ms;
    if (is_set) {
        settle(timers, timers->position[owner]);
    } else {
        place(timers, timers->count, owner);
        timers->count++;
        sift_up(timers, timers->count - 1);
    }
}

uint64_t timers_due_ms(const struct timers *timers, uint32_t owner)
{
    return timers->due_ms[owner];
}

uint64_t timers_next_ms(const struct timers *timers)
{
    return timers->count == 0 ? TIMERS_NEVER : timers->due_ms[timers->heap[0]];
}

bool timers_take_due(struct timers *timers, uint64_t now_ms, uint32_t *owner)
{
    if (timers_next_ms(timers) > now_ms || timers->count == 0) {
        return false;
    }
    *owner = timers->heap[0];
    clear(timers, *owner);
    return true;
}
