/*
 * schedule.h - which instances are due when.
 *
 * All instances with the same interval share a phase: they are due together,
 * so that a round goes out as one batch (one wake-up for all costs a quarter
 * of one for each). A phase is late rather than doubled: when it comes late,
 * its next time moves on by whole intervals past now.
 */
#ifndef ENGINE_SCHEDULE_H
#define ENGINE_SCHEDULE_H

#include <stdint.h>

#include "model/settings.h"

struct phase {
    uint64_t interval_ms;
    uint64_t due_ms;
    uint32_t first; /* its instances: members[first .. first + count) */
    uint32_t count;
};

struct schedule {
    struct phase *phases; /* owned; by rising interval */
    uint32_t phase_count;
    uint32_t *members; /* owned; indexes of instances, grouped by phase */
    /* The phase whose rounds are counted as the agent's: that of the
     * configured interval, else the first. */
    uint32_t main_phase;
};

/* Every phase is first due at `now_ms`. 0 or -ENOMEM. */
int schedule_init(struct schedule *schedule, const struct settings *settings,
                  uint64_t now_ms);
void schedule_finish(struct schedule *schedule);

/* The phase's time has come: moves it past `now_ms` by whole intervals. */
void schedule_advance(struct schedule *schedule, uint32_t phase,
                      uint64_t now_ms);

#endif
