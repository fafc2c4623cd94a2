/*
 * desk.h - from the scoreboard to the tree: what each instance's node shall
 * say now.
 *
 * Reads a record only when its sequence moved, its lease runs out or its node
 * was read; keeps no copy of it. Times are arguments. What it cannot read
 * whole (the supervisor writes just now) it leaves as it was and reads soon.
 */
#ifndef PUBLISHER_DESK_H
#define PUBLISHER_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "model/board.h"
#include "publisher/damper.h"
#include "publisher/lease.h"
#include "publisher/members.h"
#include "publisher/tree.h"

/* While a statement of ours stands for a claim that ran out, nobody may tell
 * us that the supervisor is back: look by ourselves. */
#define DESK_POLL_MS 250
/* A torn record; its writer is done, or dead by its dead-man, soon. */
#define DESK_AGAIN_MS 20

struct desk_slot {
    struct lease lease;
    uint32_t sequence; /* of the record, when last read whole */
    /* The last statement, so that equal ones are not encoded again. */
    bool is_said;
    struct damper_said said;
    uint64_t said_version;
    uint64_t said_since_ms;
    struct damper damper;
    uint64_t wait_until_ms; /* news waits until then; 0 = none does */
};

struct desk {
    const struct board *board; /* borrowed */
    struct tree *tree;         /* owned */
    struct board_agent agent;  /* as read at the start */
    char boot[BOARD_BOOT_BYTES];
    struct desk_slot *slots; /* one per instance */
    struct members members;
    uint64_t again_ms;            /* something was torn: look then; 0 = none */
    struct board_instance record; /* scratch */
};

/* What is published beside the state nodes; borrowed. */
struct desk_registrations {
    const struct registration *list;
    uint32_t count;
};

/* 0; -EAGAIN: the board cannot be read whole now, try again; -EINVAL: paths
 * or names that ZooKeeper cannot take; -ENOMEM. */
int desk_init(struct desk *desk, const struct board *board, const char *boot_id,
              const struct desk_registrations *registrations, uint64_t now_ms);
void desk_finish(struct desk *desk);

/* Judges what moved on the board, and all whose time has come. */
void desk_look(struct desk *desk, uint64_t now_ms, uint64_t now_wall_ms);

/* Judges the instances whose nodes were read. */
void desk_on_found(struct desk *desk, uint64_t now_ms, uint64_t now_wall_ms);

/* When desk_look is wanted next by time alone; UINT64_MAX = never. */
uint64_t desk_next_ms(const struct desk *desk, uint64_t now_ms);

/* Every node is to be written once more, for readers that judge by the time of
 * the last write. */
void desk_refresh(struct desk *desk);

/* Writes the .agent node anew, or drops it when heartbeats are off. */
void desk_heartbeat(struct desk *desk);

#endif
