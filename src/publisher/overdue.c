/*
 * overdue.c - see overdue.h.
 */
#include "publisher/overdue.h"

bool overdue_look(struct overdue *overdue, uint64_t oldest_ms, uint64_t now_ms)
{
    bool is_late = oldest_ms != 0 && now_ms >= oldest_ms + OVERDUE_MS;
    bool was_found = overdue->found_ms == oldest_ms;
    overdue->found_ms = is_late ? oldest_ms : 0;
    return is_late && was_found;
}

uint64_t overdue_next_ms(const struct overdue *overdue, uint64_t oldest_ms,
                         uint64_t now_ms)
{
    if (oldest_ms == 0) {
        return OVERDUE_NEVER;
    }
    return overdue->found_ms == oldest_ms ? now_ms + OVERDUE_AGAIN_MS
                                          : oldest_ms + OVERDUE_MS;
}
