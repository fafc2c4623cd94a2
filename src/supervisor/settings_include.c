/*
 * settings_include.c - reads a bundle: the main file, and the files that its
 * include option names. Nothing is waited for; what is no regular file is
 * refused.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "supervisor/options.h"
#include "supervisor/settings_bundle.h"
#include "supervisor/settings_file.h"
#include "supervisor/settings_node.h"
#include "supervisor/settings_scan.h"

#define WILD "*?["
/* A pattern with every byte of its directory escaped. */
#define PATTERN_BYTES (3 * SETTINGS_PATH_BYTES)

/* What a main file says of its includes. */
struct include {
    char pattern[SETTINGS_PATH_BYTES]; /* "" = none */
    struct settings_place place;
};

/* Who asks: the file to be named in what is wrong. */
struct errand {
    struct settings_bundle *bundle;
    struct complaints *complaints;
};

/* --- one file --------------------------------------------------------------
 */

static void complain_of_file(struct complaints *complaints, const char *path,
                             uint32_t number, int error)
{
    struct settings_place place = complaints_whole(number);

    if (error == -EFBIG) {
        complaints_add(complaints, path, &place,
                       "the file is larger than 1 MiB");
    } else if (error == -EISDIR) {
        complaints_add(complaints, path, &place, "this is no regular file");
    } else if (error == -E2BIG) {
        complaints_add(complaints, path, &place,
                       "the files together are larger than 4 MiB");
    } else {
        complaints_add(complaints, path, &place, "cannot be read: %s",
                       strerror(-error));
    }
}

static void read_one(const struct errand *errand, const char *path,
                     uint32_t number)
{
    char *bytes = NULL;
    size_t length = 0;
    int error = strlen(path) < SETTINGS_PATH_BYTES ? 0 : -ENAMETOOLONG;

    if (error == 0) {
        error = settings_file_read(path, &bytes, &length);
    }
    if (error == 0) {
        error = settings_bundle_add(errand->bundle, path, bytes, length);
        free(bytes);
    }
    if (error != 0) {
        complain_of_file(errand->complaints, path, number, error);
    }
}

/* --- what to include -------------------------------------------------------
 */

static void find_in_document(const struct settings_document *document,
                             struct include *include)
{
    const struct option *option = OPTION_OF(HOME_SETTINGS, settings, include);
    struct settings_node root = settings_document_root(document);

    if (!settings_node_exists(root) ||
        settings_node_kind(root) != SETTINGS_MAP) {
        return;
    }
    for (size_t i = 0; i < settings_node_count(root); i++) {
        const char *key = settings_node_text(settings_node_key(root, i));
        struct settings_node value = settings_node_value(root, i);
        const char *text = settings_node_text(value);

        if (key != NULL && strcmp(key, option->name) == 0 && text != NULL &&
            settings_node_scalar(value) == SCALAR_TEXT) {
            /* What is too long or odd will be refused by the walk. */
            if (!text_copy(include->pattern, sizeof(include->pattern), text) ||
                !text_is_printable(text, SETTINGS_PATH_BYTES)) {
                include->pattern[0] = '\0';
            }
            include->place = settings_node_place(value);
        }
    }
}

/* Leaves the pattern empty when the file is bad: it will be told of that when
 * it is parsed. */
static void find_include(const struct settings_source *source,
                         struct include *include)
{
    struct complaints *scratch = calloc(1, sizeof(*scratch));
    struct settings_document *document = NULL;

    *include = (struct include){0};
    if (scratch != NULL && settings_scan(source, 0, scratch) &&
        settings_document_create(source->bytes, source->length, 0, &document) ==
            0) {
        find_in_document(document, include);
        settings_document_destroy(document);
    }
    free(scratch);
}

/* The pattern as glob wants it: a relative one begins where the main file
 * is, and that directory's own bytes mean themselves. */
static void make_pattern(const char *main_file, const char *pattern, char *made)
{
    const char *slash = strrchr(main_file, '/');
    size_t used = 0;

    if (pattern[0] != '/' && slash != NULL) {
        for (const char *at = main_file; at <= slash; at++) {
            if (strchr(WILD "]\\", *at) != NULL) {
                made[used++] = '\\';
            }
            made[used++] = *at;
        }
    }
    (void)text_copy(made + used, PATTERN_BYTES - used, pattern); /* fits */
}

/* --- all of them -----------------------------------------------------------
 */

static int on_glob_error(const char *path, int error)
{
    (void)path;
    return error != ENOENT && error != ENOTDIR; /* nothing there is fine */
}

static void complain_of_pattern(const struct errand *errand,
                                const struct include *include, int status)
{
    const char *main_file = errand->bundle->sources[0].name;
    const char *name = OPTION_OF(HOME_SETTINGS, settings, include)->name;

    if (status == GLOB_NOMATCH) {
        if (strpbrk(include->pattern, WILD) == NULL) {
            complaints_add(errand->complaints, main_file, &include->place,
                           "`%s` names no file that is there", name);
        }
    } else {
        complaints_add(errand->complaints, main_file, &include->place,
                       "`%s` leads into a directory that cannot be read", name);
    }
}

static void read_included(const struct errand *errand,
                          const struct include *include)
{
    const char *main_file = errand->bundle->sources[0].name;
    char pattern[PATTERN_BYTES];
    glob_t found = {0};

    make_pattern(main_file, include->pattern, pattern);
    int status = glob(pattern, 0, on_glob_error, &found);
    if (status != 0) {
        complain_of_pattern(errand, include, status);
    } else if (found.gl_pathc >= SETTINGS_BUNDLE_FILES_MOST) {
        complaints_add(errand->complaints, main_file, &include->place,
                       "`%s` names %zu files, and %d are the most",
                       OPTION_OF(HOME_SETTINGS, settings, include)->name,
                       found.gl_pathc, SETTINGS_BUNDLE_FILES_MOST - 1);
    } else {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            read_one(errand, found.gl_pathv[i], (uint32_t)i + 1);
        }
    }
    globfree(&found);
}

int settings_bundle_read(const char *path, struct settings_bundle *bundle,
                         struct complaints *complaints)
{
    struct errand errand = {bundle, complaints};
    size_t before = complaints->count;
    struct include include;

    *bundle = (struct settings_bundle){0};
    if (getcwd(bundle->working_directory, sizeof(bundle->working_directory)) ==
        NULL) {
        bundle->working_directory[0] = '\0'; /* relative names stay so */
    }
    read_one(&errand, path, 0);
    if (bundle->count == 1) {
        find_include(&bundle->sources[0], &include);
        if (include.pattern[0] != '\0') {
            read_included(&errand, &include);
        }
    }
    return complaints->count == before ? 0 : -EINVAL;
}
