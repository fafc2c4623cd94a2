/*
 * page_standing.h - how a server stands for its clients, coarser than its
 * state: what the banner counts and the table is sorted by. Pure.
 */
#ifndef CONSOLE_PAGE_STANDING_H
#define CONSOLE_PAGE_STANDING_H

#include "console/snapshot.h"

/* In the order in which an operator wants to see them. */
enum page_standing {
    STANDING_UNUSABLE, /* down, loading: clients cannot read */
    STANDING_UNKNOWN,  /* we cannot tell */
    STANDING_LIMITED,  /* reads go on, something else does not */
    STANDING_DRAINED,  /* by an operator */
    STANDING_UNJUDGED, /* no verdict yet */
    STANDING_UP,
    STANDING_COUNT
};

struct page_tally {
    uint32_t shown;
    uint32_t standings[STANDING_COUNT];
};

enum page_standing page_standing(const struct verdict *shown);

/* Of all instances; needs SNAPSHOT_INSTANCES. */
void page_count(const struct snapshot *snapshot, struct page_tally *tally);

#endif
