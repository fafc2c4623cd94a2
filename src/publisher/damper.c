/*
 * damper.c - see damper.h: a bucket that one write fills and time empties.
 */
#include "publisher/damper.h"

void damper_note(struct damper_said *said, const struct verdict *verdict)
{
    *said = (struct damper_said){.state = verdict->state,
                                 .readable = verdict->readable,
                                 .writable = verdict->writable,
                                 .role = verdict->role};
}

static bool is_less(enum ability said, enum ability now)
{
    return now != said && (said == ABILITY_YES ||
                           (said == ABILITY_STALE && now != ABILITY_YES));
}

bool damper_can_wait(const struct damper_said *said, const struct verdict *news)
{
    bool is_other = said->role != ROLE_UNKNOWN && said->role != news->role;
    bool is_loss = is_less(said->readable, news->readable) ||
                   is_less(said->writable, news->writable);
    return !is_other && !is_loss &&
           (news->state == STATE_UP || news->state == said->state);
}

static void forgive(struct damper *damper, uint64_t now_ms)
{
    uint64_t forgiven = (now_ms - damper->since_ms) / DAMPER_AGAIN_MS;
    if (forgiven >= damper->spent) {
        *damper = (struct damper){.since_ms = now_ms};
        return;
    }
    damper->spent -= (uint32_t)forgiven;
    damper->since_ms += forgiven * DAMPER_AGAIN_MS;
}

void damper_spend(struct damper *damper, uint64_t now_ms)
{
    forgive(damper, now_ms);
    if (damper->spent < DAMPER_WRITES) {
        damper->spent++;
    }
}

uint64_t damper_free_ms(const struct damper *damper, uint64_t now_ms)
{
    struct damper now = *damper;
    forgive(&now, now_ms);
    return now.spent < DAMPER_WRITES ? now_ms : now.since_ms + DAMPER_AGAIN_MS;
}
