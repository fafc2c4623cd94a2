/*
 * events.h - changes of state as the agent tells them: which are wanted, and
 * one of them on a line. Pure.
 */
#ifndef CTL_EVENTS_H
#define CTL_EVENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl/table.h"

#define EVENTS_SPAN_MOST_MS (366ull * 86400 * 1000)

/* From when on. */
struct events_since {
    uint64_t id;      /* those after it; 0 = all */
    uint64_t wall_ms; /* not older than that; 0 = whatever */
};

/* Reads an id or a span as "10m"; NULL is all there is. 0 or -EINVAL. */
int events_since_parse(const char *text, uint64_t now_wall_ms,
                       struct events_since *since);

bool events_is_wanted(const json_t *event, const struct events_since *since);

/* A table for them, without rows; and one row. NULL without memory. */
struct table *events_table(bool has_titles);
void events_add(struct table *table, const json_t *event);

/* The same for a program: times as numbers, both states, nothing for what is
 * not known. */
struct table *events_csv(void);
void events_add_csv(struct table *table, const json_t *event);

/* The same with room for names and words as they usually are, so that lines
 * that are printed one by one stand under each other. */
void events_add_aligned(struct table *table, const json_t *event);

#endif
