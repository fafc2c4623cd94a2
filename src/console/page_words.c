/*
 * page_words.c - figures and moments as the pages write them.
 */
#include <inttypes.h>
#include <time.h>

#include "console/page.h"

#define DAY_MS UINT64_C(86400000)

void page_write_us(struct body *body, uint64_t time_us)
{
    if (time_us < 10000) {
        body_format(body, "%.2f ms", (double)time_us / 1000);
    } else {
        body_duration(body, time_us / 1000);
    }
}

void page_write_size(struct body *body, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    uint64_t tenths = 0;
    while (bytes >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        tenths = bytes % 1024 * 10 / 1024;
        bytes /= 1024;
        unit++;
    }
    body_decimal(body, bytes);
    if (unit > 0) {
        body_format(body, ".%" PRIu64, tenths);
    }
    body_format(body, " %s", units[unit]);
}

void page_write_moment(const struct snapshot *snapshot, uint64_t wall_ms,
                       struct body *body)
{
    struct tm moment;
    char text[32];
    time_t seconds = (time_t)(wall_ms / 1000);
    bool is_today = wall_ms / DAY_MS == snapshot->now_wall_ms / DAY_MS;
    if (gmtime_r(&seconds, &moment) == NULL) {
        return; /* a year past what an int holds */
    }
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ",
                   &moment); /* fits until the year 9999 */
    body_format(body, "<time datetime=\"%s\">", text);
    (void)strftime(text, sizeof text, is_today ? "%H:%M:%S" : "%b %d %H:%M:%S",
                   &moment); /* fits */
    body_text(body, text);
    body_text(body, "</time>");
}

const char *page_state_class(enum state state)
{
    switch (state) {
    case STATE_UP:
        return "up";
    case STATE_DEGRADED:
    case STATE_LOADING:
    case STATE_DRAINING:
        return "warn";
    case STATE_DOWN:
        return "down";
    case STATE_UNKNOWN:
        return "odd";
    case STATE_MAINT:
        return "maint";
    case STATE_NONE:
    case STATE_COUNT:
        break;
    }
    return "none";
}

void page_write_state(enum state state, struct body *body)
{
    body_format(body, "<span class=\"state %s\">%s</span>",
                page_state_class(state),
                state == STATE_NONE ? "not judged" : state_name(state));
}
