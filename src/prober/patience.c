/*
 * patience.c - see patience.h.
 */
#include "prober/patience.h"

#include "base/text.h"
#include "base/trouble.h"

/* Of its timeout a server must have had all but this part. */
#define MISSED_PART 4

static uint64_t less(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

static uint64_t more(uint64_t one, uint64_t other)
{
    return one > other ? one : other;
}

static uint64_t lost(const struct patience *patience, const struct turns *turns,
                     uint64_t now_ms)
{
    return turns_stalled(turns, now_ms) - patience->lost_ms;
}

static bool is_late(const struct patience *patience, uint64_t now_ms)
{
    return now_ms > patience->deadline_ms + PATIENCE_LATE_MS;
}

void patience_start(struct patience *patience, const struct turns *turns,
                    uint64_t woke_ms, uint64_t timeout_ms)
{
    uint64_t lag_ms = less(turns_lag(turns, woke_ms), timeout_ms);
    *patience = (struct patience){
        .timeout_ms = timeout_ms,
        .deadline_ms = woke_ms - lag_ms + timeout_ms,
        .lost_ms = turns->stalled_ms - lag_ms,
        .files_us = lag_ms > 0 ? turns->files_before_us : turns->files_us};
}

uint64_t patience_left(const struct patience *patience, uint64_t now_ms)
{
    return patience->deadline_ms > now_ms ? patience->deadline_ms - now_ms : 0;
}

void patience_note_file(struct patience *patience, struct turns *turns,
                        const char *what, const char *path, uint64_t took_us)
{
    turns->files_us += took_us;
    if (took_us > patience->slowest_us) {
        patience->slowest_us = took_us;
        patience->what = what;
        patience->path = path;
    }
}

bool patience_extend(struct patience *patience, const struct turns *turns,
                     uint64_t now_ms, bool has_heard)
{
    if (patience->has_back) {
        return false;
    }
    uint64_t first_ms = patience->deadline_ms;
    uint64_t lost_ms = lost(patience, turns, now_ms);
    uint64_t until_ms = first_ms + lost_ms;
    if (has_heard) {
        until_ms = more(until_ms, now_ms + PATIENCE_HEARD_MS);
    }
    until_ms = less(until_ms, first_ms + PATIENCE_BACK_MS);
    if (until_ms <= now_ms) {
        return false;
    }
    patience->has_back = true;
    patience->was_late = is_late(patience, now_ms);
    patience->gained_ms = until_ms - more(now_ms, first_ms);
    patience->deadline_ms = until_ms;
    return true;
}

bool patience_is_fair(const struct patience *patience,
                      const struct turns *turns, uint64_t now_ms, char *trouble,
                      size_t size)
{
    uint64_t lost_ms = lost(patience, turns, now_ms);
    uint64_t missed_ms =
        lost_ms > patience->gained_ms ? lost_ms - patience->gained_ms : 0;
    trouble[0] = '\0';
    if (!patience->was_late && !is_late(patience, now_ms) &&
        missed_ms <= patience->timeout_ms / MISSED_PART) {
        return true;
    }
    uint64_t half_us = lost_ms * 1000 / 2;
    bool by_files =
        half_us > 0 && turns->files_us - patience->files_us >= half_us;
    if (by_files && patience->slowest_us >= half_us) {
        trouble_of_file(trouble, size, patience->what, patience->path,
                        "takes too long to open or to read");
    } else if (by_files) {
        (void)text_copy(trouble, size,
                        "the agent ran late: files of other instances take "
                        "too long to open or to read"); /* fits */
    }
    return false;
}
