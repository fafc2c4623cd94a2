/*
 * payload.h - the bytes of our nodes, and the little that is read of bytes
 * found.
 *
 * Deterministic: equal arguments give equal bytes, with sorted keys. No clock
 * reading, no latency. Of a stranger's bytes nothing gets through but
 * printable ASCII; of a node found only `agent`, `state`, `since`, whether a
 * lease had run out and when a member came are read, all range-checked.
 */
#ifndef PUBLISHER_PAYLOAD_H
#define PUBLISHER_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/board.h"
#include "model/verdict.h"

#define PAYLOAD_BYTES_MOST 1024 /* of a state node */
#define PAYLOAD_READ_MOST 2048  /* of any node: members have more */

/* The same in all state nodes of one agent. */
struct payload_scope {
    const char *host;
    const char *agent; /* 16 hex digits */
};

/* What is said of one instance. */
struct payload_state {
    const struct verdict *verdict;
    uint64_t since_wall_ms;
    uint64_t valid_for_ms; /* the bound B */
};

/* What the host's .agent node says. */
struct payload_agent {
    const char *boot;
    const char *version;
    uint64_t instances;
    uint64_t round;
    uint64_t started_wall_ms;
};

/* What is read of a node found. All zero: nothing to be relied on. */
struct payload_found {
    bool is_ours;     /* it carries our agent value */
    enum state state; /* STATE_NONE: no state of ours */
    uint64_t since_wall_ms;
    bool is_expired;             /* it is `unknown` because a lease ran out */
    uint64_t registered_wall_ms; /* of a member; 0 = not told */
};

/* Writes at most PAYLOAD_BYTES_MOST bytes (no NUL). What does not fit loses
 * detail, labels, master and conditions, in this order, until it does. 0,
 * -ENOBUFS or -ENOMEM. */
int payload_encode_state(const struct payload_scope *scope,
                         const struct board_settings *settings,
                         const struct payload_state *state, char *bytes,
                         size_t room, size_t *length);

int payload_encode_agent(const struct payload_agent *agent, char *bytes,
                         size_t room, size_t *length);

/* Never fails: what is not understood is not found. `agent` is our value. */
void payload_decode(const char *bytes, size_t length, const char *agent,
                    struct payload_found *found);

#endif
