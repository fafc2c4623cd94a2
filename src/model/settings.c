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

/* Ways in, and sets of labels, that are told apart; a host with more keeps one
 * for each instance. */
#define SHARED_MOST 32

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
    void *labels = grow(settings->labels, sizeof(*settings->labels),
                        settings->instance_count, count);
    if (labels == NULL) {
        return -ENOMEM;
    }
    settings->labels = labels;
    return 0;
}

/* --- what is shared --------------------------------------------------------
 */

/* The element of instance `index`, in a list of its own or a shared one. */
static const void *element(const void *list, const uint16_t *place_of,
                           size_t size, uint32_t index)
{
    size_t place = place_of == NULL ? index : place_of[index];
    return (const char *)list + place * size;
}

const struct instance_access *settings_access(const struct settings *settings,
                                              uint32_t index)
{
    return element(settings->accesses, settings->access_of,
                   sizeof(*settings->accesses), index);
}

const struct instance_labels *settings_labels(const struct settings *settings,
                                              uint32_t index)
{
    return element(settings->labels, settings->labels_of,
                   sizeof(*settings->labels), index);
}

/* Its place among the first `count`, where it is put if there is room; where
 * there is none, SHARED_MOST. */
static uint16_t place_element(char *list, uint16_t *count, const void *one,
                              size_t size)
{
    uint16_t place = 0;
    while (place < *count && memcmp(list + place * size, one, size) != 0) {
        place++;
    }
    if (place == *count && place < SHARED_MOST) {
        memcpy(list + place * size, one, size);
        *count = (uint16_t)(place + 1);
    }
    return place;
}

/* A list with each of them once, and in `place_of` who has which; NULL when
 * they are too many or there is no memory. `place_of` is the caller's. */
static void *share(const void *list, uint16_t **place_of, size_t size,
                   uint32_t instances)
{
    uint16_t count = 0;
    char *shared =
        calloc(instances < SHARED_MOST ? instances + 1u : SHARED_MOST, size);
    uint16_t *places = calloc(instances + 1u, sizeof(*places));
    bool fits = shared != NULL && places != NULL;

    for (uint32_t i = 0; fits && i < instances; i++) {
        places[i] = place_element(shared, &count,
                                  element(list, *place_of, size, i), size);
        fits = places[i] < SHARED_MOST;
    }
    if (!fits) {
        free(shared);
        free(places);
        return NULL;
    }
    free(*place_of);
    *place_of = places;
    return shared;
}

void settings_share(struct settings *settings)
{
    void *accesses =
        share(settings->accesses, &settings->access_of,
              sizeof(*settings->accesses), settings->instance_count);
    void *labels = share(settings->labels, &settings->labels_of,
                         sizeof(*settings->labels), settings->instance_count);

    if (accesses != NULL) {
        free(settings->accesses);
        settings->accesses = accesses;
    }
    if (labels != NULL) {
        free(settings->labels);
        settings->labels = labels;
    }
}

/* One for each instance. NULL: no memory. */
static void *copy_each(const void *list, const uint16_t *place_of, size_t size,
                       uint32_t instances)
{
    char *copy = calloc(instances + 1u, size);

    for (uint32_t i = 0; copy != NULL && i < instances; i++) {
        memcpy(copy + i * size, element(list, place_of, size, i), size);
    }
    return copy;
}

/* --- all of them -----------------------------------------------------------
 */

int settings_set_count(struct settings *settings, uint32_t count)
{
    assert(settings->access_of == NULL && settings->labels_of == NULL);
    assert(count <= SETTINGS_INSTANCES_MOST);
    assert(count >= settings->instance_count);
    if (grow_places(settings, count) != 0 ||
        (count > 0 && grow_instances(settings, count) != 0)) {
        return -ENOMEM;
    }
    for (uint32_t i = settings->instance_count; i < count; i++) {
        settings->instances[i] = settings->instance_defaults;
        settings->accesses[i] = settings->access_defaults;
        settings->labels[i] = settings->label_defaults;
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
    void *accesses =
        copy_each(settings->accesses, settings->access_of,
                  sizeof(*settings->accesses), settings->instance_count);
    void *labels =
        copy_each(settings->labels, settings->labels_of,
                  sizeof(*settings->labels), settings->instance_count);
    void *files = NULL;
    void *places = NULL;
    size_t place_bytes =
        count_places(settings->instance_count) * sizeof(*settings->places);
    bool is_copied =
        accesses != NULL && labels != NULL &&
        copy_bytes(settings->instances,
                   settings->instance_count * sizeof(*settings->instances),
                   &instances) &&
        copy_bytes(settings->files,
                   settings->file_count * sizeof(*settings->files), &files) &&
        copy_bytes(settings->places, place_bytes, &places);

    if (!is_copied) {
        free(instances);
        free(accesses);
        free(labels);
        free(files);
        free(places);
        return -ENOMEM;
    }
    *copy = *settings;
    copy->instances = instances;
    copy->accesses = accesses;
    copy->access_of = NULL;
    copy->labels = labels;
    copy->labels_of = NULL;
    copy->files = files;
    copy->places = places;
    return 0;
}

void settings_finish(struct settings *settings)
{
    free(settings->instances);
    free(settings->accesses);
    free(settings->access_of);
    free(settings->labels);
    free(settings->labels_of);
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
