/*
 * settings_load.c - see settings_load.h.
 *
 * Two passes over the bytes: settings_scan refuses what is no plain YAML;
 * here the document is loaded and walked by the option table, collecting
 * everything that is wrong instead of stopping at the first.
 *
 * It runs in the supervisor before any helper exists; the file is read at
 * once and closed.
 */
#include "supervisor/settings_load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "base/text.h"
#include "supervisor/options.h"
#include "supervisor/settings_file.h"
#include "supervisor/settings_scan.h"
#include "supervisor/settings_value.h"

/* What a walk carries along. */
struct loader {
    yaml_document_t document;
    struct settings settings;
    /* What instances inherit: the options given at the top. */
    struct instance_settings defaults;
    struct complaints *complaints;
};

static yaml_node_t *node_at(struct loader *loader, int index)
{
    return yaml_document_get_node(&loader->document, index);
}

#define COMPLAIN(loader, node, ...)                               \
    complaints_add((loader)->complaints, (node)->start_mark.line, \
                   (node)->start_mark.column, __VA_ARGS__)

/* The text of a scalar without NUL inside; NULL if the node is not one. */
static const char *scalar_text(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE ||
        strlen((const char *)node->data.scalar.value) !=
            node->data.scalar.length) {
        return NULL;
    }
    return (const char *)node->data.scalar.value;
}

static bool is_quoted(const yaml_node_t *node)
{
    return node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

static bool is_null(const yaml_node_t *node)
{
    const char *text = scalar_text(node);

    return text != NULL && !is_quoted(node) &&
           (strcmp(text, "") == 0 || strcmp(text, "~") == 0 ||
            strcmp(text, "null") == 0);
}

/* The place a key had before in the same map; NULL if it is new. */
static const yaml_node_t *earlier_key(struct loader *loader,
                                      const yaml_node_t *map,
                                      const yaml_node_pair_t *pair,
                                      const char *key)
{
    const yaml_node_pair_t *before = map->data.mapping.pairs.start;

    for (; before < pair; before++) {
        const yaml_node_t *node = node_at(loader, before->key);
        const char *text = scalar_text(node);
        if (text != NULL && strcmp(text, key) == 0) {
            return node;
        }
    }
    return NULL;
}

/* The key's text if it is a scalar that stands in its map for the first time;
 * else NULL, and it was complained of. */
static const char *fresh_key(struct loader *loader, const yaml_node_t *map,
                             const yaml_node_pair_t *pair)
{
    const yaml_node_t *node = node_at(loader, pair->key);
    const char *key = scalar_text(node);

    if (key == NULL) {
        COMPLAIN(loader, node, "a key must be a plain word");
        return NULL;
    }
    const yaml_node_t *before = earlier_key(loader, map, pair, key);
    if (before != NULL) {
        char shown[80];
        (void)text_escape(shown, sizeof(shown), key, strlen(key)); /* cut */
        COMPLAIN(loader, node, "duplicate key `%s`, first given on line %zu",
                 shown, before->start_mark.line + 1);
        return NULL;
    }
    return key;
}

static void complain_of_key(struct loader *loader, const yaml_node_t *node,
                            enum option_scope scope, const char *key)
{
    const char *nearest = option_nearest(scope, key);
    char shown[80];

    (void)text_escape(shown, sizeof(shown), key, strlen(key)); /* may be cut */
    if (nearest != NULL) {
        COMPLAIN(loader, node, "unknown key `%s`; did you mean `%s`?", shown,
                 nearest);
    } else {
        COMPLAIN(loader, node, "unknown key `%s`", shown);
    }
}

static int by_key(const void *one, const void *other)
{
    return strcmp(((const struct label *)one)->key,
                  ((const struct label *)other)->key);
}

static void load_labels(struct loader *loader, const yaml_node_t *map,
                        struct instance_settings *instance)
{
    const yaml_node_pair_t *pair = map->data.mapping.pairs.start;

    for (; pair < map->data.mapping.pairs.top; pair++) {
        const yaml_node_t *value_node = node_at(loader, pair->value);
        const char *key = fresh_key(loader, map, pair);
        const char *value = scalar_text(value_node);

        if (key == NULL) {
            continue;
        }
        if (instance->label_count == SETTINGS_LABELS_MOST) {
            COMPLAIN(loader, value_node, "at most %d labels are allowed",
                     SETTINGS_LABELS_MOST);
            return;
        }
        if (value == NULL || !text_is_printable(key, 64) ||
            !text_is_printable(value, 64)) {
            COMPLAIN(loader, value_node,
                     "a label's key and value must be 1 to 64 printable ASCII "
                     "characters");
            continue;
        }
        struct label *label = &instance->labels[instance->label_count++];
        (void)text_copy(label->key, sizeof(label->key), key); /* checked */
        (void)text_copy(label->value, sizeof(label->value), value);
    }
    qsort(instance->labels, instance->label_count, sizeof(struct label),
          by_key);
}

/* One struct being filled from one map. */
struct target {
    enum option_scope scope;
    void *base; /* struct settings or struct instance_settings */
};

static void load_map(struct loader *loader, const yaml_node_t *map,
                     const struct target *target);

static void load_section(struct loader *loader, const struct option *option,
                         const yaml_node_t *node)
{
    struct target target = {option->section, &loader->settings};

    if (option->section == SCOPE_ZOOKEEPER) {
        loader->settings.has_zookeeper = true;
    }
    load_map(loader, node, &target);
}

static void load_scalar(struct loader *loader, const struct option *option,
                        const yaml_node_t *node, const struct target *target)
{
    const char *text = scalar_text(node);
    char why[SETTINGS_WHY_BYTES];
    void *base = target->base;

    if (text == NULL || is_null(node)) {
        COMPLAIN(loader, node, "`%s` must be %s", option->name,
                 settings_value_shape(option->type));
        return;
    }
    if (option->scope == SCOPE_INSTANCE && target->scope == SCOPE_TOP) {
        base = &loader->defaults;
    }
    if (settings_value_set(option, base, text, is_quoted(node), why,
                           sizeof(why)) != 0) {
        COMPLAIN(loader, node, "%s", why);
    }
}

static void load_option(struct loader *loader, const struct option *option,
                        const yaml_node_t *node, const struct target *target)
{
    bool wants_map =
        option->type == OPTION_SECTION || option->type == OPTION_LABELS;

    if (option->type == OPTION_INSTANCES) {
        return; /* when the defaults are known: load_instances */
    }
    if (wants_map && node->type != YAML_MAPPING_NODE) {
        COMPLAIN(loader, node, "`%s` must be %s", option->name,
                 settings_value_shape(option->type));
    } else if (option->type == OPTION_SECTION) {
        load_section(loader, option, node);
    } else if (option->type == OPTION_LABELS) {
        load_labels(loader, node, target->base);
    } else {
        load_scalar(loader, option, node, target);
    }
}

static bool has_key(struct loader *loader, const yaml_node_t *map,
                    const char *name)
{
    return earlier_key(loader, map, map->data.mapping.pairs.top, name) != NULL;
}

static void complain_of_missing(struct loader *loader, const yaml_node_t *map,
                                enum option_scope scope)
{
    const struct option *option = option_at(0);

    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        if (option->scope == scope && option->is_needed &&
            !has_key(loader, map, option->name)) {
            COMPLAIN(loader, map, "`%s` is missing: %s", option->name,
                     option->help);
        }
    }
}

