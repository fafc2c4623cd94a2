/*
 * damper.c - see damper.h: a bucket that one write fills and time empties.
 */
#include "publisher/damper.h"

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
