/*
 * census.h - how many instances are in which state, and that in words:
 *
 *     12 up, 2 down (cache-1: refused, queue: timeout), ZooKeeper steady
 */
#ifndef SUPERVISOR_CENSUS_H
#define SUPERVISOR_CENSUS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"
#include "model/board.h"
#include "model/settings.h"

/* Of each state that is not good, so many are named. */
#define CENSUS_NAMED_MOST 3

struct census {
    uint32_t total;
    uint32_t of[STATE_COUNT];
};

void census_take(struct census *census, const struct settings *settings,
                 const struct engine *engine);

/* One line of printable ASCII, cut if it does not fit. */
void census_words(const struct settings *settings, const struct engine *engine,
                  enum zookeeper_state zookeeper, char *words, size_t size);

#endif
