/*
 * publisher.h - the publisher process around the real desk and tree.
 */
#ifndef SIM_PUBLISHER_H
#define SIM_PUBLISHER_H

#include <stdbool.h>
#include <stdint.h>

#include "publisher/desk.h"

struct world;

struct sim_publisher {
    bool is_alive;
    bool is_frozen;
    bool is_connected;
    uint32_t life;
    uint32_t connection; /* grows with each one made or lost */
    uint64_t wake;
    uint64_t look_lost_ms;
    uint64_t session;  /* as saved in the session file; 0 = none */
    uint64_t order_ms; /* the last request's arrival: they stay in order */
    struct board *board;
    struct desk desk;
};

void sim_publisher_start(struct world *world);
void sim_publisher_die(struct world *world);
void sim_publisher_freeze(struct world *world, uint64_t for_ms);
void sim_publisher_cut(struct world *world, uint64_t for_ms);
void sim_publisher_look(struct world *world);
/* An answer was handed to the tree: what next? */
void sim_publisher_answered(struct world *world);
/* It dies, and the session file is lost with it. */
void sim_publisher_forget(struct world *world);
void sim_publisher_watch(struct world *world, const char *path);
/* The session ended: the publisher hears it if it can. */
void sim_publisher_expired(struct world *world);
void sim_publisher_finish(struct world *world);

#endif
