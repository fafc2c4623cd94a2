/*
 * directory.h - one parent of our nodes, and how its own parents come to be:
 * persistent, empty nodes, made from the root on when they are found missing.
 * Pure.
 */
#ifndef PUBLISHER_DIRECTORY_H
#define PUBLISHER_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "model/settings.h"

#define DIRECTORY_PATH_BYTES (SETTINGS_PATH_BYTES + 4 * SETTINGS_NAME_BYTES)

struct directory {
    char path[DIRECTORY_PATH_BYTES];
    bool is_missing;
    size_t made_length; /* while missing: of the part known to exist */
};

/* It is not there: all of its parts are to be made, or seen to exist. */
void directory_lost(struct directory *directory);

/* It is there. */
void directory_found(struct directory *directory);

/* The path of the part to make next; only while it is missing. `path` has room
 * for DIRECTORY_PATH_BYTES. */
void directory_next_part(const struct directory *directory, char *path);

/* That part is there now. */
void directory_part_made(struct directory *directory);

#endif
