/*
 * oracle.h - what must hold, and what it was judged by.
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"
#include "model/verdict.h"
#include "redis.h"

struct world;

#define WORLD_INSTANCES_MOST 1024

#define PROPERTY_TABLE(X)                                                     \
    X(PROPERTY_OUTCOME, "every round gives every instance exactly one "       \
                        "outcome")                                            \
    X(PROPERTY_ONE_TASK, "an instance has at most one task")                  \
    X(PROPERTY_COUNTS, "started is finished, reaped and live at every step")  \
    X(PROPERTY_STALENESS, "no node says up beyond the bound")                 \
    X(PROPERTY_WORST, "the oldest up that we tell of is within the bound")    \
    X(PROPERTY_PROMPT, "without faults of ours a node follows Redis within "  \
                       "its round")                                           \
    X(PROPERTY_ISOLATION, "a faulty instance moves no other instance's node") \
    X(PROPERTY_DELAY, "a faulty instance delays no other's update beyond "    \
                      "the isolation bound")                                  \
    X(PROPERTY_TOLD_APART, "several culprits are told apart and the others "  \
                           "left alone")                                      \
    X(PROPERTY_EVIDENCE, "down needs a Redis that did not answer")            \
    X(PROPERTY_BLAME, "only a culprit or trouble of ours makes a node "       \
                      "unknown")                                              \
    X(PROPERTY_BLIP, "a blip shorter than a retry moves no node that needs "  \
                     "two falls")                                             \
    X(PROPERTY_RISE, "up after down waits for its rises")                     \
    X(PROPERTY_FLICKER, "one death of ours moves no node of a steady fleet")  \
    X(PROPERTY_ORDERS, "a prober is asked only while it is ready")            \
    X(PROPERTY_BASELINE, "everything returns to its baseline when quiet")     \
    X(PROPERTY_CONVERGES, "every node tells the truth when quiet")            \
    X(PROPERTY_MEMBERS, "members stand where their node says they may, and "  \
                        "nowhere else, from one transaction to the next")     \
    X(PROPERTY_LEFT_OVER, "members of a configuration that is no more go")    \
    X(PROPERTY_DRAINED, "a drained instance says maint, and one that was "    \
                        "lifted what its probes say, from the order on")      \
    X(PROPERTY_STEADY, "a steady fleet writes nothing to ZooKeeper")

#define PROPERTY_ENUM(constant, text) constant,
enum property { PROPERTY_TABLE(PROPERTY_ENUM) PROPERTY_COUNT };
#undef PROPERTY_ENUM

const char *property_name(enum property property);

/* What the oracle noted of one instance: bytes and times, no beliefs. */
struct witness {
    enum state said; /* by its node now; STATE_NONE = no node */
    uint64_t said_ms;
    uint64_t moves; /* changes of the state said, deletions too */
    uint64_t round; /* last seen of the engine's counters */
    uint64_t round_ms;
    uint64_t offset; /* rounds that a crash left without an outcome */
    uint64_t outcomes;
};

struct oracle {
    struct witness witnesses[WORLD_INSTANCES_MOST];
    uint64_t steady_writes; /* writes when quiet began: no more come */
    uint64_t checks[PROPERTY_COUNT];
    bool has_failed;
    enum property property; /* the first that failed */
    char what[256];
};

void oracle_start(struct world *world);
/* What a node says in the end of a Redis that stays like this. */
enum state oracle_truth(enum redis_mode mode);
/* The same of an instance that may be drained. */
enum state oracle_expected(const struct world *world, uint32_t instance,
                           enum redis_mode mode);
/* The operator drained it just now, or lifted that. */
void oracle_ordered(struct world *world, uint32_t instance);
/* Counts the check; `holds` false fails the seed. */
void oracle_check(struct world *world, enum property property, bool holds,
                  const char *what, uint32_t instance);
void oracle_fail(struct world *world, enum property property,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));
/* After every event that the engine handled. */
void oracle_step(struct world *world);
void oracle_adopted(struct world *world);
void oracle_order(struct world *world, const struct engine_action *action);
/* A multi was done that wrote or deleted the node of this slot. */
void oracle_transaction(struct world *world, uint32_t slot);
/* Its members stand as its node says. */
void oracle_members(struct world *world, uint32_t instance);
/* A node changed or went (`bytes` NULL). */
void oracle_node(struct world *world, const char *path, const char *bytes,
                 size_t length);
void oracle_finish(struct world *world);

#endif
