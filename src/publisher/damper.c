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

/* How far readers rely on a state; 0: each change to it is news at once. */
static int state_worth(enum state state)
{
    switch (state) {
    case STATE_UP:
        return 3;
    case STATE_DEGRADED:
        return 2;
    case STATE_LOADING:
        return 1;
    case STATE_NONE:
    case STATE_DRAINING:
    case STATE_MAINT:
    case STATE_DOWN:
    case STATE_UNKNOWN:
    case STATE_COUNT:
        return 0;
    }
    return 0;
}

bool damper_can_wait(const struct damper_said *said, const struct verdict *news)
{
    bool is_other = said->role != ROLE_UNKNOWN && said->role != news->role;
    bool is_loss = is_less(said->readable, news->readable) ||
                   is_less(said->writable, news->writable);
    bool is_no_worse = news->state == said->state ||
                       state_worth(news->state) > state_worth(said->state);
    return !is_other && !is_loss && is_no_worse;
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
