/*
 * actions.c - see actions.h. Running out of room would be a fault of our own
 * reckoning, not of anybody outside: asserted.
 */
#include "engine/actions.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Per instance: a probe and a change. Per prober: killed, retired, spawned. */
#define ACTIONS_PER_INSTANCE 2u
#define ACTIONS_PER_PROBER 4u

int actions_init(struct actions *actions, uint32_t instance_count)
{
    *actions = (struct actions){0};
    actions->room = ACTIONS_PER_INSTANCE * instance_count +
                    ACTIONS_PER_PROBER * ENGINE_PROBERS_MOST + 1;
    actions->list = calloc(actions->room, sizeof *actions->list);
    return actions->list == NULL ? -ENOMEM : 0;
}

void actions_finish(struct actions *actions)
{
    free(actions->list);
    *actions = (struct actions){0};
}

void actions_clear(struct actions *actions)
{
    actions->count = 0;
    actions->taken = 0;
}

void actions_add(struct actions *actions, const struct engine_action *action)
{
    assert(actions->count < actions->room);
    actions->list[actions->count++] = *action;
}

const struct engine_action *actions_take(struct actions *actions)
{
    if (actions->taken == actions->count) {
        return NULL;
    }
    return &actions->list[actions->taken++];
}
