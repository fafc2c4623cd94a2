/*
 * ranking.h - in which order instances stand. Pure.
 */
#ifndef CTL_RANKING_H
#define CTL_RANKING_H

#include <jansson.h>
#include <stdbool.h>

#include "ctl/options.h"

/* A list of the same instances: the worst state first, the slowest, the last
 * changed, or by name; each the other way round when reversed. Those that are
 * alike stand by name. A new list, or NULL without memory. */
json_t *ranking_sort(const json_t *instances, enum sort sort, bool is_reversed);

/* What its last probe took, all steps of it. */
json_int_t ranking_latency_us(const json_t *instance);

#endif
