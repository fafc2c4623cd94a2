/*
 * columns.c - one row a column; adding one is adding a row and its writer.
 */
#include "ctl/columns.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "ctl/fetch.h"
#include "ctl/ranking.h"

#define CELL_BYTES 1280 /* of a node's path, the longest */

/* What a column says of an instance. */
typedef enum tone (*column_writer)(const json_t *status, const json_t *instance,
                                   char *text, size_t size);

#define FOR(columns) (1u << (columns))

struct column {
    const char *title; /* on a screen; NULL: not there */
    const char *key;   /* as CSV, which is for programs; NULL: not there */
    unsigned screens;  /* FOR the columns it is among, but CSV */
    uint8_t rank;      /* the highest goes first from a narrow screen */
    column_writer write;
};

/* The age of a moment in ms since the epoch, on the agent's own clock. */
static void write_since(const json_t *status, json_int_t since, char *text,
                        size_t size)
{
    json_int_t now = fetch_number(fetch_member(status, "agent"), "now", 0);
    if (since > 0 && now > since) {
        duration_text(text, size, (uint64_t)(now - since));
    }
}

static void write_age(json_int_t age_ms, char *text, size_t size)
{
    if (age_ms < 0) {
        (void)text_copy(text, size, "never"); /* fits */
    } else {
        duration_text(text, size, (uint64_t)age_ms);
    }
}

/* A column of one text member. */
static enum tone write_member(const json_t *instance, const char *key,
                              char *text, size_t size)
{
    (void)text_copy(text, size, fetch_text(instance, key)); /* cut */
    return TONE_PLAIN;
}

