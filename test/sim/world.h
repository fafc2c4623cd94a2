/*
 * world.h - a host in virtual time: simulated Redis servers, prober processes
 * and a ZooKeeper around the real engine, board and publisher's desk.
 *
 * Everything that happens is an event in one queue; events of one instant
 * come in random order. All randomness comes from the seed, so a failing seed
 * replays exactly. Nothing here sleeps, forks or opens a socket.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "faults.h"
#include "operator.h"
#include "oracle.h"
#include "plan.h"
#include "probers.h"
#include "publisher.h"
#include "redis.h"
#include "supervisor.h"
#include "zookeeper.h"

#define WORLD_START_MS 1000000u
#define WORLD_WALL_MS 1763742000000u
#define WORLD_NEVER UINT64_MAX
#define WORLD_AGENT_ID "0123456789abcdef"

struct world;
typedef void (*world_cb)(struct world *world, void *data);

struct world_event {
    uint64_t at_ms;
    uint64_t shuffle; /* orders events of one instant */
    uint64_t number;
    world_cb callback;
    void *data; /* owned by the event; may be NULL */
};

struct world {
    uint64_t seed;
    uint64_t random;
    uint64_t now_ms;
    struct world_event *events; /* owned; a heap */
    uint32_t event_count;
    uint32_t event_room;
    uint64_t event_number;
    bool is_verbose;
    bool is_armed; /* a fault waits for the next probes */

    struct settings settings;
    struct redis *redis; /* owned; one per instance */
    struct plan plan;
    struct sim_prober probers[WORLD_PROBERS_MOST];
    struct sim_supervisor supervisor;
    struct sim_publisher publisher;
    struct sim_zookeeper zookeeper;
    struct oracle oracle;
    struct sim_operator operator_of_host;
};

/* 0 .. below - 1. */
uint64_t world_random(struct world *world, uint64_t below);
uint64_t world_between(struct world *world, uint64_t least, uint64_t most);
bool world_chance(struct world *world, uint32_t percent);
/* `data` is freed after the callback. */
void world_at(struct world *world, uint64_t at_ms, world_cb callback,
              void *data);
void *world_copy(const void *data, size_t size);
void world_note(const struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Runs one seed from beginning to end. */
void world_init(struct world *world, uint64_t seed, bool is_verbose);
void world_run(struct world *world);
void world_finish(struct world *world);

#endif
