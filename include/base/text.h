/*
 * text.h - bounded text in fixed buffers. Every function ends its output with
 * a NUL and never writes past `size`, which must be at least 1.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Copies `source`; true if all of it fitted, else it is cut. */
bool text_copy(char *target, size_t size, const char *source);

/* printf into the buffer; true if all of it fitted, else it is cut. */
bool text_format(char *target, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* printf at the end of what the buffer holds; true if all of it fitted. */
bool text_append(char *target, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Copies `length` bytes a stranger sent, as printable ASCII: other bytes
 * and the backslash become \xNN. Never cuts inside an escape. True if all of
 * it fitted. */
bool text_escape(char *target, size_t size, const void *bytes, size_t length);

/* Lower-case hex of `length` bytes; needs 2 * length + 1 bytes of room. */
void text_hex(char *target, size_t size, const void *bytes, size_t length);

/* True if `text` is 1 to `longest` bytes of printable ASCII. */
bool text_is_printable(const char *text, size_t longest);

/* The edit distance of two short words (at most 64 bytes each; longer ones
 * count as far apart), for "did you mean". */
size_t text_distance(const char *one, const char *other);

#endif
