/*
 * helpers.h - what publisher and console are told, and what is done with what
 * they say. All of it is gossip: checked, shown, and believed of nothing but
 * themselves.
 */
#ifndef SUPERVISOR_HELPERS_H
#define SUPERVISOR_HELPERS_H

#include "supervisor/supervisor.h"

/* Starts the console and, with ZooKeeper configured, the publisher; from then
 * on both are kept alive. */
void helpers_start(struct supervisor *supervisor);

#endif
