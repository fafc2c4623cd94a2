/*
 * check.c - the rule of registrations, asked over HTTP: what is drained or
 * shutting down is given nobody, whatever it could still do.
 *
 * A load balancer believes us until it asks again, so we vouch only for what
 * we know now: a claim that ran out, or one whose supervisor has fallen
 * silent, is not good.
 */
#include "console/check.h"

#include <inttypes.h>

#include "console/health.h"

static bool is_supervisor_late(const struct snapshot *snapshot,
                               struct body *body)
{
    uint64_t age_ms = snapshot_age_ms(snapshot, snapshot->agent.heartbeat_ms);
    if (age_ms <= HEALTH_HEARTBEAT_MS) {
        return false;
    }
    body_format(
        body, "supervisor last heard of %" PRIu64 " ms ago; before: ", age_ms);
    return true;
}

static bool is_able(const struct verdict *verdict, bool wants_writable)
{
    enum ability ability =
        wants_writable ? verdict->writable : verdict->readable;
    return ability == ABILITY_YES && verdict->state != STATE_MAINT &&
           verdict->state != STATE_DRAINING;
}

bool check_write(const struct snapshot *snapshot,
                 const struct board_instance *instance, bool wants_writable,
                 struct body *body)
{
    struct verdict verdict;
    snapshot_shown(snapshot, instance, &verdict);
    bool is_late = is_supervisor_late(snapshot, body);
    body_text(body, state_name(verdict.state));
    if (verdict.reason != REASON_NONE) {
        body_format(body, " %s", reason_name(verdict.reason));
    }
    if (verdict.detail[0] != '\0') {
        body_format(body, ": %s", verdict.detail);
    }
    body_text(body, "\n");
    return !is_late && is_able(&verdict, wants_writable);
}
