/*
 * options_find.c - searches the table of options.c: by the name somebody
 * wrote, by what he may have meant, by the field it fills.
 */
#include "config/options.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

/* A name this far away, or half its length, is no typing mistake. */
#define NEAREST_MOST 3
/* As many first letters tell what was meant. */
#define ALIKE_LEAST 4

bool option_stands_in(const struct option *option, enum option_scope scope)
{
    return option->scope == scope ||
           (scope == SCOPE_TOP && option->is_inherited);
}

const struct option *option_find(enum option_scope scope, const char *name)
{
    const struct option *option = option_at(0);

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (option_stands_in(option, scope) &&
            strcmp(option->name, name) == 0) {
            return option;
        }
    }
    return NULL;
}

/* One begins with the other: `address` and `addr`. */
static bool begins_alike(const char *one, const char *other)
{
    size_t shorter = strlen(one) < strlen(other) ? strlen(one) : strlen(other);

    return shorter >= ALIKE_LEAST && strncmp(one, other, shorter) == 0;
}

const char *option_nearest(enum option_scope scope, const char *name)
{
    const struct option *option = option_at(0);
    const char *nearest = NULL;
    size_t least = NEAREST_MOST;

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        size_t distance = text_distance(option->name, name);
        if (!option_stands_in(option, scope)) {
            continue;
        }
        if (distance < least && distance * 2 <= strlen(option->name)) {
            nearest = option->name;
            least = distance;
        } else if (nearest == NULL && begins_alike(option->name, name)) {
            nearest = option->name;
        }
    }
    return nearest;
}

static bool has_inside(const struct option *option)
{
    return option->type == OPTION_SECTION ||
           option->type == OPTION_REGISTRATIONS ||
           option->type == OPTION_INSTANCES;
}

const struct option *option_elsewhere(enum option_scope scope, const char *name)
{
    const struct option *option = option_at(0);

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (has_inside(option) && option->section != scope &&
            option_find(option->section, name) != NULL) {
            return option;
        }
    }
    return NULL;
}

const struct option *option_around(enum option_scope scope)
{
    const struct option *option = option_at(0);

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (has_inside(option) && option->section == scope) {
            return option;
        }
    }
    return NULL;
}

void option_path(const struct option *option, char *path, size_t size)
{
    const struct option *around = option_around(option->scope);

    path[0] = '\0';
    if (around != NULL) {
        option_path(around, path, size);
    }
    (void)text_append(path, size, "%s%s:", around != NULL ? " " : "",
                      option->name); /* fits: four names at most */
}

const struct option *option_of(enum option_home home, size_t offset)
{
    const struct option *option = option_at(0);

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        bool has_field = option->type != OPTION_INSTANCES &&
                         (option->type != OPTION_SECTION || option->is_marked);
        if (has_field && option->home == home && option->offset == offset) {
            return option;
        }
    }
    assert(false && "a field without a row");
    return NULL;
}

const struct option *option_of_type(enum option_type type)
{
    const struct option *option = option_at(0);

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (option->type == type) {
            return option;
        }
    }
    assert(false && "a type without a row");
    return NULL;
}
