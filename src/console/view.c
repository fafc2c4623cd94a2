/*
 * view.c - the few rules of JSON: commas, quotes, escapes.
 *
 * Only printable ASCII goes out, so an answer is valid whatever bytes a
 * stranger got onto the board. A lack of memory marks the body (body.h).
 */
#include "console/view.h"

#include <string.h>

void view_init(struct view *view, struct body *body)
{
    view->body = body;
    view->has_before = false;
}

static void write_string(struct body *body, const char *text)
{
    body_append(body, "\"", 1);
    const char *run = text; /* what needs no escape goes out in one piece */
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        bool is_plain =
            byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
        if (is_plain) {
            continue;
        }
        body_append(body, run, (size_t)(text - run));
        run = text + 1;
        if (byte == '"' || byte == '\\') {
            body_format(body, "\\%c", byte);
        } else {
            body_format(body, "\\\\x%02x", byte);
        }
    }
    body_append(body, run, (size_t)(text - run));
    body_append(body, "\"", 1);
}

/* What stands before a value: a comma, its key. */
static void begin(struct view *view, const char *key)
{
    if (view->has_before) {
        body_append(view->body, ",", 1);
    }
    view->has_before = true;
    if (key != NULL) {
        write_string(view->body, key);
        body_append(view->body, ":", 1);
    }
}

void view_open_object(struct view *view, const char *key)
{
    begin(view, key);
    body_append(view->body, "{", 1);
    view->has_before = false;
}

void view_close_object(struct view *view)
{
    body_append(view->body, "}", 1);
    view->has_before = true;
}

void view_open_list(struct view *view, const char *key)
{
    begin(view, key);
    body_append(view->body, "[", 1);
    view->has_before = false;
}

void view_close_list(struct view *view)
{
    body_append(view->body, "]", 1);
    view->has_before = true;
}

void view_text(struct view *view, const char *key, const char *text)
{
    begin(view, key);
    write_string(view->body, text);
}

void view_number(struct view *view, const char *key, uint64_t number)
{
    begin(view, key);
    body_decimal(view->body, number);
}

void view_signed(struct view *view, const char *key, int64_t number)
{
    begin(view, key);
    if (number < 0) {
        body_append(view->body, "-", 1);
    }
    body_decimal(view->body, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void view_flag(struct view *view, const char *key, bool flag)
{
    begin(view, key);
    body_text(view->body, flag ? "true" : "false");
}

void view_null(struct view *view, const char *key)
{
    begin(view, key);
    body_text(view->body, "null");
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
