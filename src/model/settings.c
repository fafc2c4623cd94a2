/*
 * settings.c - what the configuration's plain data can do by itself: name an
 * instance to the outside, make room for instances, and be freed. Reading it
 * is the supervisor's.
 */
#include "model/settings.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Ways in that are told apart; a host with more keeps one for each instance. */
#define ACCESSES_MOST 32

const struct address *instance_settings_published(
    const struct instance_settings *instance)
{
    return instance->advertise.kind != ADDRESS_NONE ? &instance->advertise
                                                    : &instance->addr;
}

void instance_access_name_server(struct instance_access *access,
                                 const struct address *addr)
{
    if (access->has_tls && access->tls_server_name[0] == '\0' &&
        addr->kind == ADDRESS_NAME) {
        (void)text_copy(access->tls_server_name,
                        sizeof(access->tls_server_name),
                        addr->host); /* the same size */
    }
}

/* The same bytes in a larger piece of memory, the rest zeroed; NULL when
 * there is none, and `old` stays. */
static void *grow(void *old, size_t size, size_t old_count, size_t count)
{
    char *grown = reallocarray(old, count, size);

    if (grown != NULL && count > old_count) {
        memset(grown + old_count * size, 0, (count - old_count) * size);
    }
    return grown;
}

/* Places of the top and so many instances. */
static size_t count_places(uint32_t instances)
{
    return SETTINGS_ROWS +
           (size_t)instances * (SETTINGS_ROWS - SETTINGS_ROWS_INSTANCE);
}

static int grow_places(struct settings *settings, uint32_t count)
{
    size_t old_count =
        settings->places != NULL ? count_places(settings->instance_count) : 0;
    void *grown = grow(settings->places, sizeof(*settings->places), old_count,
                       count_places(count));

    if (grown == NULL) {
        return -ENOMEM;
    }
    settings->places = grown;
    return 0;
}

static int grow_instances(struct settings *settings, uint32_t count)
{
    void *instances = grow(settings->instances, sizeof(*settings->instances),
                           settings->instance_count, count);

    if (instances == NULL) {
        return -ENOMEM;
    }
    settings->instances = instances;
    void *accesses = grow(settings->accesses, sizeof(*settings->accesses),
                          settings->instance_count, count);
    if (accesses == NULL) {
        return -ENOMEM;
    }
    settings->accesses = accesses;
    return 0;
}

/* --- accesses --------------------------------------------------------------
 */

const struct instance_access *settings_access(const struct settings *settings,
                                              uint32_t index)
{
    return settings->access_of == NULL
               ? &settings->accesses[index]
               : &settings->accesses[settings->access_of[index]];
}

/* Its place among the first `count`, where it is put if there is room; where
 * there is none, ACCESSES_MOST. */
static uint16_t place_access(struct instance_access *list, uint16_t *count,
                             const struct instance_access *access)
{
    uint16_t place = 0;
    while (place < *count &&
           memcmp(&list[place], access, sizeof(*access)) != 0) {
        place++;
    }
    if (place == *count && place < ACCESSES_MOST) {
        list[place] = *access;
        *count = (uint16_t)(place + 1);
    }
    return place;
}

void settings_share_accesses(struct settings *settings)
{
    uint16_t count = 0;
    uint16_t place = 0;
    struct instance_access *list = calloc(ACCESSES_MOST, sizeof(*list));
    uint16_t *access_of =
        calloc(settings->instance_count + 1u, sizeof(*access_of));
    bool fits = list != NULL && access_of != NULL;

    for (uint32_t i = 0; fits && i < settings->instance_count; i++) {
        place = place_access(list, &count, settings_access(settings, i));
        access_of[i] = place;
        fits = place < ACCESSES_MOST;
    }
    if (!fits) {
        free(list);
        free(access_of);
        return;
    }
    free(settings->accesses);
    free(settings->access_of);
    settings->accesses = list;
    settings->access_of = access_of;
}

/* One for each instance. NULL: no memory. */
static void *copy_accesses(const struct settings *settings)
{
    struct instance_access *list =
        calloc(settings->instance_count + 1u, sizeof(*list));

    for (uint32_t i = 0; list != NULL && i < settings->instance_count; i++) {
        list[i] = *settings_access(settings, i);
    }
    return list;
}

/* --- all of them -----------------------------------------------------------
 */

int settings_set_count(struct settings *settings, uint32_t count)
{
    assert(settings->access_of == NULL);
    assert(count <= SETTINGS_INSTANCES_MOST);
    assert(count >= settings->instance_count);
    if (grow_places(settings, count) != 0 ||
        (count > 0 && grow_instances(settings, count) != 0)) {
        return -ENOMEM;
    }
    for (uint32_t i = settings->instance_count; i < count; i++) {
        settings->instances[i] = settings->instance_defaults;
        settings->accesses[i] = settings->access_defaults;
    }
    settings->instance_count = count;
    return 0;
}

struct settings_place *settings_place_of(const struct settings *settings,
                                         uint32_t holder, uint32_t row)
{
    assert(holder <= settings->instance_count && row < SETTINGS_ROWS);
    if (holder == 0) {
        return &settings->places[row];
    }
    assert(row >= SETTINGS_ROWS_INSTANCE);
    return &settings->places[count_places(holder - 1) + row -
                             SETTINGS_ROWS_INSTANCE];
}

/* The same bytes elsewhere, if there are any; false: no memory. */
static bool copy_bytes(const void *bytes, size_t length, void **copy)
{
    *copy = NULL;
    if (bytes == NULL) {
        return true;
    }
    *copy = malloc(length > 0 ? length : 1);
    if (*copy == NULL) {
        return false;
    }
    memcpy(*copy, bytes, length);
    return true;
}

int settings_copy(const struct settings *settings, struct settings *copy)
{
    void *instances = NULL;
    void *accesses = copy_accesses(settings);
    void *files = NULL;
    void *places = NULL;
    size_t place_bytes =
        count_places(settings->instance_count) * sizeof(*settings->places);
    bool is_copied =
        accesses != NULL &&
        copy_bytes(settings->instances,
                   settings->instance_count * sizeof(*settings->instances),
                   &instances) &&
        copy_bytes(settings->files,
                   settings->file_count * sizeof(*settings->files), &files) &&
        copy_bytes(settings->places, place_bytes, &places);

    if (!is_copied) {
        free(instances);
        free(accesses);
        free(files);
        free(places);
        return -ENOMEM;
    }
    *copy = *settings;
    copy->instances = instances;
    copy->accesses = accesses;
    copy->access_of = NULL;
    copy->files = files;
    copy->places = places;
    return 0;
}

void settings_finish(struct settings *settings)
{
    free(settings->instances);
    free(settings->accesses);
    free(settings->access_of);
    free(settings->files);
    free(settings->places);
    *settings = (struct settings){0};
}

void settings_destroy(struct settings *settings)
{
    if (settings != NULL) {
        settings_finish(settings);
        free(settings);
    }
}
