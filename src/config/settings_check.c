/*
 * settings_check.c - see settings_check.h. The rules of paths and presence
 * trees are in settings_check_paths.c.
 */
#include "config/settings_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/settings_check_paths.h"

#define FILE_SHOWN_BYTES 512 /* of a file's name in a message */

const char *settings_file_of(const struct settings *settings,
                             const struct settings_place *place)
{
    return place->file < settings->file_count
               ? settings->files[place->file].text
               : "sentinel-agent";
}

/* Where an option of a holder was written; all zeroes when it was not. */
static const struct settings_place *place_of(const struct settings *settings,
                                             uint32_t holder,
                                             const struct option *option)
{
    return settings_place_of(settings, holder, option_row(option));
}

static const struct settings_place *instance_place(
    const struct settings *settings, uint32_t index)
{
    return place_of(settings, 1 + index, option_of_type(OPTION_INSTANCES));
}

/* --- one instance -------------------------------------------------------- */

/* `wanted` must be given where `given` is. */
static void check_pair(const struct settings *settings, uint32_t holder,
                       const struct option *given, const struct option *wanted,
                       struct complaints *complaints)
{
    const struct settings_place *place = place_of(settings, holder, given);

    if (place->origin != ORIGIN_DEFAULT &&
        place_of(settings, holder, wanted)->origin == ORIGIN_DEFAULT) {
        COMPLAIN(settings, complaints, place, "`%s` needs `%s` beside it",
                 given->name, wanted->name);
    }
}

static void check_access(const struct settings *settings, uint32_t index,
                         struct complaints *complaints)
{
    const struct option *user = OPTION_OF(HOME_ACCESS, instance_access, user);
    const struct option *password =
        OPTION_OF(HOME_ACCESS, instance_access, password_file);
    const struct option *certificate =
        OPTION_OF(HOME_ACCESS, instance_access, tls_cert);
    const struct option *key = OPTION_OF(HOME_ACCESS, instance_access, tls_key);

    check_pair(settings, 1 + index, user, password, complaints);
    check_pair(settings, 1 + index, certificate, key, complaints);
    check_pair(settings, 1 + index, key, certificate, complaints);
}

/* --- names --------------------------------------------------------------- */

/* One instance as a sorted list of names sees it. */
struct named {
    const char *name;
    uint32_t index;
};

static int by_name(const void *one, const void *other)
{
    const struct named *left = one;
    const struct named *right = other;
    int order = strcmp(left->name, right->name);

    /* As they stand in the files, so that the later one is to blame. */
    return order != 0
               ? order
               : (left->index > right->index) - (left->index < right->index);
}

static void complain_of_name(const struct settings *settings,
                             const struct named *first,
                             const struct named *again,
                             struct complaints *complaints)
{
    const struct settings_place *before =
        instance_place(settings, first->index);
    const struct settings_place *place = instance_place(settings, again->index);

    char file[FILE_SHOWN_BYTES];

    if (before->file == place->file) {
        COMPLAIN(settings, complaints, place,
                 "the name `%s` is taken by the instance on line %u",
                 again->name, before->line);
        return;
    }
    const char *path = settings_file_of(settings, before);
    (void)text_escape(file, sizeof(file), path, strlen(path)); /* may be cut */
    COMPLAIN(settings, complaints, place,
             "the name `%s` is taken by the instance in %s, line %u",
             again->name, file, before->line);
}

static void check_names(const struct settings *settings,
                        struct complaints *complaints)
{
    struct named *list = calloc(settings->instance_count + 1, sizeof(*list));
    struct settings_place whole = complaints_whole(0);

    if (list == NULL) {
        COMPLAIN(settings, complaints, &whole, "out of memory");
        return;
    }
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        list[i] = (struct named){settings->instances[i].name, i};
    }
    qsort(list, settings->instance_count, sizeof(*list), by_name);
    uint32_t first = 0;
    for (uint32_t i = 1; i < settings->instance_count; i++) {
        if (strcmp(list[i].name, list[first].name) != 0) {
            first = i;
        } else if (list[i].name[0] != '\0') { /* else refused before */
            complain_of_name(settings, &list[first], &list[i], complaints);
        }
    }
    free(list);
}

/* --- the whole ----------------------------------------------------------- */

static void check_host(const struct settings *settings,
                       struct complaints *complaints)
{
    const struct option *option = OPTION_OF(HOME_SETTINGS, settings, host);
    struct settings_place whole = complaints_whole(0);

    if (settings->host[0] == '\0' &&
        place_of(settings, 0, option)->origin == ORIGIN_DEFAULT) {
        COMPLAIN(settings, complaints, &whole,
                 "`%s` is missing and this machine's name cannot serve: give "
                 "it one",
                 option->name);
    }
}

/* Somebody must be there to be watched. */
static void check_count(const struct settings *settings,
                        struct complaints *complaints)
{
    const struct option *list = option_of_type(OPTION_INSTANCES);
    const struct option *discover =
        OPTION_OF(HOME_SETTINGS, settings, discover);
    struct settings_place whole = complaints_whole(0);

    if (complaints->count == 0 && settings->instance_count == 0 &&
        settings->discover == DISCOVER_OFF) {
        COMPLAIN(settings, complaints, &whole,
                 "`%s` is missing: %s; or let `%s` find them", list->name,
                 list->help, discover->name);
    }
}

void settings_check(const struct settings *settings,
                    struct complaints *complaints)
{
    check_count(settings, complaints);
    check_host(settings, complaints);
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        check_access(settings, i, complaints);
    }
    check_names(settings, complaints);
    settings_check_paths(settings, complaints);
}
