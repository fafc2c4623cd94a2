/*
 * operator.h - somebody who drains instances and lifts that again. What he
 * ordered stands in a file that outlives the supervisor.
 */
#ifndef SIM_OPERATOR_H
#define SIM_OPERATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "model/maint.h"
#include "oracle.h"

struct world;

struct sim_operator {
    struct maint maints[WORLD_INSTANCES_MOST]; /* the file */
    uint64_t ordered_ms[WORLD_INSTANCES_MOST]; /* the last order; 0 = none */
};

/* Appoints his orders, if the plan has any. */
void sim_operator_plan(struct world *world);

/* A supervisor has adopted the board: the file decides over it. */
void sim_operator_restore(struct world *world);

#endif
