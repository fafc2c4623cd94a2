/*
 * lease.h - what may be said of one instance at this moment.
 *
 * A claim is good until earned_ms + lease_ms; after that the node must not go
 * on saying it, whoever of us is dead or frozen. Pure: the clocks come as
 * arguments, so the same claim, node and moment give the same statement.
 *
 *     no claim yet, before the first verdict's time    keep what is found
 *     no claim by then                                 unknown, agent
 *     a claim within its lease                         the claim
 *     a claim past its lease                           unknown, agent
 *
 * `since` stays still while the state does: a lease that ran out keeps the
 * `since` its node has, and a first claim keeps an older one found with the
 * same state.
 */
#ifndef PUBLISHER_LEASE_H
#define PUBLISHER_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/instance.h"
#include "publisher/payload.h"

/* Both are looked for by payload_decode: the same words for ever. */
#define LEASE_DETAIL_EXPIRED VERDICT_DETAIL_EXPIRED
#define LEASE_DETAIL_NO_VERDICT "no verdict yet"

/* One per instance, kept between judgements. */
struct lease {
    uint64_t first_verdict_by_ms; /* without a claim by then: unknown */
    uint64_t next_ms; /* when time alone changes it; UINT64_MAX = never */
    bool is_expired;  /* the last statement was our own `unknown` */
    uint64_t expired_wall_ms; /* when that began */
    enum state kept_state;    /* whose older `since` was found and kept */
    uint64_t kept_since_ms;
};

struct statement {
    bool is_keep;           /* say nothing: leave what is found */
    struct verdict verdict; /* unless is_keep */
    uint64_t since_wall_ms;
    uint64_t claim_version; /* 0: not the claim, but our own `unknown` */
};

void lease_init(struct lease *lease, uint64_t first_verdict_by_ms);

/* `found` is what our own node holds now (all zero: none, or a stranger's). */
void lease_judge(struct lease *lease, const struct claim *claim,
                 const struct payload_found *found, uint64_t now_ms,
                 uint64_t now_wall_ms, struct statement *statement);

#endif
