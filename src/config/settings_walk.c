/*
 * settings_walk.c - see settings_walk.h. Lists and labels are gone through in
 * settings_lists.c.
 */
#include "config/settings_walk.h"

#include <string.h>

#include "base/text.h"
#include "config/settings_lists.h"
#include "config/settings_value.h"

#define SHOWN_BYTES 80 /* of a stranger's key in a message */

/* --- keys ----------------------------------------------------------------- */

static const char *key_text(struct settings_node map, size_t index)
{
    return settings_node_text(settings_node_key(map, index));
}

/* The number of the first key with this text. */
static size_t first_key(struct settings_node map, const char *key)
{
    size_t count = settings_node_count(map);
    size_t index = 0;

    for (; index < count; index++) {
        const char *text = key_text(map, index);
        if (text != NULL && strcmp(text, key) == 0) {
            break;
        }
    }
    return index;
}

const char *settings_walk_key(struct settings_walk *walk,
                              struct settings_node map, size_t index)
{
    struct settings_node node = settings_node_key(map, index);
    const char *key = settings_node_text(node);
    char shown[SHOWN_BYTES];

    if (key == NULL) {
        WALK_COMPLAIN(walk, node, "a key must be a plain word");
        return NULL;
    }
    size_t first = first_key(map, key);
    if (first != index) {
        struct settings_place before =
            settings_node_place(settings_node_key(map, first));
        (void)text_escape(shown, sizeof(shown), key, strlen(key)); /* cut */
        WALK_COMPLAIN(walk, node, "duplicate key `%s`, first given on line %u",
                      shown, before.line);
        return NULL;
    }
    return key;
}

/* `shown` is printable. */
static void complain_of_key(struct settings_walk *walk,
                            struct settings_node node, enum option_scope scope,
                            const char *key)
{
    const char *nearest = option_nearest(scope, key);
    const struct option *inside = option_elsewhere(scope, key);
    char shown[SHOWN_BYTES];

    (void)text_escape(shown, sizeof(shown), key, strlen(key)); /* may be cut */
    if (nearest != NULL) {
        WALK_COMPLAIN(walk, node, "unknown key `%s`; did you mean `%s`?", shown,
                      nearest);
    } else if (inside != NULL) {
        WALK_COMPLAIN(walk, node, "unknown key `%s` here; it stands in `%s`",
                      shown, inside->name);
    } else if (option_find(SCOPE_TOP, key) != NULL) {
        WALK_COMPLAIN(walk, node,
                      "unknown key `%s` here; it stands at the top of the file",
                      shown);
    } else {
        WALK_COMPLAIN(walk, node, "unknown key `%s`", shown);
    }
}

static void complain_of_missing(struct settings_walk *walk,
                                struct settings_node map,
                                enum option_scope scope)
{
    const struct option *option = option_at(0);

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (option->scope == scope && option->is_needed &&
            first_key(map, option->name) == settings_node_count(map)) {
            WALK_COMPLAIN(walk, map, "`%s` is missing: %s", option->name,
                          option->help);
        }
    }
}

/* --- values -------------------------------------------------------------- */

static void complain_of_shape(struct settings_walk *walk,
                              struct settings_node node,
                              const struct option *option)
{
    char shape[SETTINGS_WHY_BYTES];

    settings_value_shape(option, shape, sizeof(shape));
    WALK_COMPLAIN(walk, node, "`%s` must be %s", option->name, shape);
}

static bool is_text_type(enum option_type type)
{
    return type == OPTION_NAME || type == OPTION_USER ||
           type == OPTION_SERVER_NAME || type == OPTION_NODE_PATH ||
           type == OPTION_DIRECTORY || type == OPTION_FILE ||
           type == OPTION_PATTERN;
}

/* Is the scalar of the type that YAML gives it? */
static bool is_typed_well(struct settings_walk *walk, struct settings_node node,
                          const struct option *option)
{
    enum settings_scalar scalar = settings_node_scalar(node);

    if (scalar == SCALAR_NOTHING ||
        (option->type == OPTION_COUNT && scalar != SCALAR_NUMBER) ||
        (option->type == OPTION_SWITCH && scalar != SCALAR_SWITCH)) {
        complain_of_shape(walk, node, option);
        return false;
    }
    if (is_text_type(option->type) && scalar != SCALAR_TEXT) {
        WALK_COMPLAIN(
            walk, node, "`%s` must be a text, and without quotes this is a %s",
            option->name, scalar == SCALAR_NUMBER ? "number" : "switch");
        return false;
    }
    return true;
}

