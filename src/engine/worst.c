/*
 * worst.c - see worst.h.
 */
#include "engine/worst.h"

#include <errno.h>
#include <stdlib.h>

static void raise_to(uint64_t *worst_ms, uint64_t seen_ms)
{
    if (seen_ms > *worst_ms) {
        *worst_ms = seen_ms;
    }
}

static uint64_t since(uint64_t then_ms, uint64_t now_ms)
{
    return now_ms > then_ms ? now_ms - then_ms : 0;
}

static const struct instance *find(const struct worst *worst, uint32_t index)
{
    return &worst->registry->records[index].instance;
}

/* The age of the answer that the node's `up` rests on; 0 = it says no `up`,
 * or we do not know since when. */
static uint64_t age_of(const struct worst *worst, uint32_t index,
                       uint64_t now_ms)
{
    uint64_t answered_ms = find(worst, index)->last_success_ms;
    return worst->said[index].is_up && answered_ms > 0
               ? since(answered_ms, now_ms)
               : 0;
}

/* --- B -------------------------------------------------------------------- */

/* Cut off, we cannot tell which nodes stand: what they say then is counted
 * when their replacement is acknowledged. And past its lease the publisher has
 * ended it: so late is only who stood still himself. */
static uint64_t standing_age(const struct worst *worst, uint32_t index,
                             uint64_t now_ms)
{
    uint64_t age_ms = age_of(worst, index, now_ms);
    uint64_t lease_ms = find(worst, index)->claim.lease_ms;
    if (!worst->contact.is_connected) {
        return 0;
    }
    return lease_ms > 0 && age_ms > lease_ms ? lease_ms : age_ms;
}

void worst_on_result(struct worst *worst, uint32_t index, uint64_t now_ms)
{
    raise_to(&worst->seen.staleness_ms, standing_age(worst, index, now_ms));
}

static bool says_up(const struct instance *instance)
{
    return instance->claim.verdict.state == STATE_UP;
}

/* The node that was acknowledged now is the one of before, and nothing was
 * written between: not even by the publisher, when a lease ran out. */
static bool is_next(const struct said *said,
                    const struct publication *publication)
{
    return said->czxid == publication->czxid &&
           said->node_version + 1 == publication->node_version;
}

static struct said said_by(const struct instance *instance, uint64_t now_ms)
{
    const struct claim *claim = &instance->claim;
    bool is_past_lease = claim->lease_ms > 0 &&
                         since(claim->earned_ms, now_ms) > claim->lease_ms;
    return (struct said){.is_up = says_up(instance) && !is_past_lease,
                         .czxid = instance->publication.czxid,
                         .node_version = instance->publication.node_version};
}

static bool is_current(const struct instance *instance)
{
    return instance->claim.version > 0 &&
           instance->publication.claim_version == instance->claim.version;
}

void worst_adopt(struct worst *worst, uint32_t index, uint64_t now_ms)
{
    const struct instance *instance = find(worst, index);
    if (is_current(instance)) {
        worst->said[index] = said_by(instance, now_ms);
    }
}

/* --- C -------------------------------------------------------------------- */

static void see_convergence(struct worst *worst, uint64_t from_ms,
                            uint64_t now_ms)
{
    if (worst->healed_ms == 0) {
        return;
    }
    if (from_ms < worst->healed_ms) {
        from_ms = worst->healed_ms;
    }
    raise_to(&worst->seen.convergence_ms, since(from_ms, now_ms));
}

void worst_on_change(struct worst *worst, uint32_t index, uint64_t now_ms)
{
    worst->said[index].open_ms = now_ms;
}

void worst_on_published(struct worst *worst, uint32_t index)
{
    const struct instance *instance = find(worst, index);
    uint64_t said_ms = instance->publication.acked_ms;
    struct said *said = &worst->said[index];
    if (said->czxid == instance->publication.czxid) {
        worst_on_result(worst, index, said_ms); /* it stood until then */
    }
    if (!is_current(instance)) {
        return; /* what an older claim said is forgotten */
    }
    if (is_next(said, &instance->publication) && !says_up(instance)) {
        raise_to(&worst->seen.staleness_ms, age_of(worst, index, said_ms));
    }
    if (said->open_ms != 0) {
        see_convergence(worst, said->open_ms, said_ms);
    }
    *said = said_by(instance, said_ms);
}

/* --- D -------------------------------------------------------------------- */

void worst_on_wait(struct worst *worst, uint64_t waited_ms)
{
    raise_to(&worst->seen.isolation_ms, waited_ms);
}

/* --- E, and what C begins with -------------------------------------------- */

/* The session lives on for its timeout at most; what came then was no
 * session. */
static uint64_t time_without(const struct worst *worst, uint64_t now_ms)
{
    uint64_t without_ms =
        worst->lost_ms > 0 ? since(worst->lost_ms, now_ms) : 0;
    uint64_t most_ms = worst->contact.negotiated_ms;
    return without_ms < most_ms ? without_ms : most_ms;
}

static void lose_contact(struct worst *worst, uint64_t now_ms)
{
    if (worst->contact.is_connected && worst->contact.session_id != 0) {
        worst->lost_ms = now_ms;
    }
    worst->contact.is_connected = false;
}

static void have_contact(struct worst *worst,
                         const struct engine_contact *contact, uint64_t now_ms)
{
    if (!worst->contact.is_connected) {
        raise_to(&worst->seen.end_ms, time_without(worst, now_ms));
        worst->lost_ms = 0;
        worst->is_settling = true;
    }
    worst->contact = *contact;
}

void worst_on_contact(struct worst *worst, const struct engine_contact *contact,
                      uint64_t now_ms)
{
    if (contact->is_connected) {
        have_contact(worst, contact, now_ms);
    } else {
        lose_contact(worst, now_ms);
    }
    if (!contact->is_connected || contact->is_hindered) {
        worst->healed_ms = 0;
        return;
    }
    if (worst->healed_ms == 0) {
        worst->healed_ms = now_ms;
    }
    if (worst->is_settling && contact->is_settled) {
        worst->is_settling = false;
        see_convergence(worst, worst->healed_ms, now_ms);
    }
}

/* --- all ------------------------------------------------------------------ */

void worst_read(const struct worst *worst, uint64_t now_ms,
                struct bounds_worst *seen)
{
    *seen = worst->seen;
    raise_to(&seen->end_ms, time_without(worst, now_ms));
    for (uint32_t i = 0; i < worst->registry->settings->instance_count; i++) {
        raise_to(&seen->staleness_ms, standing_age(worst, i, now_ms));
    }
}

void worst_continue(struct worst *worst, const struct worst *before)
{
    worst->seen = before->seen;
    worst->contact = before->contact;
    worst->healed_ms = before->healed_ms;
    worst->lost_ms = before->lost_ms;
    worst->is_settling = before->is_settling;
}

int worst_init(struct worst *worst, const struct registry *registry)
{
    *worst = (struct worst){.registry = registry};
    worst->said =
        calloc(registry->settings->instance_count + 1, sizeof *worst->said);
    return worst->said == NULL ? -ENOMEM : 0;
}

void worst_finish(struct worst *worst)
{
    free(worst->said);
    worst->said = NULL;
}
