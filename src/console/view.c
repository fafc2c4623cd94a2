/*
 * view.c - a thin skin over jansson. A member that could not be made or put
 * (no memory) marks the view, and view_write then marks the body: an answer
 * is whole or it is an error.
 */
#include "console/view.h"

#include <string.h>

#include "base/text.h"

/* Room for the longest text of the board with every byte escaped. */
#define ESCAPED_BYTES (4 * 1024 + 1)

void view_init_object(struct view *view)
{
    view->json = json_object();
    view->is_failed = view->json == NULL;
}

void view_init_list(struct view *view)
{
    view->json = json_array();
    view->is_failed = view->json == NULL;
}

void view_finish(struct view *view)
{
    json_decref(view->json);
    view->json = NULL;
}

/* jansson takes `value` also when it fails, and refuses NULL. */
static void put(struct view *view, const char *key, json_t *value)
{
    if (json_object_set_new_nocheck(view->json, key, value) != 0) {
        view->is_failed = true;
    }
}

static json_t *make_text(const char *text)
{
    json_t *value = json_string(text);
    if (value != NULL) {
        return value;
    }
    char escaped[ESCAPED_BYTES];
    (void)text_escape(escaped, sizeof escaped, text,
                      strlen(text)); /* cut: better than none */
    return json_string(escaped);
}

void view_text(struct view *view, const char *key, const char *text)
{
    put(view, key, make_text(text));
}

void view_number(struct view *view, const char *key, uint64_t number)
{
    json_int_t value =
        number > INT64_MAX ? INT64_MAX : (json_int_t)number; /* JSON's end */
    put(view, key, json_integer(value));
}

void view_signed(struct view *view, const char *key, int64_t number)
{
    put(view, key, json_integer(number));
}

void view_flag(struct view *view, const char *key, bool flag)
{
    put(view, key, json_boolean(flag));
}

void view_null(struct view *view, const char *key)
{
    put(view, key, json_null());
}

void view_age(struct view *view, const char *key, uint64_t now_ms,
              uint64_t then_ms)
{
    if (then_ms == 0) {
        view_null(view, key);
    } else {
        view_number(view, key, then_ms < now_ms ? now_ms - then_ms : 0);
    }
}

void view_take_member(struct view *view, const char *key, struct view *child)
{
    view->is_failed = view->is_failed || child->is_failed;
    put(view, key, child->json);
    child->json = NULL;
}

void view_take_item(struct view *list, struct view *child)
{
    if (json_array_append_new(list->json, child->json) != 0) {
        list->is_failed = true;
    }
    list->is_failed = list->is_failed || child->is_failed;
    child->json = NULL;
}

void view_item_text(struct view *list, const char *text)
{
    if (json_array_append_new(list->json, make_text(text)) != 0) {
        list->is_failed = true;
    }
}

void view_item_shared(struct view *list, json_t *value)
{
    if (json_array_append(list->json, value) != 0) {
        list->is_failed = true;
    }
}

static int append_piece(const char *bytes, size_t length, void *context)
{
    body_append(context, bytes, length);
    return 0;
}

void view_write(const struct view *view, struct body *body)
{
    if (view->is_failed ||
        json_dump_callback(view->json, append_piece, body, JSON_COMPACT) != 0) {
        body->is_failed = true;
    }
}
