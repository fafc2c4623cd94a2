/*
 * info_replicas.h - a master's replicas as its INFO lists them, a line each:
 *
 *   slave0:ip=10.0.0.8,port=6379,state=online,offset=4242,lag=1
 *
 * Only those online count: the others are still being given the data set.
 */
#ifndef PROBER_INFO_REPLICAS_H
#define PROBER_INFO_REPLICAS_H

#include <stdbool.h>
#include <stdint.h>

#include "prober/pairs.h"

struct info_replicas {
    uint32_t online;
    uint64_t lowest_offset; /* of those online */
    uint64_t worst_lag_s;
};

/* Whether it is one of these lines. */
bool info_replicas_is_pair(const struct pair *pair);

/* Counts the replica if it is online and its figures are whole numbers. */
void info_replicas_add(struct info_replicas *replicas, const struct pair *pair);

#endif
