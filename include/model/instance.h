/*
 * instance.h - what the supervisor believes of one instance. The engine owns
 * it; the scoreboard shows a copy of it to the publisher and the console.
 *
 * Times named _wall_ms are of the epoch, others named _ms of CLOCK_MONOTONIC.
 * 0 means never.
 */
#ifndef MODEL_INSTANCE_H
#define MODEL_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/facts.h"
#include "model/histogram.h"
#include "model/maint.h"
#include "model/verdict.h"

#define INSTANCE_OUTCOMES 60
#define INSTANCE_ADDRESS_BYTES 48

/* What we say of the instance, and by what right. */
struct claim {
    struct verdict verdict; /* state STATE_NONE: nothing to publish yet */
    /* Counts the claim's changes; grows on every change of the verdict and
     * survives adoption. 0 = no claim yet. */
    uint64_t version;
    uint64_t since_wall_ms; /* when `state` last changed */
    /* The state has not changed since the first verdict on an empty board:
     * an older `since` found in the node, with the same state, is right. */
    bool since_is_first;
    /* The start of the last probe that earned the claim. */
    uint64_t earned_ms;
    /* earned_ms + this is when the claim runs out (B - p). */
    uint64_t lease_ms;
};

/* The publisher's last word on this instance: gossip, for people. */
struct publication {
    uint64_t claim_version; /* the claim the node was last seen to hold */
    uint64_t acked_ms;
    uint64_t since_wall_ms; /* as it stands in the node */
    uint64_t czxid;
    int32_t node_version;
};

struct instance_counters {
    uint64_t rounds;   /* outcomes so far, one a round */
    uint64_t attempts; /* probes started */
    uint64_t good;     /* outcomes `up` */
    uint64_t bad;      /* outcomes `down` */
    uint64_t agent;    /* outcomes `unknown` by our own fault */
    uint64_t overruns; /* rounds that were still busy when the next was due */
    uint64_t changes;  /* of the claim's state */
    uint64_t restarts; /* of Redis: run_id changes seen */
    /* Outcomes other than `up`, by their reason. */
    uint32_t failures[REASON_COUNT];
};

struct instance {
    struct claim claim;
    struct maint maint; /* while it is on, every claim is `maint` */
    struct publication publication;
    struct instance_counters counters;
    uint64_t round;           /* of this instance; grows by one a round */
    uint64_t due_ms;          /* the next round's start */
    uint64_t outcome_ms;      /* when the last outcome came */
    uint64_t last_success_ms; /* start of the last probe that was answered
                                 with state `up` */
    struct verdict last;      /* of the last attempt, claimed or not */
    bool was_loading; /* by the last verdict that rests on what Redis said */
    uint32_t stage_us[STEP_COUNT]; /* of the last attempt; 0 = not reached */
    /* Of all attempts that reached the stage. */
    struct histogram_narrow stages[STEP_COUNT];
    /* Where the last probe of an instance with a name went, numeric and without
     * port: a successor goes there until its own lookup ended. "" = none. */
    char address[INSTANCE_ADDRESS_BYTES];
    uint64_t facts_ms; /* when the facts were learnt; 0 = never */
    struct facts facts;
    /* The last outcomes' states, newest at outcomes[(n - 1) % 60] with n =
     * outcome_count; older ones before it. */
    uint64_t outcome_count;
    uint8_t outcomes[INSTANCE_OUTCOMES];
};

#endif
