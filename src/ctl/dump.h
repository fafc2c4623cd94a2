/*
 * dump.h - reads what `sentinel-agent -T` prints: the effective configuration,
 * a line a value. Pure.
 */
#ifndef CTL_DUMP_H
#define CTL_DUMP_H

#include <stdbool.h>
#include <stddef.h>

#define DUMP_DEPTH_MOST 8
#define DUMP_KEY_BYTES 64
#define DUMP_VALUE_BYTES 4096

struct dump {
    const char *rest; /* borrowed */
    char keys[DUMP_DEPTH_MOST][DUMP_KEY_BYTES];
    char path[DUMP_DEPTH_MOST * DUMP_KEY_BYTES]; /* "zookeeper.servers" */
    char value[DUMP_VALUE_BYTES];
};

void dump_init(struct dump *dump, const char *text);

/* Goes on to the next value: false at the end. An entry of a list has the path
 * of the list; the first key of each entry is its name. */
bool dump_next(struct dump *dump);

/* Finds one value from the start on: false, and nothing written, if it is not
 * there or does not fit. */
bool dump_find(const char *text, const char *path, char *value, size_t size);

#endif