static void load_map(struct loader *loader, const yaml_node_t *map,
                     const struct target *target)
{
    const yaml_node_pair_t *pair = map->data.mapping.pairs.start;

    for (; pair < map->data.mapping.pairs.top; pair++) {
        const char *key = fresh_key(loader, map, pair);
        if (key == NULL) {
            continue;
        }
        const struct option *option = option_find(target->scope, key);
        if (option == NULL) {
            complain_of_key(loader, node_at(loader, pair->key), target->scope,
                            key);
        } else {
            load_option(loader, option, node_at(loader, pair->value), target);
        }
    }
    complain_of_missing(loader, map, target->scope);
}

/* --- instances ----------------------------------------------------------- */

static void check_instance(struct loader *loader, const yaml_node_t *node,
                           uint32_t index)
{
    const struct instance_settings *list = loader->settings.instances;
    const struct instance_settings *instance = &list[index];

    for (uint32_t i = 0; i < index; i++) {
        if (instance->name[0] != '\0' &&
            strcmp(list[i].name, instance->name) == 0) {
            COMPLAIN(loader, node, "the name `%s` is taken by another instance",
                     instance->name);
            break;
        }
    }
    if (instance->addr.kind == ADDRESS_NAME) {
        COMPLAIN(loader, node,
                 "`addr` must be a numeric address, localhost or a unix "
                 "socket: names are not resolved in this version");
    }
}

static void load_instances(struct loader *loader, const yaml_node_t *list)
{
    size_t count = 0;

    if (list->type != YAML_SEQUENCE_NODE) {
        COMPLAIN(loader, list, "`instances` must be a list");
        return;
    }
    count = (size_t)(list->data.sequence.items.top -
                     list->data.sequence.items.start);
    if (count == 0 || count > SETTINGS_INSTANCES_MOST) {
        COMPLAIN(loader, list, "`instances` must list 1 to %d servers",
                 SETTINGS_INSTANCES_MOST);
        return;
    }
    loader->settings.instances = calloc(count, sizeof(loader->defaults));
    if (loader->settings.instances == NULL) {
        COMPLAIN(loader, list, "out of memory");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const yaml_node_t *node =
            node_at(loader, list->data.sequence.items.start[i]);
        struct instance_settings *instance = &loader->settings.instances[i];

        *instance = loader->defaults;
        loader->settings.instance_count = i + 1;
        if (node->type != YAML_MAPPING_NODE) {
            COMPLAIN(loader, node,
                     "an instance must be a map with `name` and "
                     "`addr`");
            continue;
        }
        load_map(loader, node, &(struct target){SCOPE_INSTANCE, instance});
        check_instance(loader, node, i);
    }
}

