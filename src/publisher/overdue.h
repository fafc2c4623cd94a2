/*
 * overdue.h - is an answer of ZooKeeper's overdue? Pure: timers.c looks, this
 * judges.
 *
 * An answer that never comes means that the library is stuck, and costs no
 * more than a wedged process of ours: all is right again within R of the
 * request, so the looks are timed by the oldest request and not by a clock of
 * their own. An answer may lie in our own queue, unread because we did not
 * run; hence a second look.
 */
#ifndef PUBLISHER_OVERDUE_H
#define PUBLISHER_OVERDUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/deadman.h"

/* As long as our dead-man waits: a server that answers within it is slow, and
 * waited for. */
#define OVERDUE_MS DEADMAN_LIMIT_MS
#define OVERDUE_AGAIN_MS 250 /* to the second look */
#define OVERDUE_NEVER UINT64_MAX

/* All zero: nothing was found overdue. */
struct overdue {
    uint64_t found_ms; /* when the request that was, had been submitted */
};

/* A look; `oldest_ms` is when the oldest request without an answer was
 * submitted, 0 = there is none. True: its answer will not come. */
bool overdue_look(struct overdue *overdue, uint64_t oldest_ms, uint64_t now_ms);

/* When to look next; OVERDUE_NEVER while nothing is awaited. */
uint64_t overdue_next_ms(const struct overdue *overdue, uint64_t oldest_ms,
                         uint64_t now_ms);

#endif
