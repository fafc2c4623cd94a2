/*
 * lines.h - a stranger's text of "name:value" lines, as INFO and CLUSTER INFO
 * are, line by line. Lines that are none are passed over; nothing can fail.
 */
#ifndef PROBER_LINES_H
#define PROBER_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of a text; borrowed. */
struct lines {
    const char *text;
    size_t length;
};

/* Both parts point into the text and are not ended by a NUL. */
struct line {
    const char *name; /* 1 byte at least */
    size_t name_length;
    const char *value;
    size_t value_length;
};

/* The next line; false when there are no more. */
bool lines_next(struct lines *lines, struct line *line);

/* The value, ended by a NUL; false if it does not fit or holds one itself. */
bool line_value(const struct line *line, char *value, size_t size);

/* The value as a whole number up to `highest`; false if it is none. */
bool line_number(const struct line *line, uint64_t highest, uint64_t *number);

#endif
