/*
 * resolver.h - names looked up by disposable helpers, and the probes that
 * need them: runs probers in their role `resolve` as names.h says who is due,
 * and sends the probes of errands.h.
 *
 * A helper that died, hangs or speaks nonsense costs a lookup. There is none
 * while nothing is due, and never one when nothing is configured by name.
 */
#ifndef SUPERVISOR_RESOLVER_H
#define SUPERVISOR_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "supervisor/child.h"
#include "supervisor/errands.h"
#include "wire/progress.h"

#define RESOLVER_RETIRE_MS 1000 /* all answered to its end, else killed */
/* After a process that died before any answer: not at once again, and later
 * and later. The first time is free. */
#define RESOLVER_PAUSE_LEAST_MS 100
#define RESOLVER_PAUSE_MOST_MS 5000

struct resolver;
struct supervisor;

/* One process at a time. */
struct resolver_lane {
    struct resolver *resolver;
    enum names_lane number;
    struct child child;
    struct progress *progress;
    bool is_alive;     /* until it was reaped */
    bool is_dismissed; /* what it says and how it ends is no news */
    bool is_retired;
    uint64_t kill_ms;  /* when it is killed, again; 0 = not yet */
    uint64_t pause_ms; /* after the next death */
    uint64_t start_ms; /* not before */
};

struct resolver {
    struct supervisor *supervisor; /* borrowed */
    struct errands *errands;       /* owned */
    bool is_stopped;
    uint32_t generation;
    uint64_t armed_ms; /* what `timer` is set to */
    uv_timer_t timer;
    struct resolver_lane lanes[NAMES_LANES];
};

/* Looks nothing up before resolver_start. `errands` are taken. */
void resolver_init(struct resolver *resolver, struct supervisor *supervisor,
                   uv_loop_t *loop, struct errands *errands);
void resolver_start(struct resolver *resolver);

/* Other settings: these errands, which are taken, from the next
 * resolver_start on. */
void resolver_replace(struct resolver *resolver, struct errands *errands);

/* A probe that the engine wants: sends it, at once or when its name is known.
 */
void resolver_probe(struct resolver *resolver,
                    const struct engine_action *action);

/* A result that came. True: it is none yet, there is another address to try.
 */
bool resolver_takes_result(struct resolver *resolver,
                           const struct engine_event *event);

/* No more lookups; helpers are killed. */
void resolver_stop(struct resolver *resolver);
bool resolver_is_idle(const struct resolver *resolver);
void resolver_finish(struct resolver *resolver);

#endif
