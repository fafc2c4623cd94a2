/*
 * pairs.h - a stranger's text of lines "name:value", as INFO and CLUSTER INFO
 * are, pair by pair. Other lines are passed over; nothing can fail.
 */
#ifndef PROBER_PAIRS_H
#define PROBER_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of a text; borrowed. */
struct pairs {
    const char *text;
    size_t length;
};

/* Both point into the text and are not ended by a NUL. */
struct pair {
    const char *name; /* 1 byte at least */
    size_t name_length;
    const char *value;
    size_t value_length;
};

/* The next pair; false when there are no more. */
bool pairs_next(struct pairs *pairs, struct pair *pair);

/* The value, ended by a NUL; false if it does not fit or holds one itself. */
bool pair_value(const struct pair *pair, char *value, size_t size);

/* The value as a whole number up to `highest`; false if it is none. */
bool pair_number(const struct pair *pair, uint64_t highest, uint64_t *number);

#endif
