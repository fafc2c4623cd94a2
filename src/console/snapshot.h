/*
 * snapshot.h - the last good copy of the board's records, each with the
 * moment it was had.
 *
 * A record that cannot be read now (its writer was stopped in the middle)
 * keeps its last good copy: an answer is old rather than missing, and says
 * how old. Nothing here waits for anybody.
 */
#ifndef CONSOLE_SNAPSHOT_H
#define CONSOLE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/board.h"

/* Reading an instance's record takes some microseconds. Copies of so many
 * serve for a millisecond, so that who asks on end what needs them all costs
 * little; a small fleet is read anew each time. */
#define SNAPSHOT_INSTANCES_A_MS 32

/* What an answer needs; the agent's record is always read. */
enum snapshot_part {
    SNAPSHOT_ZOOKEEPER = 1,
    SNAPSHOT_SERVICES = 2,
    SNAPSHOT_TASKS = 4,
    SNAPSHOT_INSTANCES = 8,
};

struct snapshot_instance {
    struct board_instance record;
    uint64_t read_ms; /* 0 = never had: not to be shown */
};

struct history_book;

struct snapshot {
    const struct board *board; /* borrowed */
    /* What the console has sampled of it; borrowed, NULL without. */
    const struct history_book *history;
    uint64_t now_ms; /* of the last refresh: ages count from it */
    uint64_t now_wall_ms;
    uint64_t failures;      /* records that could not be read, so far */
    uint64_t oldest_ms;     /* read_ms of the oldest copy last asked for */
    uint64_t agent_read_ms; /* 0 = never had: nothing can be said */
    struct board_agent agent;
    struct board_zookeeper zookeeper;
    struct board_service services[BOARD_SERVICES_MOST];
    struct tasks *tasks;                 /* owned; NULL until wanted */
    struct snapshot_instance *instances; /* owned; agent.instance_count */
    uint32_t instance_room;
    uint64_t instances_read_ms;   /* all of them; 0 = read them anew */
    uint64_t instances_oldest_ms; /* read_ms of the oldest copy then */
    uint64_t zookeeper_read_ms;
    uint64_t services_read_ms[BOARD_SERVICES_MOST];
    uint64_t tasks_read_ms;
};

void snapshot_init(struct snapshot *snapshot, const struct board *board);
void snapshot_finish(struct snapshot *snapshot);

/* Reads the agent's record and `parts`, a sum of enum snapshot_part. 0;
 * -EAGAIN when a part was never readable so far; -ENOMEM. */
int snapshot_refresh(struct snapshot *snapshot, unsigned parts, uint64_t now_ms,
                     uint64_t now_wall_ms);

/* How long copies of all instances serve. */
uint64_t snapshot_serves_ms(const struct snapshot *snapshot);

/* What is asked for next is read anew. */
void snapshot_forget(struct snapshot *snapshot);

/* The copy of one instance, read anew by the first function; NULL if there
 * is none. */
const struct board_instance *snapshot_read_instance(struct snapshot *snapshot,
                                                    uint32_t index);
const struct board_instance *snapshot_instance(const struct snapshot *snapshot,
                                               uint32_t index);

/* The instance of that name, read anew and alone; NULL if there is none. The
 * agent's record must have been read. */
const struct board_instance *snapshot_find_instance(struct snapshot *snapshot,
                                                    const char *name);

/* Milliseconds since `then_ms`; 0 when that is still to come. */
uint64_t snapshot_age_ms(const struct snapshot *snapshot, uint64_t then_ms);

/* True if the claim runs out, lease_ms after earned_ms. */
bool snapshot_is_leased(const struct claim *claim);

/* What watchers are told of an instance: the claim, or `unknown` once its
 * lease ran out, as the publisher then publishes it. */
void snapshot_shown(const struct snapshot *snapshot,
                    const struct board_instance *instance,
                    struct verdict *verdict);

/* Since when they are told so, ms since the epoch: since the claim's state
 * changed, or since its lease ran out. 0 when it was never judged. */
uint64_t snapshot_since_wall_ms(const struct snapshot *snapshot,
                                const struct board_instance *instance);

/* True if what was learnt beside the verdict can pass for the present: it is
 * learnt anew each deep_interval, and lasts a lease longer, as a claim does
 * after its probe. Never once the claim has expired, or says `down`. */
bool snapshot_has_fresh_facts(const struct snapshot *snapshot,
                              const struct board_instance *instance);

/* Whole days until the server's certificate expires, negative once it has;
 * false when there is none that we know of. */
bool snapshot_certificate_days(const struct snapshot *snapshot,
                               const struct facts *facts, int64_t *days);

/* The slowest promises over all instances, with the session as negotiated
 * (else as configured). Needs SNAPSHOT_INSTANCES and SNAPSHOT_ZOOKEEPER. */
struct bounds;
void snapshot_bounds(const struct snapshot *snapshot, struct bounds *bounds);

/* B of one instance. */
uint64_t snapshot_valid_for_ms(const struct board_instance *instance);

#endif
