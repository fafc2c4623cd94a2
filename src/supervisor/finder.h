/*
 * finder.h - keeps looking for servers of this host that nobody listed, when
 * the configuration wants that (`discover`), and has them observed: each find
 * is a reload with more instances.
 *
 * What was found once stays until the agent's end or a reload: a server that
 * is gone is down, not forgotten.
 */
#ifndef SUPERVISOR_FINDER_H
#define SUPERVISOR_FINDER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "model/settings.h"
#include "supervisor/discovery.h"

#define FINDER_AGAIN_MS 30000

struct supervisor;

struct finder {
    struct supervisor *supervisor; /* borrowed */
    bool is_wanted;
    bool has_searched; /* once at least, to its end */
    struct discovery discovery;
    uv_timer_t again;
    uint32_t known_count;
    struct discovery_found known[DISCOVERY_MOST]; /* by the last search */
};

/* Searches nothing yet, but knows whether it is to. */
void finder_init(struct finder *finder, struct supervisor *supervisor,
                 uv_loop_t *loop);

/* Settings as they were read want a search. */
bool finder_wants(const struct settings *settings);

/* Searches from now on, the first time at once; or does not any more. */
void finder_configure(struct finder *finder, bool is_wanted);

/* Adds what is known to settings that were just read. 0 or -ENOMEM. */
int finder_extend(const struct finder *finder, struct settings *settings);

/* The first search is still awaited. */
bool finder_is_awaited(const struct finder *finder);

/* No more searches; the one under way is killed. */
void finder_stop(struct finder *finder);
bool finder_is_idle(const struct finder *finder);

#endif
