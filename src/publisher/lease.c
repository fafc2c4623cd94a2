/*
 * lease.c - the table of lease.h as code, and the rules for `since`.
 */
#include "publisher/lease.h"

#include <string.h>

/* 2001-09-09: no Redis agent is older; a smaller number is no time at all. */
#define SINCE_LEAST_MS 1000000000000u

void lease_init(struct lease *lease, uint64_t first_verdict_by_ms)
{
    *lease = (struct lease){.first_verdict_by_ms = first_verdict_by_ms,
                            .next_ms = UINT64_MAX};
}

static bool is_plausible(uint64_t since_wall_ms, uint64_t not_after_ms)
{
    return since_wall_ms >= SINCE_LEAST_MS && since_wall_ms <= not_after_ms;
}

/* Our own `unknown`, since the moment `began_ms`; while the node says just
 * that already, its `since` is the right one. */
static void say_unknown(struct lease *lease, const char *detail,
                        const struct payload_found *found, uint64_t began_ms,
                        uint64_t now_ms, uint64_t now_wall_ms,
                        struct statement *statement)
{
    if (!lease->is_expired) {
        lease->is_expired = true;
        lease->expired_wall_ms = now_wall_ms - (now_ms - began_ms);
    }
    if (found->is_expired && is_plausible(found->since_wall_ms, now_wall_ms)) {
        lease->expired_wall_ms = found->since_wall_ms;
    }
    lease->next_ms = UINT64_MAX;
    verdict_set_agent_fault(&statement->verdict, detail);
    statement->since_wall_ms = lease->expired_wall_ms;
    statement->claim_version = 0;
}

static uint64_t claim_since(struct lease *lease, const struct claim *claim,
                            const struct payload_found *found)
{
    enum state state = claim->verdict.state;
    if (!claim->since_is_first) {
        return claim->since_wall_ms;
    }
    if (found->state == state &&
        is_plausible(found->since_wall_ms, claim->since_wall_ms)) {
        lease->kept_state = state;
        lease->kept_since_ms = found->since_wall_ms;
    }
    bool is_kept = lease->kept_state == state &&
                   is_plausible(lease->kept_since_ms, claim->since_wall_ms);
    return is_kept ? lease->kept_since_ms : claim->since_wall_ms;
}

static void say_claim(struct lease *lease, const struct claim *claim,
                      const struct payload_found *found,
                      struct statement *statement)
{
    lease->is_expired = false;
    statement->verdict = claim->verdict;
    statement->since_wall_ms = claim_since(lease, claim, found);
    statement->claim_version = claim->version;
}

/* Before the first verdict a node found stays; past its time it may not. */
static void say_nothing_yet(struct lease *lease,
                            const struct payload_found *found, uint64_t now_ms,
                            uint64_t now_wall_ms, struct statement *statement)
{
    if (now_ms >= lease->first_verdict_by_ms && found->state != STATE_NONE) {
        say_unknown(lease, LEASE_DETAIL_NO_VERDICT, found,
                    lease->first_verdict_by_ms, now_ms, now_wall_ms, statement);
        return;
    }
    lease->is_expired = false;
    lease->next_ms = now_ms < lease->first_verdict_by_ms
                         ? lease->first_verdict_by_ms
                         : UINT64_MAX;
    statement->is_keep = true;
}

void lease_judge(struct lease *lease, const struct claim *claim,
                 const struct payload_found *found, uint64_t now_ms,
                 uint64_t now_wall_ms, struct statement *statement)
{
    *statement = (struct statement){0};
    if (claim->version == 0 || claim->verdict.state == STATE_NONE) {
        say_nothing_yet(lease, found, now_ms, now_wall_ms, statement);
        return;
    }
    if (claim->verdict.state == STATE_UNKNOWN) {
        say_claim(lease, claim, found, statement);
        lease->next_ms = UINT64_MAX;
        return;
    }
    uint64_t expires_ms = claim->earned_ms + claim->lease_ms;
    if (now_ms >= expires_ms) {
        say_unknown(lease, LEASE_DETAIL_EXPIRED, found, expires_ms, now_ms,
                    now_wall_ms, statement);
        return;
    }
    say_claim(lease, claim, found, statement);
    lease->next_ms = expires_ms;
}
