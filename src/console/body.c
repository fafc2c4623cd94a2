/*
 * body.c - a text that grows, for one answer.
 *
 * Large bodies double, so an answer of a thousand instances costs some ten
 * moves; the C library maps them apart from the heap and gives them back to
 * the kernel when they are freed.
 */
#include "console/body.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"

#define BODY_FIRST_BYTES 4096
#define BODY_FORMAT_BYTES 1024

void body_init(struct body *body)
{
    *body = (struct body){0};
}

void body_finish(struct body *body)
{
    free(body->bytes);
    body_init(body);
}

/* True when `more` bytes fit; else the body is marked failed. */
static bool body_reserve(struct body *body, size_t more)
{
    if (body->is_failed || more > BODY_BYTES_MOST - body->length) {
        body->is_failed = true;
        return false;
    }
    size_t wanted = body->length + more;
    if (wanted <= body->room) {
        return true;
    }
    size_t room = body->room > 0 ? body->room : BODY_FIRST_BYTES;
    while (room < wanted) {
        room *= 2;
    }
    char *bytes = realloc(body->bytes, room);
    if (bytes == NULL) {
        body->is_failed = true;
        return false;
    }
    body->bytes = bytes;
    body->room = room;
    return true;
}

void body_append(struct body *body, const char *bytes, size_t length)
{
    if (length == 0 || !body_reserve(body, length)) {
        return; /* an empty body has no bytes to point at */
    }
    memcpy(body->bytes + body->length, bytes, length);
    body->length += length;
}

void body_text(struct body *body, const char *text)
{
    body_append(body, text, strlen(text));
}

void body_format(struct body *body, const char *format, ...)
{
    char text[BODY_FORMAT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text) {
        body->is_failed = true;
        return;
    }
    body_append(body, text, (size_t)length);
}

void body_decimal(struct body *body, uint64_t number)
{
    char digits[20]; /* of UINT64_MAX */
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    body_append(body, digits + first, sizeof digits - first);
}

static bool is_printable(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

/* How a byte is written in HTML; NULL: as it is. */
static const char *entity_of(unsigned char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void body_html(struct body *body, const char *text)
{
    const char *run = text; /* what needs no escape goes out in one piece */
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        const char *entity = entity_of(byte);
        if (is_printable(byte) && entity == NULL) {
            continue;
        }
        body_append(body, run, (size_t)(text - run));
        run = text + 1;
        if (entity != NULL) {
            body_text(body, entity);
        } else {
            body_format(body, "\\x%02x", byte);
        }
    }
    body_append(body, run, (size_t)(text - run));
}

void body_label(struct body *body, const char *text)
{
    const char *run = text; /* what needs no escape goes out in one piece */
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (is_printable(byte) && byte != '\\' && byte != '"') {
            continue;
        }
        body_append(body, run, (size_t)(text - run));
        run = text + 1;
        body_format(body, is_printable(byte) ? "\\%c" : "\\\\x%02x", byte);
    }
    body_append(body, run, (size_t)(text - run));
}

void body_duration(struct body *body, uint64_t duration_ms)
{
    char text[DURATION_TEXT_BYTES];
    duration_text(text, sizeof text, duration_ms);
    body_text(body, text);
}
