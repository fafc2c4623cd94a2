/*
 * manager.h - decides what the service manager is told (notify.h tells it).
 *
 *   READY=1     once the first full round is published; without ZooKeeper,
 *               once it is done. ZooKeeper may be away for long, and an agent
 *               that is not ready in time would be killed and started again
 *               without end: so at the latest MANAGER_READY_MS after the
 *               start, with a STATUS= that says how things are
 *   WATCHDOG=1  while rounds are on time: no instance has been without an
 *               outcome for longer than its bound B less p, the time for which
 *               its claim may be published. Only outcomes keep that so, not
 *               the loop's turning. A long interval makes the bound long, so
 *               an agent that waits for its next round is alive; what Redis or
 *               ZooKeeper do has no part in it.
 *   STATUS=     the census
 *
 * A prober that cannot be started makes its instances' outcomes `unknown`:
 * outcomes all the same, and a restart of the agent would mend nothing, so the
 * watchdog is fed.
 */
#ifndef SUPERVISOR_MANAGER_H
#define SUPERVISOR_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "model/board.h"
#include "model/settings.h"
#include "supervisor/notify.h"

#define MANAGER_READY_MS 20000

struct supervisor;

struct manager {
    struct notify notify;
    uint64_t next_ms; /* not looked at again before */
    bool is_overdue;  /* rounds were, when last looked at */
};

void manager_init(struct manager *manager);
void manager_finish(struct manager *manager);

/* Each turn of the loop; works once a second. */
void manager_beat(struct supervisor *supervisor);

/* A reload begins, and is over, done or refused. */
void manager_reloading(struct supervisor *supervisor);
void manager_reloaded(struct supervisor *supervisor);

/* The way out begins. */
void manager_stopping(struct supervisor *supervisor);

/* Pure. Whether READY=1 is due. */
bool manager_is_ready(const struct board_agent *agent,
                      const struct engine_round *round, uint64_t now_ms);

/* Pure. How many instances' outcomes are overdue, rounds having begun at
 * `since_ms`; `first` is the first of them, and stays as it is if there is
 * none. */
uint32_t manager_count_overdue(const struct engine *engine,
                               const struct settings *settings,
                               uint64_t since_ms, uint64_t now_ms,
                               uint32_t *first);

#endif
