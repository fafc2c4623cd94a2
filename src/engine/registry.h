/*
 * registry.h - what we believe of each instance, and how attempts become a
 * round's one outcome and the claim.
 *
 *     verdict of an attempt            with this claim     then
 *     ------------------------------------------------------------------
 *     down, certain or `fall` in a row  any                claimed
 *     down                              down               claimed
 *     down, not yet `fall` in a row     any other          again after q
 *     unknown by our own fault          any                claimed
 *     better, `rise` in a row           down               claimed
 *     better, not yet `rise` in a row   down               again after q
 *     anything else                     any but down       claimed
 *     shallow `up`                      up                 earned again
 *     loading, and INFO not answered    loading            earned again
 *     shallow, neither up nor down      any                again, deep, now
 *     deep, first to tell of a cluster  any                again, deep, now
 *
 * "Claimed" ends the round: that is its outcome. Until then the old claim
 * stands and is not earned again.
 *
 * A drained instance (struct maint) is judged as any other. Only what is said
 * of it differs: the claim is the one its probes have earned, with state
 * `maint` and the operator's words over it, from the moment he says so until he
 * lifts it.
 *
 * What is learnt beside the verdict is kept of every attempt, claimed or not:
 * how long each stage took and, when INFO was answered, the facts. They last
 * until newer ones come, or another process or run_id shows that they were of
 * a server that is no more. Who shows them looks at their age.
 */
#ifndef ENGINE_REGISTRY_H
#define ENGINE_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/instance.h"
#include "model/result.h"
#include "model/settings.h"

struct record {
    struct instance instance;
    bool is_dirty;     /* the board wants a copy */
    bool has_outcome;  /* one at least in this life */
    bool is_in_round;  /* its outcome is awaited by the agent's round */
    bool is_open;      /* the claim is not known to be in ZooKeeper */
    uint32_t bad_run;  /* `down` attempts in a row */
    uint32_t good_run; /* better ones in a row, while the claim is `down` */
    uint64_t deep_ms;  /* start of the last full flight that said `up` */
    char run_id[VERDICT_RUN_ID_BYTES]; /* the last one seen; "" = none */
};

struct registry {
    const struct settings *settings; /* borrowed */
    struct record *records;          /* owned; one per instance */
    uint32_t *dirty;                 /* owned; a stack of indexes */
    uint32_t dirty_count;
    uint32_t without_outcome; /* records that never had one in this life */
    /* Of all instances' attempts in this life, those no longer there too. */
    struct histogram stages[STEP_COUNT];
};

enum registry_next {
    REGISTRY_OUTCOME,    /* the round has its outcome */
    REGISTRY_AGAIN_SOON, /* another attempt, BOUNDS_RETRY_MS from now */
    REGISTRY_AGAIN_DEEP  /* another attempt at once, with the full flight */
};

struct judgement {
    enum registry_next next;
    bool is_changed; /* what is said: the claim's verdict */
    enum state before;
};

struct attempt {
    const struct result *result;
    uint64_t dispatched_ms; /* by our own clock */
    uint64_t now_ms;
    uint64_t now_wall_ms;
};

/* 0 or -ENOMEM. */
int registry_init(struct registry *registry, const struct settings *settings,
                  uint64_t now_ms);
void registry_finish(struct registry *registry);

/* Takes over what a predecessor believed, if it can be true. */
void registry_adopt(struct registry *registry, uint32_t index,
                    const struct instance *instance, uint64_t now_ms);

/* It is another server now: no claim, nothing learnt. The counters stay. */
void registry_forget_server(struct registry *registry, uint32_t index);

/* Where a probe is sent. */
void registry_note_address(struct registry *registry, uint32_t index,
                           const char *address);

/* Does the next attempt need the full flight? */
bool registry_wants_deep(const struct registry *registry, uint32_t index,
                         uint64_t now_ms);

struct judgement registry_judge(struct registry *registry, uint32_t index,
                                const struct attempt *attempt);

/* The instance is drained, or, when `maint` is not on, drained no more. True if
 * that changed the claim, whose state was `before`. */
bool registry_set_maint(struct registry *registry, uint32_t index,
                        const struct maint *maint, uint64_t now_wall_ms,
                        enum state *before);

/* The record changed: the board wants a copy. */
void registry_touch(struct registry *registry, uint32_t index);
bool registry_take_dirty(struct registry *registry, uint32_t *index);

#endif
