/*
 * directory.c - see directory.h.
 */
#include "publisher/directory.h"

#include <string.h>

void directory_lost(struct directory *directory)
{
    directory->is_missing = true;
    directory->made_length = 0;
    directory->has_refusal = false;
}

void directory_found(struct directory *directory)
{
    directory->is_missing = false;
    directory->has_refusal = false;
    directory->is_refused = false;
    directory->failures = 0;
    directory->not_until_ms = 0;
}

static size_t next_length(const struct directory *directory)
{
    size_t length = directory->made_length + 1; /* with its slash */
    return length + strcspn(directory->path + length, "/");
}

void directory_next_part(const struct directory *directory, char *path)
{
    size_t length = next_length(directory);
    memcpy(path, directory->path, length);
    path[length] = '\0';
}

static void take_part(struct directory *directory)
{
    directory->made_length = next_length(directory);
    directory->is_missing = directory->path[directory->made_length] != '\0';
}

void directory_part_made(struct directory *directory)
{
    take_part(directory);
    if (!directory->is_missing && !directory->has_refusal) {
        directory_found(directory);
    }
}

void directory_part_refused(struct directory *directory)
{
    directory->has_refusal = true;
    take_part(directory);
}

void directory_failed(struct directory *directory, uint64_t not_until_ms)
{
    directory->is_refused = directory->has_refusal;
    directory->not_until_ms = not_until_ms;
    directory_lost(directory);
}
