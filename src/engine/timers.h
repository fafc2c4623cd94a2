/*
 * timers.h - what is due when: one alarm for each of a fixed number of owners.
 *
 * A binary heap that knows where each owner stands in it, so that setting and
 * clearing cost O(log n), asking for the next one O(1), and setting a whole
 * round's equal deadlines one after the other O(1) each. Alarms due at the
 * same time come in the order of their owners' numbers.
 */
#ifndef ENGINE_TIMERS_H
#define ENGINE_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#define TIMERS_NEVER UINT64_MAX

struct timers {
    uint64_t *due_ms;   /* by owner; TIMERS_NEVER = not in the heap */
    uint32_t *heap;     /* owners; the first `count` of them */
    uint32_t *position; /* by owner: its index in `heap` */
    uint32_t count;
};

/* 0 or -ENOMEM. */
int timers_init(struct timers *timers, uint32_t owner_count);
void timers_finish(struct timers *timers);

/* Moves the owner's alarm, or sets it; TIMERS_NEVER clears it. */
void timers_set(struct timers *timers, uint32_t owner, uint64_t due_ms);

/* TIMERS_NEVER when not set. */
uint64_t timers_due_ms(const struct timers *timers, uint32_t owner);

/* Of the earliest alarm; TIMERS_NEVER when none is set. */
uint64_t timers_next_ms(const struct timers *timers);

/* Clears the earliest alarm and names its owner if it is due. */
bool timers_take_due(struct timers *timers, uint64_t now_ms, uint32_t *owner);

#endif
