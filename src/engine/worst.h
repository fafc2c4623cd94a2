/*
 * worst.h - the worst that was seen of each promise since the start, to stand
 * beside its bound:
 *
 *   B  the oldest answer, counted from the start of its probe, that a node
 *      saying `up` rested on: while it stood, or when ZooKeeper acknowledged
 *      what replaced it
 *   C  the longest from a claim's change, or from the end of what kept us from
 *      publishing it, to ZooKeeper's acknowledgement; and from contact regained
 *      to all nodes right
 *   D  the longest that an attempt at an instance waited, for a prober or
 *      because its prober was lost, before the task that answered went out;
 *      who was alone in a prober, suspected, is no innocent
 *   E  the longest that we had no contact to ZooKeeper while our session
 *      lived on there
 *
 * Pure. What the publisher says is gossip, and so are these figures: for
 * people, and nothing is decided by them.
 */
#ifndef ENGINE_WORST_H
#define ENGINE_WORST_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "engine/registry.h"
#include "model/bounds.h"

/* What an instance's node says, as far as we were told. */
struct said {
    bool is_up;
    uint64_t czxid;
    int32_t node_version;
    uint64_t open_ms; /* when the claim changed that the node does not hold
                         yet; 0 = it holds it */
};

struct worst {
    const struct registry *registry; /* borrowed */
    struct said *said;               /* owned; one per instance */
    struct bounds_worst seen;
    struct engine_contact contact; /* as last told */
    uint64_t healed_ms; /* since when nothing keeps us; 0 = it does */
    uint64_t lost_ms;   /* since when there is no contact, though a
                           session; 0 = there is, or no session */
    bool is_settling;   /* all nodes right: not yet since then */
};

/* 0 or -ENOMEM. */
int worst_init(struct worst *worst, const struct registry *registry);
void worst_finish(struct worst *worst);

/* The claim of `index` was taken over from a predecessor. */
void worst_adopt(struct worst *worst, uint32_t index, uint64_t now_ms);

/* An engine that takes another's place: what was seen goes on. */
void worst_continue(struct worst *worst, const struct worst *before);

/* A probe is about to be judged: the claim stood until now. */
void worst_on_result(struct worst *worst, uint32_t index, uint64_t now_ms);

/* The claim of `index` changed. */
void worst_on_change(struct worst *worst, uint32_t index, uint64_t now_ms);

/* The publisher's word on `index` was taken; it counts from when it was said,
 * for it waited while we stood still. */
void worst_on_published(struct worst *worst, uint32_t index);

/* An innocent's attempt waited so long. */
void worst_on_wait(struct worst *worst, uint64_t waited_ms);

void worst_on_contact(struct worst *worst, const struct engine_contact *contact,
                      uint64_t now_ms);

/* With what stands at this moment. */
void worst_read(const struct worst *worst, uint64_t now_ms,
                struct bounds_worst *seen);

#endif
