/*
 * supervisor.h - the supervisor around the real engine and board.
 */
#ifndef SIM_SUPERVISOR_H
#define SIM_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "model/board.h"

struct world;

struct sim_supervisor {
    bool is_alive;
    struct engine *engine;
    struct tasks tasks;
    struct board *board;
    uint32_t life; /* grows with every crash */
    uint64_t wake; /* number of the wake-up in force */
    uint64_t wake_ms;
    uint64_t stalled_until_ms;
    uint32_t last_number; /* of probers, over all lives */
};

void sim_supervisor_start(struct world *world);
void sim_supervisor_crash(struct world *world, uint64_t away_ms);
void sim_supervisor_stall(struct world *world, uint64_t for_ms);
/* An event reaches it, now or when it stands no more. `life`: of the
 * supervisor that it is meant for. `result` may be NULL; copied. */
void sim_supervisor_tell(struct world *world, uint32_t life,
                         const struct engine_event *event);

#endif
