/*
 * complaints.h - everything wrong with a configuration, collected so that all
 * of it is told at once, in the order of the file.
 */
#ifndef SUPERVISOR_COMPLAINTS_H
#define SUPERVISOR_COMPLAINTS_H

#include <stddef.h>

#define COMPLAINTS_MOST 100
#define COMPLAINT_BYTES 400

struct complaint {
    size_t line;   /* from 1 */
    size_t column; /* from 1 */
    char text[COMPLAINT_BYTES];
};

struct complaints {
    size_t count; /* of all; only the first COMPLAINTS_MOST are kept */
    struct complaint list[COMPLAINTS_MOST];
};

/* Adds one. `line` and `column` count from 0, as libyaml's marks do. A
 * stranger's bytes in the arguments must have been escaped. */
void complaints_add(struct complaints *complaints, size_t line, size_t column,
                    const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Writes them to standard error as FILE:LINE:COLUMN: text, by line. */
void complaints_print(struct complaints *complaints, const char *file);

#endif
