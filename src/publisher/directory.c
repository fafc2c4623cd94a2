/*
 * directory.c - see directory.h.
 */
#include "publisher/directory.h"

#include <string.h>

void directory_lost(struct directory *directory)
{
    directory->is_missing = true;
    directory->made_length = 0;
}

void directory_found(struct directory *directory)
{
    directory->is_missing = false;
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

void directory_part_made(struct directory *directory)
{
    directory->made_length = next_length(directory);
    directory->is_missing = directory->path[directory->made_length] != '\0';
}
