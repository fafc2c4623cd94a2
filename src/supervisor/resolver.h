/*
 * resolver.h - names looked up by disposable helpers, and the probes that
 * need them: runs probers in their role `resolve` as names.h says who is due,
 * sends the probes of errands.h, and tells the publisher its servers.
 *
 * A helper that died, hangs or speaks nonsense costs a lookup. There is none
 * while nothing is due, and never one when nothing is configured by name.
 */
#ifndef SUPERVISOR_RESOLVER_H
#define SUPERVISOR_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "supervisor/errands.h"
#include "supervisor/lookup.h"

/* The publisher waits so long for the first answers of all servers' names;
 * then those do that are known. */
#define RESOLVER_SERVERS_MS 1000

struct supervisor;

struct resolver {
    struct supervisor *supervisor; /* borrowed */
    struct errands *errands;       /* owned */
    bool is_stopped;
    uint64_t wanted_ms; /* since when a publisher waits; 0 = none does */
    uint64_t armed_ms;  /* what `timer` is set to */
    uv_timer_t timer;
    struct lookup lookups[NAMES_LANES];
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

/* The publisher is there: it is told ZooKeeper's servers by address, now or
 * when that is known (helpers_tell_servers). */
void resolver_want_servers(struct resolver *resolver);

/* The publisher is gone: perhaps the servers have moved. */
void resolver_doubt_servers(struct resolver *resolver);

/* No more lookups; helpers are killed. */
void resolver_stop(struct resolver *resolver);
bool resolver_is_idle(const struct resolver *resolver);
void resolver_finish(struct resolver *resolver);

#endif