/* A file's path: a relative one begins where the file that names it is. What
 * does not fit is cut, and settings_value_set will refuse its length. */
static void resolve(const struct settings_walk *walk, const char *text,
                    char *path, size_t size)
{
    const char *slash = strrchr(walk->file, '/');
    int length = slash != NULL ? (int)(slash - walk->file) + 1 : 0;
    bool is_relative = walk->file[0] != '/' || length == 0;
    const char *start = walk->bundle->working_directory;

    if (text[0] == '/' || text[0] == '\0') {
        (void)text_copy(path, size, text);
    } else if (is_relative && start[0] != '\0') {
        (void)text_format(path, size, "%s/%.*s%s", start, length, walk->file,
                          text);
    } else {
        (void)text_format(path, size, "%.*s%s", length, walk->file, text);
    }
}

static void walk_scalar(struct settings_walk *walk, const struct option *option,
                        struct settings_node node,
                        const struct settings_target *target)
{
    const char *text = settings_node_text(node);
    char path[SETTINGS_PATH_BYTES];
    char why[SETTINGS_WHY_BYTES];

    if (text == NULL) {
        complain_of_shape(walk, node, option);
        return;
    }
    if (!is_typed_well(walk, node, option)) {
        return;
    }
    if (option->type == OPTION_FILE) {
        resolve(walk, text, path, sizeof(path));
        text = path;
    }
    if (settings_value_set(option, target->homes[option->home], text, why,
                           sizeof(why)) != 0) {
        WALK_COMPLAIN(walk, node, "%s", why);
    }
}

/* --- maps ---------------------------------------------------------------- */

static void walk_section(struct settings_walk *walk,
                         const struct option *option, struct settings_node node,
                         const struct settings_target *target)
{
    struct settings_target inside = *target;

    inside.scope = option->section;
    if (option->is_marked) {
        bool *mark =
            (bool *)((char *)target->homes[option->home] + option->offset);
        *mark = true;
    }
    settings_walk_map(walk, node, &inside);
}

static void walk_option(struct settings_walk *walk, const struct option *option,
                        struct settings_node node,
                        const struct settings_target *target)
{
    bool wants_map =
        option->type == OPTION_SECTION || option->type == OPTION_LABELS;

    if (target->scope != SCOPE_REGISTRATION) {
        *settings_place_of(walk->settings, target->holder, option_row(option)) =
            settings_node_place(node);
    }
    if (wants_map && settings_node_kind(node) != SETTINGS_MAP) {
        complain_of_shape(walk, node, option);
    } else if (option->type == OPTION_INSTANCES) {
        walk->instances = node;
    } else if (option->type == OPTION_REGISTRATIONS) {
        settings_walk_registrations(walk, node);
    } else if (option->type == OPTION_SECTION) {
        walk_section(walk, option, node, target);
    } else if (option->type == OPTION_LABELS) {
        settings_walk_labels(walk, node, target->homes[HOME_LABELS]);
    } else {
        walk_scalar(walk, option, node, target);
    }
}

void settings_walk_map(struct settings_walk *walk, struct settings_node map,
                       const struct settings_target *target)
{
    size_t count = settings_node_count(map);

    if (count > SETTINGS_KEYS_MOST) {
        WALK_COMPLAIN(walk, map, "at most %d keys are allowed here",
                      SETTINGS_KEYS_MOST);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *key = settings_walk_key(walk, map, i);
        if (key == NULL) {
            continue;
        }
        const struct option *option = option_find(target->scope, key);
        if (option == NULL) {
            complain_of_key(walk, settings_node_key(map, i), target->scope,
                            key);
        } else {
            walk_option(walk, option, settings_node_value(map, i), target);
        }
    }
    complain_of_missing(walk, map, target->scope);
}
