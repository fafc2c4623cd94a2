/*
 * actions.h - what the engine wants done, in the order it was decided.
 *
 * The list is filled while one event is handled and read before the next. Its
 * room is fixed at creation: one event probes each instance at most once,
 * changes each claim at most once and says a few words to each prober.
 */
#ifndef ENGINE_ACTIONS_H
#define ENGINE_ACTIONS_H

#include <stdint.h>

#include "engine/engine.h"

struct actions {
    struct engine_action *list; /* owned */
    uint32_t room;
    uint32_t count;
    uint32_t taken;
};

/* 0 or -ENOMEM. */
int actions_init(struct actions *actions, uint32_t instance_count);
void actions_finish(struct actions *actions);

/* Forgets what was not read. */
void actions_clear(struct actions *actions);

void actions_add(struct actions *actions, const struct engine_action *action);

/* The next unread action, or NULL. */
const struct engine_action *actions_take(struct actions *actions);

#endif