#define MEMBER_COLUMN(key)                                                     \
    static enum tone write_##key(const json_t *status, const json_t *instance, \
                                 char *text, size_t size)                      \
    {                                                                          \
        (void)status; /* of the writers' common shape */                       \
        return write_member(instance, #key, text, size);                       \
    }

MEMBER_COLUMN(name)
MEMBER_COLUMN(addr)
MEMBER_COLUMN(reason)
MEMBER_COLUMN(role)
MEMBER_COLUMN(readable)
MEMBER_COLUMN(writable)
MEMBER_COLUMN(version)
MEMBER_COLUMN(master)
MEMBER_COLUMN(run_id)
MEMBER_COLUMN(detail)

static enum tone write_state(const json_t *status, const json_t *instance,
                             char *text, size_t size)
{
    (void)status; /* of the writers' common shape */
    (void)write_member(instance, "state", text, size);
    return tone_of_state(text);
}

static enum tone write_for(const json_t *status, const json_t *instance,
                           char *text, size_t size)
{
    write_since(status, fetch_number(instance, "since", 0), text, size);
    return TONE_PLAIN;
}

static enum tone write_success(const json_t *status, const json_t *instance,
                               char *text, size_t size)
{
    (void)status; /* of the writers' common shape */
    write_age(fetch_number(instance, "last_success_ms_ago", -1), text, size);
    return TONE_PLAIN;
}

static enum tone write_node(const json_t *status, const json_t *instance,
                            char *text, size_t size)
{
    const json_t *published = fetch_member(instance, "published");
    bool is_pending = json_is_true(fetch_member(published, "pending"));
    (void)status; /* of the writers' common shape */
    (void)write_member(published, "path", text, size);
    if (is_pending) {
        (void)text_append(text, size, " (pending)"); /* cutting is fine */
    }
    return is_pending ? TONE_WARN : TONE_PLAIN;
}

/* A number as it came, for programs; nothing for none. */
static enum tone write_raw(const json_t *instance, const char *key, char *text,
                           size_t size)
{
    const json_t *value = json_object_get(instance, key);
    text[0] = '\0';
    if (json_is_integer(value)) {
        (void)text_format(text, size, "%" PRId64,
                          (int64_t)json_integer_value(value)); /* fits */
    }
    return TONE_PLAIN;
}

static enum tone write_raw_since(const json_t *status, const json_t *instance,
                                 char *text, size_t size)
{
    (void)status; /* of the writers' common shape */
    return write_raw(instance, "since", text, size);
}

static enum tone write_raw_success(const json_t *status, const json_t *instance,
                                   char *text, size_t size)
{
    (void)status; /* of the writers' common shape */
    return write_raw(instance, "last_success_ms_ago", text, size);
}

static enum tone write_latency(const json_t *status, const json_t *instance,
                               char *text, size_t size)
{
    json_int_t took_us = ranking_latency_us(instance);
    (void)status; /* of the writers' common shape */
    if (took_us > 0) {
        (void)text_format(text, size, "%" PRId64 ".%02" PRId64 " ms",
                          (int64_t)(took_us / 1000),
                          (int64_t)(took_us % 1000 / 10)); /* fits */
    }
    return TONE_PLAIN;
}

#define ALL (FOR(COLUMNS_SCREEN) | FOR(COLUMNS_WIDE) | FOR(COLUMNS_TOP))
#define STATUS (FOR(COLUMNS_SCREEN) | FOR(COLUMNS_WIDE))
#define WIDE FOR(COLUMNS_WIDE)
#define LIVE (FOR(COLUMNS_WIDE) | FOR(COLUMNS_TOP))

/* The detail stands last: it is the one that is folded. */
static const struct column table_of_columns[] = {
    {"NAME", "name", ALL, 0, write_name},
    {"STATE", "state", ALL, 0, write_state},
    {"FOR", NULL, ALL, 2, write_for},
    {NULL, "since", 0, 0, write_raw_since},
    {"REASON", "reason", ALL, 1, write_reason},
    {"ROLE", "role", ALL, 5, write_role},
    {"READ", "readable", STATUS, 6, write_readable},
    {"WRITE", "writable", STATUS, 6, write_writable},
    {"LATENCY", NULL, LIVE, 3, write_latency},
    {"LAST OK", NULL, ALL, 4, write_success},
    {NULL, "last_success_ms_ago", 0, 0, write_raw_success},
    {"ADDR", "addr", WIDE, 7, write_addr},
    {"VERSION", "version", WIDE, 8, write_version},
    {"MASTER", "master", WIDE, 9, write_master},
    {"RUN ID", "run_id", WIDE, 11, write_run_id},
    {"NODE", "published", WIDE, 10, write_node},
    {"DETAIL", "detail", ALL, 0, write_detail},
};

#define COLUMN_COUNT (sizeof table_of_columns / sizeof table_of_columns[0])

_Static_assert(COLUMN_COUNT <= TABLE_COLUMNS_MOST, "the table has room");

/* The column's title for them; NULL: not there. */
static const char *title_of(const struct column *column, enum columns columns)
{
    if (columns == COLUMNS_CSV) {
        return column->key;
    }
    return (column->screens & FOR(columns)) != 0 ? column->title : NULL;
}

static void add_row(struct table *table, const json_t *status,
                    const json_t *instance, enum columns columns)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        const struct column *column = &table_of_columns[i];
        char text[CELL_BYTES] = "";
        if (title_of(column, columns) != NULL) {
            enum tone tone = column->write(status, instance, text, sizeof text);
            bool is_blank = text[0] == '\0' && columns != COLUMNS_CSV;
            table_add(table, tone, is_blank ? "-" : text);
        }
    }
}

struct table *columns_fill(const json_t *status, const json_t *instances,
                           enum columns columns, const char **titles)
{
    uint8_t ranks[TABLE_COLUMNS_MOST];
    size_t shown = 0;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        const char *title = title_of(&table_of_columns[i], columns);
        if (title != NULL) {
            ranks[shown] = table_of_columns[i].rank;
            titles[shown++] = title;
        }
    }
    struct table *table = table_create(titles, shown);
    if (table != NULL) {
        table_set_ranks(table, ranks);
    }
    for (size_t i = 0; table != NULL && i < json_array_size(instances); i++) {
        add_row(table, status, json_array_get(instances, i), columns);
    }
    return table;
}
