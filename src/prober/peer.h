/*
 * peer.h - the process behind a server: the kernel vouches for it behind a
 * unix socket; behind TCP the server tells a number, which is believed when
 * the process of that number fits.
 */
#ifndef PROBER_PEER_H
#define PROBER_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "prober/evidence.h"

struct peer {
    uint32_t vouched;     /* by the kernel; 0 = it does not */
    bool is_local;        /* on this host, so that its number means one here */
    uint32_t known_pid;   /* proved before, and its start; 0 = none */
    uint64_t known_start; /* in clock ticks since boot */
};

/* After a silence: notes what the process does, if one is known, and whether
 * it is the one of before. */
void peer_look(const struct peer *peer, struct evidence *evidence);

/* After a full flight: sets pid and start of the facts, to 0 if not proved. */
void peer_prove(const struct peer *peer, const struct info *info,
                struct facts *facts);

#endif
