/*
 * probers.h - simulated prober processes.
 */
#ifndef SIM_PROBERS_H
#define SIM_PROBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"

struct world;

#define WORLD_PROBERS_MOST 160
#define SIM_PID_BASE 10000

enum process_state {
    PROCESS_NONE,
    PROCESS_STARTING,
    PROCESS_RUNS,
    PROCESS_STANDS,
    PROCESS_DEAD
};

struct sim_prober {
    enum process_state state;
    uint32_t number;
    bool is_ready; /* its hello was sent */
    bool is_retiring;
    bool is_condemned; /* the engine asked for its death */
    bool is_deaf;      /* ignores RETIRE */
    bool has_ended;    /* ENDED was, or is about to be, told */
    bool is_mute;      /* sends no more results */
    bool is_unkillable;
    bool is_burning; /* while it stands: CPU */
    bool is_frozen;  /* signals reach it when it thaws */
    uint64_t inside; /* its progress page */
    enum step step;
    const char *why;
    uint32_t pending; /* probes it has not answered */
    uint64_t thaw_ms; /* until then it stands still, as all of us do */
};

void sim_prober_spawn(struct world *world, uint32_t number);
void sim_prober_probe(struct world *world, const struct engine_action *action);
void sim_prober_retire(struct world *world, uint32_t number);
void sim_prober_kill(struct world *world, uint32_t number);
/* A fault: some ready prober dies, stands still or falls mute. */
void sim_prober_hurt(struct world *world);
/* A fault: all of them stand still for so long. On waking their timers come
 * late, and what they then say of a server is worth nothing. */
void sim_probers_freeze(struct world *world, uint64_t for_ms);
/* The supervisor died: so do they, unheard. */
void sim_probers_vanish(struct world *world);
uint32_t sim_probers_count(const struct world *world);

#endif