static void load_instances_of(struct loader *loader, const yaml_node_t *root)
{
    const yaml_node_pair_t *pair = root->data.mapping.pairs.start;

    for (; pair < root->data.mapping.pairs.top; pair++) {
        const char *key = scalar_text(node_at(loader, pair->key));
        const struct option *option =
            key != NULL ? option_find(SCOPE_TOP, key) : NULL;

        if (option != NULL && option->type == OPTION_INSTANCES) {
            load_instances(loader, node_at(loader, pair->value));
            return;
        }
    }
}

/* --- defaults and the whole ---------------------------------------------- */

static void set_defaults(struct loader *loader)
{
    const struct option *option = option_at(0);
    char host[256];
    char why[SETTINGS_WHY_BYTES];

    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        void *base = option->scope == SCOPE_INSTANCE
                         ? (void *)&loader->defaults
                         : (void *)&loader->settings;
        if (option->fallback != NULL) {
            /* The table is ours and a test holds every default good. */
            (void)settings_value_set(option, base, option->fallback, false, why,
                                     sizeof(why));
        }
    }
    if (gethostname(host, sizeof(host)) == 0) {
        host[sizeof(host) - 1] = '\0';
        (void)settings_value_set(option_find(SCOPE_TOP, "host"),
                                 &loader->settings, host, false, why,
                                 sizeof(why)); /* checked by check_whole */
    }
}

static void check_whole(struct loader *loader, const yaml_node_t *root)
{
    if (loader->settings.host[0] == '\0') {
        COMPLAIN(loader, root,
                 "`host` is missing and this machine's name "
                 "cannot serve: give it one");
    }
    loader->settings.interval_ms = loader->defaults.interval_ms;
}

static void load_document(struct loader *loader)
{
    const yaml_node_t *root = yaml_document_get_root_node(&loader->document);

    if (root == NULL || is_null(root)) {
        complaints_add(loader->complaints, 0, 0,
                       "the file is empty: list your servers under "
                       "`instances:`, each with `name` and `addr`");
        return;
    }
    if (root->type != YAML_MAPPING_NODE) {
        COMPLAIN(loader, root, "a configuration is a map of keys and values");
        return;
    }
    load_map(loader, root, &(struct target){SCOPE_TOP, &loader->settings});
    load_instances_of(loader, root);
    check_whole(loader, root);
}

static int load_tree(struct loader *loader, const char *bytes, size_t length)
{
    yaml_parser_t parser;

    if (!yaml_parser_initialize(&parser)) {
        return -ENOMEM;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
    int loaded = yaml_parser_load(&parser, &loader->document);
    yaml_parser_delete(&parser);
    if (!loaded) {
        return -ENOMEM; /* it was scanned without a complaint */
    }
    set_defaults(loader);
    load_document(loader);
    yaml_document_delete(&loader->document);
    return 0;
}

int settings_parse(const char *file, const char *bytes, size_t length,
                   struct settings *settings, struct complaints *complaints)
{
    struct loader *loader = calloc(1, sizeof(*loader));

    if (loader == NULL) {
        complaints_add(complaints, 0, 0, "out of memory");
        return -EINVAL;
    }
    loader->complaints = complaints;
    if (!text_copy(loader->settings.file, sizeof(loader->settings.file),
                   file)) {
        complaints_add(complaints, 0, 0, "the file's path is too long");
    }
    settings_scan(bytes, length, complaints);
    if (complaints->count == 0 && load_tree(loader, bytes, length) != 0) {
        complaints_add(complaints, 0, 0, "out of memory");
    }
    if (complaints->count == 0) {
        *settings = loader->settings;
    } else {
        settings_finish(&loader->settings);
    }
    free(loader);
    return complaints->count == 0 ? 0 : -EINVAL;
}

int settings_load(const char *file, struct settings *settings,
                  struct complaints *complaints)
{
    char *bytes = NULL;
    size_t length = 0;
    int error = settings_file_read(file, &bytes, &length);

    if (error == -EFBIG) {
        complaints_add(complaints, 0, 0, "the file is larger than 1 MiB");
    } else if (error == -EISDIR) {
        complaints_add(complaints, 0, 0, "this is no regular file");
    } else if (error != 0) {
        complaints_add(complaints, 0, 0, "cannot be read: %s",
                       strerror(-error));
    } else {
        error = settings_parse(file, bytes, length, settings, complaints);
        free(bytes);
    }
    return error == 0 ? 0 : -EINVAL;
}
