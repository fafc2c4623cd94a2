/*
 * directory.h - one parent of our nodes, and how its own parents come to be:
 * persistent, empty nodes, made from the root on when they are found missing.
 * Pure.
 */
#ifndef PUBLISHER_DIRECTORY_H
#define PUBLISHER_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/settings.h"

#define DIRECTORY_PATH_BYTES (SETTINGS_PATH_BYTES + 4 * SETTINGS_NAME_BYTES)

struct directory {
    char path[DIRECTORY_PATH_BYTES];
    bool is_missing;
    size_t made_length; /* while missing: of the part known to exist */
    bool has_refusal;   /* a part that we may not make, and may be there */
    /* It cannot be made: what belongs in it waits, and nothing else does. */
    bool is_refused;       /* for want of rights */
    uint32_t failures;     /* in a row */
    uint64_t not_until_ms; /* no try before; 0 = at once */
};

/* It is not there: all of its parts are to be made, or seen to exist. */
void directory_lost(struct directory *directory);

/* It is there. */
void directory_found(struct directory *directory);

/* The path of the part to make next; only while it is missing. `path` has room
 * for DIRECTORY_PATH_BYTES. */
void directory_next_part(const struct directory *directory, char *path);

/* That part is there now; or is taken to be, for we may not make it. */
void directory_part_made(struct directory *directory);
void directory_part_refused(struct directory *directory);

/* After all it is not there: not before `not_until_ms` again. */
void directory_failed(struct directory *directory, uint64_t not_until_ms);

#endif
