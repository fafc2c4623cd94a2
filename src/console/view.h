/*
 * view.h - JSON objects and lists by jansson that remember a failure, so that
 * a view is written line by line and judged once.
 *
 * Texts are never null, "" is none; a number that does not exist (an age of
 * what never happened) is null.
 */
#ifndef CONSOLE_VIEW_H
#define CONSOLE_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "console/body.h"

struct view {
    json_t *json; /* owned until taken or finished */
    bool is_failed;
};

void view_init_object(struct view *view);
void view_init_list(struct view *view);
void view_finish(struct view *view);

/* Members of an object. A text that is not UTF-8 goes in escaped. */
void view_text(struct view *view, const char *key, const char *text);
void view_number(struct view *view, const char *key, uint64_t number);
void view_signed(struct view *view, const char *key, int64_t number);
void view_flag(struct view *view, const char *key, bool flag);
void view_null(struct view *view, const char *key);
/* The milliseconds since `then_ms`; null when that is 0, which is never. */
void view_age(struct view *view, const char *key, uint64_t now_ms,
              uint64_t then_ms);

/* Puts `child` into its parent; the child is empty afterwards. */
void view_take_member(struct view *view, const char *key, struct view *child);
void view_take_item(struct view *list, struct view *child);

/* An item of a list: a text as view_text takes it, or a value whose reference
 * stays the caller's. */
void view_item_text(struct view *list, const char *text);
void view_item_shared(struct view *list, json_t *value);

/* Appends the view as compact JSON; a failed view fails the body. */
void view_write(const struct view *view, struct body *body);

#endif
