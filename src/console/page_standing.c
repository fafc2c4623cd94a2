/*
 * page_standing.c - see page_standing.h.
 */
#include "console/page_standing.h"

#include <stddef.h>

enum page_standing page_standing(const struct verdict *shown)
{
    switch (shown->state) {
    case STATE_UP:
        return STANDING_UP;
    case STATE_DOWN:
    case STATE_LOADING:
        return STANDING_UNUSABLE;
    case STATE_DEGRADED:
    case STATE_DRAINING:
        return shown->readable == ABILITY_NO ? STANDING_UNUSABLE
                                             : STANDING_LIMITED;
    case STATE_MAINT:
        return STANDING_DRAINED;
    case STATE_UNKNOWN:
        return STANDING_UNKNOWN;
    case STATE_NONE:
    case STATE_COUNT:
        break;
    }
    return STANDING_UNJUDGED;
}

void page_count(const struct snapshot *snapshot, struct page_tally *tally)
{
    *tally = (struct page_tally){0};
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *record = snapshot_instance(snapshot, i);
        if (record == NULL) {
            continue;
        }
        struct verdict shown;
        snapshot_shown(snapshot, record, &shown);
        tally->shown++;
        tally->standings[page_standing(&shown)]++;
    }
}
