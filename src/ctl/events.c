/*
 * events.c - see events.h.
 */
#include "ctl/events.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "ctl/fetch.h"
#include "ctl/when.h"

static const char *const titles[] = {"ID",     "WHEN", "NAME",  "CHANGE",
                                     "REASON", "ROLE", "DETAIL"};

#define COLUMNS (sizeof titles / sizeof titles[0])

int events_since_parse(const char *text, uint64_t now_wall_ms,
                       struct events_since *since)
{
    uint64_t span_ms = 0;
    *since = (struct events_since){0};
    if (text == NULL || parse_u64(text, 0, UINT64_MAX, &since->id) == 0) {
        return 0;
    }
    if (parse_duration_ms(text, 1, EVENTS_SPAN_MOST_MS, &span_ms) != 0) {
        return -EINVAL;
    }
    since->wall_ms = now_wall_ms > span_ms ? now_wall_ms - span_ms : 1;
    return 0;
}

bool events_is_wanted(const json_t *event, const struct events_since *since)
{
    json_int_t at = fetch_number(event, "at", 0);
    json_int_t id = fetch_number(event, "id", 0);
    return id >= 0 && (uint64_t)id > since->id && at >= 0 &&
           (uint64_t)at >= since->wall_ms;
}

struct table *events_table(bool has_titles)
{
    return table_create(has_titles ? titles : NULL, COLUMNS);
}

/* A cell that is never blank. */
static void add_text(struct table *table, const json_t *event, const char *key)
{
    const char *text = fetch_text(event, key);
    table_add(table, TONE_PLAIN, text[0] != '\0' ? text : "-");
}

void events_add(struct table *table, const json_t *event)
{
    char text[256];
    const char *from = fetch_text(event, "from");
    const char *to = fetch_text(event, "to");
    (void)text_format(text, sizeof text, "%" PRId64,
                      (int64_t)fetch_number(event, "id", 0)); /* fits */
    table_add(table, TONE_PLAIN, text);
    when_text(text, sizeof text, fetch_number(event, "at", 0));
    table_add(table, TONE_PLAIN, text);
    add_text(table, event, "name");
    (void)text_format(text, sizeof text, "%s%s%s", from,
                      from[0] != '\0' ? " to " : "", to); /* cut */
    table_add(table, tone_of_state(to), text);
    add_text(table, event, "reason");
    add_text(table, event, "role");
    add_text(table, event, "detail");
}
