/*
 * finder.h - keeps looking for servers of this host that nobody listed.
 *
 * Where the configuration wants it (`discover`), it has them observed: each
 * find is a reload with more instances. A server that is gone is down, not
 * forgotten: restarts and reloads carry it on, until one of them finds it down
 * for FINDER_FORGET_MS.
 *
 * Where instances are listed it looks seldom, and only tells which servers run
 * and are not watched. With `discover: off` it looks for nothing.
 */
#ifndef SUPERVISOR_FINDER_H
#define SUPERVISOR_FINDER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "model/settings.h"
#include "supervisor/discovery.h"

#define FINDER_AGAIN_MS 30000
#define FINDER_COUNT_FIRST_MS 60000
#define FINDER_COUNT_AGAIN_MS 300000
#define FINDER_FORGET_MS (24u * 3600 * 1000)

struct supervisor;

struct finder_known {
    struct discovery_found found;
    bool is_told; /* that nobody watches it */
};

struct finder {
    struct supervisor *supervisor; /* borrowed */
    bool is_wanted;                /* finds are to be observed */
    bool is_counting;              /* else: they are only to be told */
    bool has_searched;             /* once at least, to its end */
    struct discovery discovery;
    uv_timer_t again;
    uint32_t known_count;
    struct finder_known known[DISCOVERY_MOST]; /* by the last searches */
};

/* Searches nothing yet, but knows whether it is to. The finder is zeroed. */
void finder_init(struct finder *finder, struct supervisor *supervisor,
                 uv_loop_t *loop);

/* Before the first engine: what a predecessor had found is in the settings
 * again, so that its claims can be adopted. */
void finder_restore(struct finder *finder);

/* Settings as they were read want a search. */
bool finder_wants(const struct settings *settings);

/* With the settings that run from now on: observes what it finds, the first
 * time at once; or does not (any more). */
void finder_configure(struct finder *finder, bool is_wanted);

/* Adds what was found, and is observed, to settings that were just read. 0 or
 * -ENOMEM. */
int finder_extend(const struct finder *finder, struct settings *settings);

/* The first search is still awaited. */
bool finder_is_awaited(const struct finder *finder);

/* No more searches; the one under way is killed. */
void finder_stop(struct finder *finder);
bool finder_is_idle(const struct finder *finder);

#endif
