/*
 * settings_walk.h - goes through a document by the option table, fills the
 * settings and complains of everything that is wrong on the way.
 */
#ifndef CONFIG_SETTINGS_WALK_H
#define CONFIG_SETTINGS_WALK_H

#include "config/complaints.h"
#include "config/options.h"
#include "config/settings_bundle.h"
#include "config/settings_node.h"

/* More keys than this in one map are no configuration. */
#define SETTINGS_KEYS_MOST 64

/* What a walk carries along; everything is borrowed. */
struct settings_walk {
    struct settings *settings;
    struct complaints *complaints;
    const struct settings_bundle *bundle;
    const char *file; /* the source being walked */
    /* The main file's list, walked when the defaults are known; no node if
     * there is none. */
    struct settings_node instances;
};

/* What one map fills. */
struct settings_target {
    enum option_scope scope;
    uint32_t holder; /* whose places: see settings_place_of */
    void *homes[HOME_COUNT];
};

/* Complains of a node. */
#define WALK_COMPLAIN(walk, node, ...)                            \
    do {                                                          \
        struct settings_place place_ = settings_node_place(node); \
        complaints_add((walk)->complaints, (walk)->file, &place_, \
                       __VA_ARGS__);                              \
    } while (0)

/* The text of a map's key number `index` if it stands there for the first
 * time; else NULL, and it was complained of. */
const char *settings_walk_key(struct settings_walk *walk,
                              struct settings_node map, size_t index);

/* Fills the target from a map. */
void settings_walk_map(struct settings_walk *walk, struct settings_node map,
                       const struct settings_target *target);

#endif
