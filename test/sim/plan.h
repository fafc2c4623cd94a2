/*
 * plan.h - what a seed makes happen: the scenario, and what else may
 * be the matter.
 */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/registration.h"

struct world;

enum scenario {
    SCENARIO_CALM,       /* Redis comes and goes; nobody of us fails */
    SCENARIO_CULPRIT,    /* one instance crashes or hangs its prober */
    SCENARIO_PROBER,     /* a prober is killed, stopped, mute, repeats itself */
    SCENARIO_SUPERVISOR, /* it dies and is adopted, or stands still */
    SCENARIO_PUBLISHER,  /* it dies, freezes, loses connection or session */
    SCENARIO_SPAWNING,   /* probers that do not start, or do not die */
    SCENARIO_STRANGER,   /* somebody else writes to or deletes our nodes */
    SCENARIO_CHAOS,      /* all of it at once; bounds do not hold here */
    SCENARIO_EPIDEMIC,   /* several instances crash or hang their probers */
    SCENARIO_FLEET,      /* several shards, and a culprit */
    SCENARIO_COUNT
};

const char *scenario_name(enum scenario scenario);

/* What happens beside the normal course, and what it may cost. */
#define PLAN_TREES_MOST 3
/* A member of a configuration that is no more. */
#define PLAN_LEFTOVER_DIRECTORY "/old"
#define PLAN_LEFTOVER PLAN_LEFTOVER_DIRECTORY "/member"

struct plan {
    enum scenario scenario;
    uint32_t culprit; /* index; UINT32_MAX = nobody */
    uint32_t witness; /* another, whose update the culprit may not delay */
    bool is_steady;   /* every Redis answers all the time */
    bool may_expire;  /* sessions and leases may come to their end */
    uint64_t faults_end_ms; /* all is well afterwards */
    uint64_t end_ms;
    uint32_t lose_percent;  /* of results never sent */
    uint32_t late_percent;  /* of results sent past their time */
    uint32_t twice_percent; /* of results sent twice */
    uint32_t spawn_fails_percent;
    uint32_t spawn_slow_percent;
    uint32_t spawn_mute_percent;
    uint32_t unkillable_percent;
    uint32_t deaf_percent;
    uint32_t look_lost_percent;
    bool has_probe_now;
    bool is_starved; /* who hangs is not known to, before its deadline */
    bool has_drains;
    bool is_bounded; /* one fault at a time: the promises hold */
    bool is_quiet;   /* no fault of ours at all */
    /* One presence tree of each `when`; none for a great fleet. */
    struct registration trees[PLAN_TREES_MOST];
    uint32_t tree_count;
};

void plan_make(struct world *world);
#endif
