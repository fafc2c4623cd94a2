/*
 * stall.c - see stall.h.
 */
#include "supervisor/stall.h"

void stall_reset(struct stall *stall)
{
    *stall = (struct stall){0};
}

static bool has_moved(const struct stall *stall, const struct stall_page *page)
{
    return page->inside != stall->page.inside ||
           page->turns != stall->page.turns;
}

bool stall_on_page(struct stall *stall, const struct stall_page *page,
                   uint64_t now_ms)
{
    bool is_in_time =
        stall->looked_ms != 0 &&
        now_ms - stall->looked_ms <= STALL_LOOK_MS + STALL_LATE_MS;
    if (!is_in_time || has_moved(stall, page)) {
        stall_reset(stall);
    } else {
        stall->unmoved++;
    }
    stall->page = *page;
    stall->looked_ms = now_ms;
    return stall->unmoved > 0 || page->inside != 0;
}

/* Inside of no callback. */
static enum stall_finding find_stopped(struct stall *stall,
                                       const struct process *process)
{
    if (process->state != PROCESS_STOPPED) {
        stall->unmoved = 0;
    }
    return stall->unmoved >= STALL_LOOKS ? STALL_WAITS : STALL_NONE;
}

enum stall_finding stall_on_process(struct stall *stall,
                                    const struct process *process)
{
    if (stall->page.inside == 0) {
        return find_stopped(stall, process);
    }
    switch (process->state) {
    case PROCESS_RUNNING:
        stall->has_run = stall->has_run || stall->unmoved > 0;
        break;
    case PROCESS_SLEEPING:
    case PROCESS_WAITING:
    case PROCESS_STOPPED:
        break;
    case PROCESS_UNKNOWN:
    case PROCESS_GONE:
    case PROCESS_ZOMBIE:
        return STALL_NONE; /* its end will tell whom to blame */
    }
    if (!stall->was_asked) {
        stall->was_asked = true;
        stall->cpu_ms = process->cpu_ms;
    }
    if (stall->unmoved < STALL_LOOKS) {
        return STALL_NONE;
    }
    if (!stall->has_run) {
        return STALL_WAITS;
    }
    return process->cpu_ms - stall->cpu_ms >= STALL_BURNT_MS ? STALL_BURNS
                                                             : STALL_NONE;
}
