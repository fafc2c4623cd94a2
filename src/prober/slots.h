/*
 * slots.h - where a prober keeps its probes. Instances of one interval are due
 * together, so in a moment there are hundreds, and then for a second or a
 * minute none.
 *
 * What a crowd of probes needed is given back when the last one is over: only
 * the timers stay, for the loop knows them. Slots never used cost nothing.
 */
#ifndef PROBER_SLOTS_H
#define PROBER_SLOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "prober/probe.h"
#include "prober/prober.h"

/* A smaller crowd keeps its pages. */
#define SLOTS_KEPT 32

/* The first `used` have a timer; `idle` holds those of them that may be
 * started, the last returned on top, still warm. */
struct slots {
    struct probe_room *room;
    struct probe *list; /* owned; what an idle one holds is nobody's */
    uv_timer_t *timers; /* owned; one a slot */
    uint32_t used;
    struct probe *idle[PROBER_PROBES_MOST];
    uint32_t idle_count;
    uint32_t crowd; /* the most at a time since pages were last given back */
};

/* Borrows the room. 0 or -ENOMEM, and then there is nothing to finish. */
int slots_init(struct slots *slots, struct probe_room *room);

/* A probe to start. NULL when all are busy; one may still be closing its
 * connection when its result is out. */
struct probe *slots_take(struct slots *slots);

/* The probe is idle. Its memory stays as it is until slots_forget. */
void slots_return(struct slots *slots, struct probe *probe);

bool slots_are_idle(const struct slots *slots);

/* Gives pages back, if all are idle and there was a crowd. */
void slots_forget(struct slots *slots);

/* Closes the timers, for the way out. Only when all are idle. */
void slots_stop(struct slots *slots);

/* When the timers are closed. */
void slots_finish(struct slots *slots);

#endif
