/*
 * publication.h - when the publisher is told to look at the board.
 *
 * A claim is published when ZooKeeper said so, not when we told anybody:
 * until the publisher names the claim's own version, it is asked to look
 * again, ever less often. Changes that come together are told together; a
 * death at once.
 */
#ifndef ENGINE_PUBLICATION_H
#define ENGINE_PUBLICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/registry.h"

#define PUBLICATION_GATHER_MS 5
#define PUBLICATION_AGAIN_MOST_MS 10000

struct publication_desk {
    struct registry *registry; /* borrowed */
    bool has_zookeeper;
    uint64_t look_ms;    /* when to say LOOK; TIMERS_NEVER = no need */
    uint64_t again_ms;   /* how long an unacknowledged LOOK is waited for */
    uint32_t open_count; /* claims not yet known to be in ZooKeeper */
};

void publication_init(struct publication_desk *desk, struct registry *registry,
                      bool has_zookeeper);

/* The claim of `index` was taken over from a predecessor. */
void publication_adopt(struct publication_desk *desk, uint32_t index,
                       uint64_t now_ms);

/* The claim of `index` changed. */
void publication_change(struct publication_desk *desk, uint32_t index,
                        uint64_t now_ms);

/* What the publisher says ZooKeeper holds. False if it cannot be: a claim
 * that we never made. */
bool publication_acknowledge(struct publication_desk *desk, uint32_t index,
                             const struct publication *publication,
                             uint64_t now_ms);

/* True if LOOK is to be said now; then sets when to say it again. */
bool publication_take_look(struct publication_desk *desk, uint64_t now_ms);

#endif
