/*
 * list_names.c - see list_names.h.
 */
#include "publisher/list_names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_name(const char *name)
{
    return name != NULL && name[0] != '\0' && strchr(name, '/') == NULL;
}

static size_t keep_names(char **names, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_name(names[i])) {
            char *name = names[i];
            names[i] = names[kept];
            names[kept++] = name;
        }
    }
    return kept;
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

size_t list_names_sort(char **names, size_t count)
{
    size_t kept = keep_names(names, count);
    if (kept > 1) {
        qsort(names, kept, sizeof *names, compare_names);
    }
    return kept;
}
