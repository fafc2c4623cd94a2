/*
 * faults.h - what is done to us while a seed runs.
 */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

struct world;

/* Appoints the faults of the scenario. */
void faults_plan(struct world *world);

/* Probes were just sent out: a fault may have waited for that. */
void faults_on_probes(struct world *world);

#endif
