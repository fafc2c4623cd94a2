/*
 * duration.c - a span of time as a person says it. For screens only: it
 * rounds down and no program should read it back.
 */
#include "base/duration.h"

#include <inttypes.h>

#include "base/text.h"

#define SECOND_MS UINT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

struct unit {
    uint64_t size_ms;
    const char *name;
};

static const struct unit units[] = {
    {DAY_MS, "d"},    {HOUR_MS, "h"}, {MINUTE_MS, "min"},
    {SECOND_MS, "s"}, {1, "ms"},
};

#define UNIT_COUNT (sizeof units / sizeof units[0])

void duration_text(char *target, size_t size, uint64_t duration_ms)
{
    size_t i = 0;
    while (i < UNIT_COUNT - 1 && duration_ms < units[i].size_ms) {
        i++;
    }
    (void)text_format(target, size, "%" PRIu64 " %s",
                      duration_ms / units[i].size_ms,
                      units[i].name); /* may be cut */
    /* Milliseconds beside seconds would only flicker on a screen. */
    if (i + 1 >= UNIT_COUNT - 1) {
        return;
    }
    uint64_t rest = duration_ms % units[i].size_ms / units[i + 1].size_ms;
    if (rest > 0) {
        (void)text_append(target, size, " %" PRIu64 " %s", rest,
                          units[i + 1].name); /* may be cut */
    }
}
