/*
 * settings_load.c - see settings_load.h: defaults, then file by file a scan,
 * a tree and a walk over it, then the rules across fields.
 *
 * Nothing stops at the first thing that is wrong.
 */
#include "config/settings_load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/options.h"
#include "config/settings_check.h"
#include "config/settings_lists.h"
#include "config/settings_node.h"
#include "config/settings_scan.h"
#include "config/settings_value.h"
#include "config/settings_walk.h"

/* --- defaults ------------------------------------------------------------ */

static void *home_at_top(struct settings *settings, enum option_home home)
{
    switch (home) {
    case HOME_SETTINGS:
        return settings;
    case HOME_INSTANCE:
        return &settings->instance_defaults;
    case HOME_ACCESS:
        return &settings->access_defaults;
    case HOME_LABELS:
        return &settings->label_defaults;
    case HOME_REGISTRATION:
    case HOME_COUNT:
        break; /* none at the top */
    }
    return NULL;
}

/* A name that cannot serve leaves it empty: settings_check says so. */
static void set_host_default(struct settings *settings)
{
    const struct option *option = OPTION_OF(HOME_SETTINGS, settings, host);
    char why[SETTINGS_WHY_BYTES];
    char host[256];

    if (gethostname(host, sizeof(host)) == 0) {
        host[sizeof(host) - 1] = '\0';
        (void)settings_value_set(option, settings, host, why, sizeof(why));
    }
}

static void set_defaults(struct settings *settings)
{
    const struct option *option = option_at(0);
    char why[SETTINGS_WHY_BYTES];

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        void *home = home_at_top(settings, option->home);
        if (home != NULL && option->fallback != NULL) {
            /* The table is ours and a test holds every default good. */
            (void)settings_value_set(option, home, option->fallback, why,
                                     sizeof(why));
        }
    }
    set_host_default(settings);
}

/* --- files --------------------------------------------------------------- */

static void walk_main(struct settings_walk *walk, struct settings_node root)
{
    struct settings_target target = {.scope = SCOPE_TOP};

    for (int home = 0; home < HOME_COUNT; home++) {
        target.homes[home] =
            home_at_top(walk->settings, (enum option_home)home);
    }
    settings_walk_map(walk, root, &target);
    /* Now the defaults are known. */
    walk->settings->interval_ms = walk->settings->instance_defaults.interval_ms;
    if (settings_node_exists(walk->instances)) {
        settings_walk_instances(walk, walk->instances);
    }
}

static void walk_file(struct settings_walk *walk, struct settings_node root,
                      uint32_t number)
{
    const struct option *list = option_of_type(OPTION_INSTANCES);
    struct settings_place whole = complaints_whole(number);

    if (settings_node_is_nothing(root)) {
        complaints_add(walk->complaints, walk->file, &whole,
                       number == 0
                           ? "the file is empty: list your servers under "
                             "`%s`, each with a name and an address"
                           : "the file is empty: it must hold a list of `%s`",
                       list->name);
    } else if (number == 0 && settings_node_kind(root) != SETTINGS_MAP) {
        WALK_COMPLAIN(walk, root,
                      "a configuration is a map of keys and values");
    } else if (number == 0) {
        walk_main(walk, root);
    } else if (settings_node_kind(root) != SETTINGS_LIST) {
        WALK_COMPLAIN(walk, root, "an included file must hold a list of `%s`",
                      list->name);
    } else {
        settings_walk_instances(walk, root);
    }
}

static void take_source(struct settings_walk *walk, uint32_t number)
{
    const struct settings_source *source = &walk->bundle->sources[number];
    struct settings_place whole = complaints_whole(number);
    struct settings_document *document = NULL;

    walk->file = source->name;
    if (!settings_scan(source, (uint16_t)number, walk->complaints)) {
        return;
    }
    if (settings_document_create(source->bytes, source->length,
                                 (uint16_t)number, &document) != 0) {
        complaints_add(walk->complaints, walk->file, &whole, "out of memory");
        return;
    }
    walk_file(walk, settings_document_root(document), number);
    settings_document_destroy(document);
}

static int name_files(struct settings *settings,
                      const struct settings_bundle *bundle)
{
    settings->files = calloc(bundle->count + 1, sizeof(*settings->files));
    if (settings->files == NULL) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < bundle->count; i++) {
        (void)text_copy(settings->files[i].text,
                        sizeof(settings->files[i].text),
                        bundle->sources[i].name); /* read_one saw to it */
    }
    settings->file_count = bundle->count;
    if (bundle->count > 0) {
        (void)text_copy(settings->file, sizeof(settings->file),
                        settings->files[0].text); /* the same size */
    }
    return 0;
}

/* Settings that may be wrong, when there are complaints; to be finished. */
static void fill(const struct settings_bundle *bundle,
                 struct settings *settings, struct complaints *complaints)
{
    struct settings_place whole = complaints_whole(0);
    struct settings_walk walk = {
        .settings = settings, .complaints = complaints, .bundle = bundle};

    *settings = (struct settings){0};
    if (settings_set_count(settings, 0) != 0 ||
        name_files(settings, bundle) != 0) {
        complaints_add(complaints, "", &whole, "out of memory");
        return;
    }
    set_defaults(settings);
    for (uint32_t i = 0; i < bundle->count; i++) {
        take_source(&walk, i);
    }
    settings_check(settings, complaints);
}

/* --- public -------------------------------------------------------------- */

static int keep_if_good(struct settings *filled, struct settings *settings,
                        const struct complaints *complaints)
{
    if (complaints->count > 0) {
        settings_finish(filled);
        return -EINVAL;
    }
    *settings = *filled;
    return 0;
}

int settings_parse(const struct settings_bundle *bundle,
                   struct settings *settings, struct complaints *complaints)
{
    struct settings filled;

    fill(bundle, &filled, complaints);
    return keep_if_good(&filled, settings, complaints);
}

int settings_load_bundle(const char *file, struct settings_bundle *bundle,
                         struct settings *settings,
                         struct complaints *complaints)
{
    struct settings filled = {0};

    (void)settings_bundle_read(file, bundle, complaints); /* they tell */
    if (bundle->count > 0) {
        fill(bundle, &filled, complaints);
        (void)settings_check_files(&filled, complaints); /* likewise */
    }
    return keep_if_good(&filled, settings, complaints);
}

int settings_load(const char *file, struct settings *settings,
                  struct complaints *complaints)
{
    struct settings_bundle bundle;
    int error = settings_load_bundle(file, &bundle, settings, complaints);

    settings_bundle_finish(&bundle);
    return error;
}

int settings_default(struct settings *settings, struct complaints *complaints)
{
    return settings_parse(&(struct settings_bundle){0}, settings, complaints);
}
