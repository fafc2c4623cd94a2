/*
 * complaints.h - everything wrong with a configuration, collected so that all
 * of it is told at once, file by file and in the order of the lines.
 */
#ifndef CONFIG_COMPLAINTS_H
#define CONFIG_COMPLAINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/settings.h"

#define COMPLAINTS_MOST 100
#define COMPLAINT_BYTES 768
/* FILE:LINE:COLUMN: text and a NUL; a longer file name is cut. */
#define COMPLAINT_LINE_BYTES (SETTINGS_PATH_BYTES + COMPLAINT_BYTES + 48)

struct complaint {
    char file[SETTINGS_PATH_BYTES]; /* printable ASCII */
    struct settings_place place;
    size_t number; /* in the order they were added */
    char text[COMPLAINT_BYTES];
};

struct complaints {
    size_t count; /* of all; only the first COMPLAINTS_MOST are kept */
    struct complaint list[COMPLAINTS_MOST];
};

/* Adds one about a place in `file`. A stranger's bytes in the arguments must
 * have been escaped; those of `file` need not. */
void complaints_add(struct complaints *complaints, const char *file,
                    const struct settings_place *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The beginning of file number `file`: for what concerns it as a whole. */
struct settings_place complaints_whole(uint32_t file);

/* Puts those that are kept in order: by file, line and column. */
void complaints_sort(struct complaints *complaints);

/* Writes complaint `index` as FILE:LINE:COLUMN: text; false past the last. */
bool complaints_line(const struct complaints *complaints, size_t index,
                     char *line, size_t size);

/* Sorts, and writes all to standard error, a line each. */
void complaints_print(struct complaints *complaints);

#endif
