/*
 * schedule.c - see schedule.h.
 */
#include "engine/schedule.h"

#include <errno.h>
#include <stdlib.h>

struct entry {
    uint64_t interval_ms;
    uint32_t index;
};

static int compare_entries(const void *one, const void *other)
{
    const struct entry *left = one;
    const struct entry *right = other;
    if (left->interval_ms != right->interval_ms) {
        return left->interval_ms < right->interval_ms ? -1 : 1;
    }
    return left->index < right->index ? -1 : 1;
}

static void group_entries(struct schedule *schedule,
                          const struct entry *entries, uint32_t count,
                          uint64_t now_ms)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || entries[i].interval_ms != entries[i - 1].interval_ms) {
            schedule->phases[schedule->phase_count++] =
                (struct phase){.interval_ms = entries[i].interval_ms,
                               .due_ms = now_ms,
                               .first = i};
        }
        schedule->phases[schedule->phase_count - 1].count++;
        schedule->members[i] = entries[i].index;
    }
}

static void find_main_phase(struct schedule *schedule, uint64_t interval_ms)
{
    for (uint32_t phase = 0; phase < schedule->phase_count; phase++) {
        if (schedule->phases[phase].interval_ms == interval_ms) {
            schedule->main_phase = phase;
        }
    }
}

int schedule_init(struct schedule *schedule, const struct settings *settings,
                  uint64_t now_ms)
{
    uint32_t count = settings->instance_count;
    *schedule = (struct schedule){0};
    struct entry *entries = calloc(count + 1, sizeof *entries);
    schedule->phases = calloc(count + 1, sizeof *schedule->phases);
    schedule->members = calloc(count + 1, sizeof *schedule->members);
    if (entries == NULL || schedule->phases == NULL ||
        schedule->members == NULL) {
        free(entries);
        schedule_finish(schedule);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = (struct entry){
            .interval_ms = settings->instances[i].interval_ms, .index = i};
    }
    qsort(entries, count, sizeof *entries, compare_entries);
    group_entries(schedule, entries, count, now_ms);
    find_main_phase(schedule, settings->interval_ms);
    free(entries);
    return 0;
}

void schedule_finish(struct schedule *schedule)
{
    free(schedule->phases);
    free(schedule->members);
    *schedule = (struct schedule){0};
}

void schedule_advance(struct schedule *schedule, uint32_t phase,
                      uint64_t now_ms)
{
    struct phase *due = &schedule->phases[phase];
    uint64_t behind_ms = now_ms - due->due_ms;
    due->due_ms += (behind_ms / due->interval_ms + 1) * due->interval_ms;
}
