/*
 * settings_bundle.h - the bytes of a configuration: the main file and those
 * it includes, read at once. Whoever has a bundle needs no file any more, so
 * one process may read (and hang on a sick disk) and another one parse.
 */
#ifndef CONFIG_SETTINGS_BUNDLE_H
#define CONFIG_SETTINGS_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "model/settings.h"
#include "config/complaints.h"

#define SETTINGS_BUNDLE_FILES_MOST 257 /* the main file and 256 included */
#define SETTINGS_BUNDLE_BYTES_MOST (4 * 1024 * 1024) /* of all files */

struct settings_source {
    char *name;  /* as messages show it; owned */
    char *bytes; /* owned; no NUL behind them */
    size_t length;
};

struct settings_bundle {
    /* Where relative names begin; "" when it is not known. */
    char working_directory[SETTINGS_PATH_BYTES];
    struct settings_source *sources; /* owned; the main file is the first */
    uint32_t count;
};

/* Reads the file and what it includes. 0, or -EINVAL with what is wrong in
 * `complaints`; the bundle then holds what could be read. Either way the
 * caller finishes it. */
int settings_bundle_read(const char *path, struct settings_bundle *bundle,
                         struct complaints *complaints);

/* A bundle of one file whose bytes are at hand (tests, fuzzing). 0 or
 * -ENOMEM. */
int settings_bundle_of(const char *name, const char *bytes, size_t length,
                       struct settings_bundle *bundle);

/* One more source, bytes copied. 0, -ENOMEM, or -E2BIG past the limits. */
int settings_bundle_add(struct settings_bundle *bundle, const char *name,
                        const char *bytes, size_t length);

/* The bundle as one buffer, which the caller frees. 0 or -ENOMEM. */
int settings_bundle_encode(const struct settings_bundle *bundle,
                           uint8_t **buffer, size_t *length);

/* Back again. -EINVAL when the buffer is not exactly such an encoding, or
 * -ENOMEM; then there is nothing to finish. */
int settings_bundle_decode(const uint8_t *buffer, size_t length,
                           struct settings_bundle *bundle);

/* Frees what it owns and clears it; fine on zeroed memory. */
void settings_bundle_finish(struct settings_bundle *bundle);

#endif
