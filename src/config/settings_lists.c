/*
 * settings_lists.c - see settings_lists.h.
 */
#include "config/settings_lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/settings_value.h"

/* --- labels -------------------------------------------------------------- */

static int by_key(const void *one, const void *other)
{
    return strcmp(((const struct label *)one)->key,
                  ((const struct label *)other)->key);
}

/* The label with this key, a new one if need be; NULL when there are enough. */
static struct label *label_for(struct instance_labels *labels, const char *key)
{
    for (uint32_t i = 0; i < labels->count; i++) {
        if (strcmp(labels->list[i].key, key) == 0) {
            return &labels->list[i];
        }
    }
    if (labels->count == SETTINGS_LABELS_MOST) {
        return NULL;
    }
    struct label *label = &labels->list[labels->count++];
    (void)text_copy(label->key, sizeof(label->key), key); /* checked */
    return label;
}

static bool is_label_text(struct settings_node node)
{
    const char *text = settings_node_text(node);

    return text != NULL && settings_node_scalar(node) == SCALAR_TEXT &&
           text_is_printable(text, SETTINGS_LABEL_BYTES - 1);
}

void settings_walk_labels(struct settings_walk *walk, struct settings_node map,
                          struct instance_labels *labels)
{
    size_t count = settings_node_count(map);

    if (count > SETTINGS_LABELS_MOST) {
        WALK_COMPLAIN(walk, map, "at most %d labels are allowed",
                      SETTINGS_LABELS_MOST);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct settings_node value = settings_node_value(map, i);
        const char *key = settings_walk_key(walk, map, i);

        if (key == NULL) {
            continue;
        }
        if (!is_label_text(settings_node_key(map, i)) ||
            !is_label_text(value)) {
            WALK_COMPLAIN(walk, value,
                          "a label's key and value must be texts of 1 to 64 "
                          "printable ASCII characters; numbers, true, false "
                          "and null need quotes");
            continue;
        }
        struct label *label = label_for(labels, key);
        if (label == NULL) {
            WALK_COMPLAIN(walk, map,
                          "at most %d labels are allowed, those for all "
                          "instances included",
                          SETTINGS_LABELS_MOST);
            return;
        }
        (void)text_copy(label->value, sizeof(label->value),
                        settings_node_text(value)); /* checked */
    }
    qsort(labels->list, labels->count, sizeof(struct label), by_key);
}

/* --- lists of maps ------------------------------------------------------- */

/* False, with a complaint, when the node is no list of `least` to `most`. */
static bool is_list_of(struct settings_walk *walk, struct settings_node node,
                       const struct option *option, size_t least, size_t most)
{
    if (settings_node_kind(node) != SETTINGS_LIST) {
        WALK_COMPLAIN(walk, node, "`%s` must be a list", option->name);
        return false;
    }
    size_t count = settings_node_count(node);
    if (count < least) {
        WALK_COMPLAIN(walk, node,
                      "`%s` is an empty list: give it an entry, or leave the "
                      "key out",
                      option->name);
    } else if (count > most) {
        WALK_COMPLAIN(walk, node, "`%s` may have at most %zu entries in all",
                      option->name, most);
    }
    return count >= least && count <= most;
}

/* Fills a target from an item that must be a map. */
static void walk_item(struct settings_walk *walk, struct settings_node item,
                      const struct option *list,
                      const struct settings_target *target)
{
    if (settings_node_kind(item) != SETTINGS_MAP) {
        WALK_COMPLAIN(walk, item,
                      "an entry of `%s` must be a map of keys and values",
                      list->name);
    } else {
        settings_walk_map(walk, item, target);
    }
}

static void set_registration_defaults(struct registration *registration)
{
    const struct option *option = option_at(0);
    char why[SETTINGS_WHY_BYTES];

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (option->home == HOME_REGISTRATION && option->fallback != NULL) {
            /* The table is ours and a test holds every default good. */
            (void)settings_value_set(option, registration, option->fallback,
                                     why, sizeof(why));
        }
    }
}

void settings_walk_registrations(struct settings_walk *walk,
                                 struct settings_node list)
{
    const struct option *option = option_of_type(OPTION_REGISTRATIONS);
    struct settings *settings = walk->settings;

    if (!is_list_of(walk, list, option, 0, SETTINGS_REGISTRATIONS_MOST)) {
        return;
    }
    settings->registration_count = (uint32_t)settings_node_count(list);
    for (uint32_t i = 0; i < settings->registration_count; i++) {
        struct settings_node item = settings_node_item(list, i);
        struct registration *registration = &settings->registrations[i];
        struct settings_target target = {
            .scope = SCOPE_REGISTRATION,
            .homes = {[HOME_REGISTRATION] = registration},
        };

        set_registration_defaults(registration);
        settings->registration_places[i] = settings_node_place(item);
        walk_item(walk, item, option, &target);
    }
}

void settings_walk_instances(struct settings_walk *walk,
                             struct settings_node list)
{
    const struct option *option = option_of_type(OPTION_INSTANCES);
    struct settings *settings = walk->settings;
    uint32_t before = settings->instance_count;
    size_t least = settings->discover == DISCOVER_ON ? 0 : 1;

    if (!is_list_of(walk, list, option, least,
                    SETTINGS_INSTANCES_MOST - before)) {
        return;
    }
    uint32_t count = (uint32_t)settings_node_count(list);
    if (settings_set_count(settings, before + count) != 0) {
        WALK_COMPLAIN(walk, list, "out of memory");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct settings_node item = settings_node_item(list, i);
        struct settings_target target = {
            .scope = SCOPE_INSTANCE,
            .holder = 1 + before + i,
            .homes = {[HOME_INSTANCE] = &settings->instances[before + i],
                      [HOME_ACCESS] = &settings->accesses[before + i],
                      [HOME_LABELS] = &settings->labels[before + i]},
        };

        *settings_place_of(settings, target.holder, option_row(option)) =
            settings_node_place(item);
        walk_item(walk, item, option, &target);
    }
}
