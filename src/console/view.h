/*
 * view.h - JSON written straight into a body, key by key.
 *
 * A tree of JSON in memory first would cost thirty times the work: 40 ms and
 * 10 MB for the status of a thousand instances, in the loop that answers
 * everybody. Commas and quotes are kept here; that what is opened is closed
 * is the caller's, and the tests parse every view.
 *
 * Texts are never null, "" is none; a number that does not exist (the age of
 * what never happened) is null.
 */
#ifndef CONSOLE_VIEW_H
#define CONSOLE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "console/body.h"

struct view {
    struct body *body; /* borrowed */
    bool has_before;   /* something stands before in this object or list */
};

void view_init(struct view *view, struct body *body);

/* `key` is NULL for the outermost value and for the items of a list; keys
 * are ours or checked, and written as they are. */
void view_open_object(struct view *view, const char *key);
void view_close_object(struct view *view);
void view_open_list(struct view *view, const char *key);
void view_close_list(struct view *view);

/* Bytes of `text` that are not printable ASCII are written as \xNN. */
void view_text(struct view *view, const char *key, const char *text);
void view_number(struct view *view, const char *key, uint64_t number);
void view_signed(struct view *view, const char *key, int64_t number);
void view_flag(struct view *view, const char *key, bool flag);
void view_null(struct view *view, const char *key);

/* The milliseconds since `then_ms`; null when that is 0, which is never. */
void view_age(struct view *view, const char *key, uint64_t now_ms,
              uint64_t then_ms);

#endif
