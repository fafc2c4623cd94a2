/*
 * settings_include.c - reads a bundle: the main file, and the files that its
 * include option names. Nothing is waited for; what is no regular file is
 * refused.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/options.h"
#include "config/settings_bundle.h"
#include "config/settings_file.h"
#include "config/settings_node.h"
#include "config/settings_scan.h"

#define WILD "*?["
#define INCLUDED_MOST (SETTINGS_BUNDLE_FILES_MOST - 1)

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

/* --- one file ------------------------------------------------------------ */

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

/* --- what to include ----------------------------------------------------- */

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

/* --- which files --------------------------------------------------------- */

/* The directory of an include, where a relative one begins where the main
 * file is; `*name` is what is behind its last slash. False: too long. */
static bool find_directory(const char *main_file, const char *pattern,
                           char directory[SETTINGS_PATH_BYTES],
                           const char **name)
{
    const char *main_slash = strrchr(main_file, '/');
    const char *slash = strrchr(pattern, '/');
    int main_length =
        main_slash != NULL ? (int)(main_slash - main_file) + 1 : 0;
    int length = slash != NULL ? (int)(slash - pattern) + 1 : 0;

    *name = pattern + length;
    return text_format(directory, SETTINGS_PATH_BYTES, "%.*s%.*s",
                       pattern[0] == '/' ? 0 : main_length, main_file, length,
                       pattern);
}

static int by_text(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* Names in a directory that fit a pattern, sorted. */
struct names {
    char *list[INCLUDED_MOST];
    size_t count; /* one more than the list holds: there were too many */
};

static int add_name(struct names *names, const char *name)
{
    if (names->count == INCLUDED_MOST) {
        names->count++;
        return -E2BIG;
    }
    names->list[names->count] = strdup(name);
    if (names->list[names->count] == NULL) {
        return -ENOMEM;
    }
    names->count++;
    return 0;
}

static void finish_names(struct names *names)
{
    for (size_t i = 0; i < names->count && i < INCLUDED_MOST; i++) {
        free(names->list[i]);
    }
}

/* 0, or a negative errno; -E2BIG when there are too many. */
static int list_names(const char *directory, const char *pattern,
                      struct names *names)
{
    DIR *open = opendir(directory[0] != '\0' ? directory : ".");
    int error = 0;

    if (open == NULL) {
        return -errno;
    }
    errno = 0;
    for (struct dirent *entry = readdir(open); entry != NULL && error == 0;
         entry = readdir(open)) {
        if (fnmatch(pattern, entry->d_name, FNM_PERIOD) == 0) {
            error = add_name(names, entry->d_name);
        }
        errno = 0; /* readdir's way to tell its end from an error */
    }
    if (error == 0 && errno != 0) {
        error = -errno;
    }
    (void)closedir(open); /* only read from */
    qsort(names->list, names->count < INCLUDED_MOST ? names->count : 0,
          sizeof(names->list[0]), by_text);
    return error;
}

/* --- all of them --------------------------------------------------------- */

static void complain_of_list(const struct errand *errand,
                             const struct include *include, int error)
{
    const char *main_file = errand->bundle->sources[0].name;
    const char *name = OPTION_OF(HOME_SETTINGS, settings, include)->name;

    if (error == -E2BIG) {
        complaints_add(errand->complaints, main_file, &include->place,
                       "`%s` names more than %d files", name, INCLUDED_MOST);
    } else {
        complaints_add(errand->complaints, main_file, &include->place,
                       "the directory of `%s` cannot be read: %s", name,
                       strerror(-error));
    }
}

/* A directory that is not there has no files, unless it is not meant to be
 * one: wild letters are for the last part. */
static bool is_fine(const char *pattern, const char *name, int error)
{
    size_t length = (size_t)(name - pattern);

    return error == 0 || (error == -ENOENT && strcspn(pattern, WILD) >= length);
}

static void read_listed(const struct errand *errand, const char *directory,
                        const struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        char path[2 * SETTINGS_PATH_BYTES]; /* read_one refuses a long one */

        (void)text_format(path, sizeof(path), "%s%s", directory,
                          names->list[i]); /* fits: a name has 255 bytes */
        read_one(errand, path, (uint32_t)i + 1);
    }
}

/* A name without wild letters is one file, or none. */
static int find_names(const char *directory, const char *name,
                      struct names *names)
{
    char path[2 * SETTINGS_PATH_BYTES];
    struct stat about;

    if (strpbrk(name, WILD) != NULL) {
        return list_names(directory, name, names);
    }
    (void)text_format(path, sizeof(path), "%s%s", directory, name); /* fits */
    return lstat(path, &about) == 0 ? add_name(names, name) : 0;
}

static void read_included(const struct errand *errand,
                          const struct include *include)
{
    const char *main_file = errand->bundle->sources[0].name;
    char directory[SETTINGS_PATH_BYTES];
    const char *name = NULL;
    struct names names = {0};

    if (!find_directory(main_file, include->pattern, directory, &name)) {
        complain_of_list(errand, include, -ENAMETOOLONG);
        return;
    }
    int error = find_names(directory, name, &names);
    if (!is_fine(include->pattern, name, error)) {
        complain_of_list(errand, include, error);
    } else if (names.count == 0 && strpbrk(name, WILD) == NULL) {
        complaints_add(errand->complaints, main_file, &include->place,
                       "`%s` names no file that is there",
                       OPTION_OF(HOME_SETTINGS, settings, include)->name);
    } else {
        read_listed(errand, directory, &names);
    }
    finish_names(&names);
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
