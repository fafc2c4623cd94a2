/*
 * settings_bundle.c - see settings_bundle.h. Reading is settings_include.c.
 *
 * A bundle encoded, numbers of 32 bits with the least byte first:
 *
 *     magic, number of sources, text working_directory,
 *     then each source: text name, text bytes
 *
 * a text being its length and its bytes. A decoder takes nothing on trust:
 * the buffer may come from a process that lost its mind.
 */
#include "config/settings_bundle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/settings_file.h"

#define MAGIC 0x31424153u /* "SAB1" */
#define NUMBER_BYTES 4

static size_t bytes_of(const struct settings_bundle *bundle)
{
    size_t sum = 0;

    for (uint32_t i = 0; i < bundle->count; i++) {
        sum += bundle->sources[i].length;
    }
    return sum;
}

static void finish_source(struct settings_source *source)
{
    free(source->name);
    free(source->bytes);
}

int settings_bundle_add(struct settings_bundle *bundle, const char *name,
                        const char *bytes, size_t length)
{
    if (bundle->count == SETTINGS_BUNDLE_FILES_MOST ||
        length > SETTINGS_BUNDLE_BYTES_MOST - bytes_of(bundle)) {
        return -E2BIG;
    }
    struct settings_source *sources = reallocarray(
        bundle->sources, bundle->count + 1, sizeof(*bundle->sources));
    if (sources == NULL) {
        return -ENOMEM;
    }
    bundle->sources = sources;
    struct settings_source source = {
        .name = strdup(name),
        .bytes = malloc(length + 1), /* so that an empty one has an address */
        .length = length,
    };
    if (source.name == NULL || source.bytes == NULL) {
        finish_source(&source);
        return -ENOMEM;
    }
    memcpy(source.bytes, bytes, length);
    source.bytes[length] = '\0';
    bundle->sources[bundle->count++] = source;
    return 0;
}

int settings_bundle_of(const char *name, const char *bytes, size_t length,
                       struct settings_bundle *bundle)
{
    *bundle = (struct settings_bundle){0};
    int error = settings_bundle_add(bundle, name, bytes, length);
    if (error != 0) {
        settings_bundle_finish(bundle);
    }
    return error;
}

void settings_bundle_finish(struct settings_bundle *bundle)
{
    for (uint32_t i = 0; i < bundle->count; i++) {
        finish_source(&bundle->sources[i]);
    }
    free(bundle->sources);
    *bundle = (struct settings_bundle){0};
}

/* --- encoding ------------------------------------------------------------ */

static uint8_t *put_number(uint8_t *at, uint32_t number)
{
    for (int i = 0; i < NUMBER_BYTES; i++) {
        at[i] = (uint8_t)(number >> (8 * i));
    }
    return at + NUMBER_BYTES;
}

static uint8_t *put_text(uint8_t *at, const char *bytes, size_t length)
{
    at = put_number(at, (uint32_t)length); /* bounded by the bundle's limits */
    memcpy(at, bytes, length);
    return at + length;
}

int settings_bundle_encode(const struct settings_bundle *bundle,
                           uint8_t **buffer, size_t *length)
{
    size_t start = strlen(bundle->working_directory);
    size_t size = 3 * NUMBER_BYTES + start + bytes_of(bundle);

    for (uint32_t i = 0; i < bundle->count; i++) {
        size += 2 * NUMBER_BYTES + strlen(bundle->sources[i].name);
    }
    uint8_t *made = malloc(size);
    if (made == NULL) {
        return -ENOMEM;
    }
    uint8_t *at = put_number(made, MAGIC);
    at = put_number(at, bundle->count);
    at = put_text(at, bundle->working_directory, start);
    for (uint32_t i = 0; i < bundle->count; i++) {
        const struct settings_source *source = &bundle->sources[i];
        at = put_text(at, source->name, strlen(source->name));
        at = put_text(at, source->bytes, source->length);
    }
    *buffer = made;
    *length = size;
    return 0;
}

/* --- decoding ------------------------------------------------------------ */

struct reader {
    const uint8_t *at;
    size_t left;
    bool is_bad; /* something did not fit: nothing counts any more */
};

static uint32_t get_number(struct reader *reader)
{
    uint32_t number = 0;

    if (reader->left < NUMBER_BYTES) {
        reader->is_bad = true;
        return 0;
    }
    for (int i = 0; i < NUMBER_BYTES; i++) {
        number |= (uint32_t)reader->at[i] << (8 * i);
    }
    reader->at += NUMBER_BYTES;
    reader->left -= NUMBER_BYTES;
    return number;
}

static const char *get_bytes(struct reader *reader, size_t *length)
{
    const char *bytes = (const char *)reader->at + NUMBER_BYTES;

    *length = get_number(reader);
    if (reader->is_bad || *length > reader->left) {
        reader->is_bad = true;
        return NULL;
    }
    reader->at += *length;
    reader->left -= *length;
    return bytes;
}

/* A text that fits a path, without a NUL inside. */
static void get_path(struct reader *reader, char path[SETTINGS_PATH_BYTES])
{
    size_t length = 0;
    const char *bytes = get_bytes(reader, &length);

    path[0] = '\0';
    if (bytes == NULL || length >= SETTINGS_PATH_BYTES ||
        memchr(bytes, '\0', length) != NULL) {
        reader->is_bad = true;
        return;
    }
    memcpy(path, bytes, length);
    path[length] = '\0';
}

static int get_source(struct reader *reader, struct settings_bundle *bundle)
{
    char name[SETTINGS_PATH_BYTES];
    size_t length = 0;

    get_path(reader, name);
    const char *bytes = get_bytes(reader, &length);
    if (reader->is_bad || length >= SETTINGS_FILE_BYTES_MOST) {
        return -EINVAL;
    }
    return settings_bundle_add(bundle, name, bytes, length);
}

int settings_bundle_decode(const uint8_t *buffer, size_t length,
                           struct settings_bundle *bundle)
{
    struct reader reader = {.at = buffer, .left = length};
    struct settings_bundle made = {0};
    bool is_ours = get_number(&reader) == MAGIC;
    uint32_t count = get_number(&reader);
    int error = 0;

    get_path(&reader, made.working_directory);
    if (reader.is_bad || !is_ours || count == 0) {
        return -EINVAL;
    }
    for (uint32_t i = 0; i < count && error == 0; i++) {
        error = get_source(&reader, &made);
    }
    if (error == 0 && reader.left > 0) {
        error = -EINVAL;
    }
    if (error != 0) {
        settings_bundle_finish(&made);
        return error == -ENOMEM ? -ENOMEM : -EINVAL;
    }
    *bundle = made;
    return 0;
}
