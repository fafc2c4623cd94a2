/*
 * configured.h - an instance as the agent's configuration has it.
 */
#ifndef CTL_CONFIGURED_H
#define CTL_CONFIGURED_H

#include "ctl/options.h"
#include "ctl/order.h"

/* Fills the order from the configuration: of --config, else of
 * $SENTINEL_AGENT_CONFIG, else of the agent that runs. sentinel-agent itself
 * reads it, so the same file means the same. 0; or an exit code after saying
 * what is wrong. */
int configured_find(const struct options *options, const char *instance,
                    struct order *order);

#endif
