/*
 * body.h - the bytes of one answer while it is put together.
 *
 * Appending never fails in the caller's face: a body that ran out of memory
 * or past BODY_BYTES_MOST is marked, ignores what follows, and is looked at
 * once, at the end. Strangers' bytes go in by body_html or body_label only.
 */
#ifndef CONSOLE_BODY_H
#define CONSOLE_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BODY_BYTES_MOST (64u * 1024 * 1024)

struct body {
    char *bytes; /* owned; not NUL-ended */
    size_t length;
    size_t room;
    bool is_failed;
};

void body_init(struct body *body);
void body_finish(struct body *body);

void body_append(struct body *body, const char *bytes, size_t length);
void body_text(struct body *body, const char *text);
void body_format(struct body *body, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* In decimal: most of what is appended are numbers, and printf is slow. */
void body_decimal(struct body *body, uint64_t number);

/* As text or a double-quoted attribute value of HTML; bytes that are not
 * printable ASCII become \xNN. */
void body_html(struct body *body, const char *text);

/* As the value of a Prometheus label, without its quotes; bytes that are not
 * printable ASCII become \\xNN, so that the result is always UTF-8. */
void body_label(struct body *body, const char *text);

/* "480 ms", "12 s", "3 min 20 s", "2 h 5 min", "4 d 3 h". */
void body_duration(struct body *body, uint64_t duration_ms);

#endif
