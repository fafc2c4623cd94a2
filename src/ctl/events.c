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

/* The role and the id go first from a narrow screen. */
static const uint8_t ranks[] = {1, 0, 0, 0, 0, 2, 0};

#define NO_STATE "none" /* before an instance's first verdict */
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
    struct table *table = table_create(has_titles ? titles : NULL, COLUMNS);
    if (table != NULL) {
        table_set_ranks(table, ranks);
    }
    return table;
}

/* A cell that is never blank, and at least so wide. */
static void add_cell(struct table *table, enum tone tone, const char *text,
                     int width)
{
    char padded[256];
    if (width == 0) {
        table_add(table, tone, text[0] != '\0' ? text : "-");
        return;
    }
    (void)text_format(padded, sizeof padded, "%-*s", width,
                      text[0] != '\0' ? text : "-"); /* cutting is fine */
    table_add(table, tone, padded);
}

/* Widths stand in the order of the titles. */
static void add_row(struct table *table, const json_t *event,
                    const int widths[COLUMNS])
{
    char text[256];
    const char *from = fetch_text(event, "from");
    const char *to = fetch_text(event, "to");
    (void)text_format(text, sizeof text, "%" PRId64,
                      (int64_t)fetch_number(event, "id", 0)); /* fits */
    add_cell(table, TONE_PLAIN, text, widths[0]);
    when_text(text, sizeof text, fetch_number(event, "at", 0));
    add_cell(table, TONE_PLAIN, text, widths[1]);
    add_cell(table, TONE_PLAIN, fetch_text(event, "name"), widths[2]);
    bool is_first = from[0] == '\0' || strcmp(from, NO_STATE) == 0;
    (void)text_format(text, sizeof text, "%s%s%s", is_first ? "" : from,
                      is_first ? "" : " to ", to); /* cutting is fine */
    add_cell(table, tone_of_state(to), text, widths[3]);
    add_cell(table, TONE_PLAIN, fetch_text(event, "reason"), widths[4]);
    add_cell(table, TONE_PLAIN, fetch_text(event, "role"), widths[5]);
    add_cell(table, TONE_PLAIN, fetch_text(event, "detail"), widths[6]);
}

void events_add(struct table *table, const json_t *event)
{
    static const int widths[COLUMNS] = {0};
    add_row(table, event, widths);
}

void events_add_aligned(struct table *table, const json_t *event)
{
    static const int widths[COLUMNS] = {0, 0, 16, 20, 11, 7, 0};
    add_row(table, event, widths);
}

/* --- for a program ------------------------------------------------------- */

static const char *const members[] = {"id", "at",     "name", "from",
                                      "to", "reason", "role", "detail"};

struct table *events_csv(void)
{
    return table_create(members, sizeof members / sizeof members[0]);
}

void events_add_csv(struct table *table, const json_t *event)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const json_t *member = fetch_member(event, members[i]);
        char number[32];
        (void)text_format(number, sizeof number, "%" PRId64,
                          (int64_t)json_integer_value(member)); /* fits */
        table_add(table, TONE_PLAIN,
                  json_is_integer(member) ? number
                                          : fetch_text(event, members[i]));
    }
}
