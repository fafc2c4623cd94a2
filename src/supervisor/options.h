/*
 * options.h - the configuration's options, one row each. The loader, the
 * defaults, the ranges and the messages all come from this table; an option
 * is named nowhere else.
 */
#ifndef SUPERVISOR_OPTIONS_H
#define SUPERVISOR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where an option may stand. */
enum option_scope {
    SCOPE_TOP,
    SCOPE_ZOOKEEPER,
    SCOPE_PUBLISH,
    SCOPE_HTTP,
    SCOPE_INSTANCE,
    SCOPE_COUNT
};

enum option_type {
    OPTION_DURATION,  /* uint64_t, milliseconds */
    OPTION_COUNT,     /* uint32_t */
    OPTION_SWITCH,    /* bool */
    OPTION_NAME,      /* char[SETTINGS_NAME_BYTES] */
    OPTION_ADDRESS,   /* struct address of a Redis server */
    OPTION_LISTEN,    /* struct address to listen on */
    OPTION_SERVERS,   /* char[SETTINGS_SERVERS_BYTES] */
    OPTION_NODE_PATH, /* char[SETTINGS_PATH_BYTES] */
    OPTION_DIRECTORY, /* char[SETTINGS_RUN_DIR_BYTES] */
    OPTION_LABELS,    /* a map: labels and label_count of the instance */
    OPTION_SECTION,   /* a map of its own scope */
    OPTION_INSTANCES, /* the list */
};

struct option {
    enum option_scope scope;
    const char *name;
    enum option_type type;
    /* In struct settings, or struct instance_settings for SCOPE_INSTANCE. */
    size_t offset;
    uint64_t lowest; /* milliseconds or a count */
    uint64_t highest;
    /* As it would be written; NULL = no default (see is_needed). */
    const char *fallback;
    bool is_needed;
    bool may_be_zero; /* OPTION_DURATION: 0 turns it off */
    /* SCOPE_INSTANCE: may stand at the top too, for all instances. */
    bool is_inherited;
    enum option_scope section; /* OPTION_SECTION: the scope inside */
    const char *help;
};

/* The table's row number `index`, NULL past the end. */
const struct option *option_at(size_t index);

/* The row that `name` means in `scope`, NULL if none. */
const struct option *option_find(enum option_scope scope, const char *name);

/* The name in `scope` nearest to a mistyped one; NULL if none is near. */
const char *option_nearest(enum option_scope scope, const char *name);

#endif
