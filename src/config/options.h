/*
 * options.h - the configuration's options, one row each. The loader, the
 * defaults, the ranges, the messages, the flags that overrule an option, -T
 * and the reference page all come from this table; an option is named nowhere
 * else (test/lint/options).
 */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/settings.h"

/* Where an option may stand. */
enum option_scope {
    SCOPE_TOP,
    SCOPE_ZOOKEEPER,
    SCOPE_AUTH,
    SCOPE_PUBLISH,
    SCOPE_REGISTRATION,
    SCOPE_HTTP,
    SCOPE_LOG,
    SCOPE_INSTANCE,
    SCOPE_TLS,
    SCOPE_COUNT
};

enum option_type {
    OPTION_DURATION,      /* uint64_t, milliseconds */
    OPTION_SIZE,          /* uint64_t, bytes */
    OPTION_COUNT,         /* uint32_t */
    OPTION_SWITCH,        /* bool */
    OPTION_CHOICE,        /* uint32_t, which of `words` */
    OPTION_NAME,          /* char[SETTINGS_NAME_BYTES] */
    OPTION_USER,          /* char[SETTINGS_USER_BYTES] */
    OPTION_SERVER_NAME,   /* char[SETTINGS_SERVER_NAME_BYTES] */
    OPTION_ADDRESS,       /* struct address of a Redis server */
    OPTION_LISTEN,        /* struct address to listen on */
    OPTION_SERVERS,       /* char[SETTINGS_SERVERS_BYTES] */
    OPTION_HTTP_NAMES,    /* char[SETTINGS_HTTP_NAMES_BYTES] */
    OPTION_NODE_PATH,     /* char[SETTINGS_PATH_BYTES] */
    OPTION_DIRECTORY,     /* char[SETTINGS_RUN_DIR_BYTES] */
    OPTION_FILE,          /* char[SETTINGS_KEPT_BYTES], absolute when loaded */
    OPTION_PATTERN,       /* char[SETTINGS_PATH_BYTES], of files to include */
    OPTION_LABELS,        /* a map: struct instance_labels */
    OPTION_SECTION,       /* a map of its own scope */
    OPTION_REGISTRATIONS, /* a list */
    OPTION_INSTANCES,     /* a list */
};

/* The struct that holds an option's field. */
enum option_home {
    HOME_SETTINGS,
    HOME_INSTANCE,
    HOME_ACCESS,
    HOME_LABELS,
    HOME_REGISTRATION,
    HOME_COUNT
};

/* Whether a reload may change a value. */
enum option_change {
    CHANGE_ANY,
    CHANGE_UNPUBLISHED, /* not while nodes are published: it names them */
    CHANGE_NEVER,
};

struct option {
    enum option_scope scope;
    const char *name;
    enum option_type type;
    enum option_home home;
    size_t offset;   /* of the field in its home */
    uint64_t lowest; /* milliseconds, bytes or a count */
    uint64_t highest;
    /* As it would be written; NULL = no default (see is_needed). */
    const char *fallback;
    const char *const *words; /* OPTION_CHOICE: up to a NULL */
    const char *flag;         /* the flag that overrules it; NULL = none */
    const char *flag_value;   /* what --help calls the flag's value */
    bool is_needed;
    bool may_be_zero; /* OPTION_DURATION, OPTION_SIZE: 0 turns it off */
    /* SCOPE_INSTANCE: may stand at the top too, for all instances. */
    bool is_inherited;
    /* OPTION_SECTION: the field is a bool that says it was given. */
    bool is_marked;
    bool is_secret;            /* OPTION_FILE: nobody else may read the file */
    enum option_change change; /* what a reload may do to it */
    enum option_scope section; /* OPTION_SECTION and lists: the scope inside */
    const char *help;          /* a line, without a full stop */
    const char *about; /* OPTION_SECTION and lists: more, for the page */
};

/* The table's row number `row`, NULL past the end. */
const struct option *option_at(size_t row);
uint32_t option_row(const struct option *option);

/* The row that `name` means in `scope`, NULL if none. */
const struct option *option_find(enum option_scope scope, const char *name);

/* The name in `scope` nearest to a mistyped one; NULL if none is near. */
const char *option_nearest(enum option_scope scope, const char *name);

/* The section or list whose inside knows `name`, when `scope` does not; NULL
 * if there is none. */
const struct option *option_elsewhere(enum option_scope scope,
                                      const char *name);

/* True when the option may stand in `scope`. */
bool option_stands_in(const struct option *option, enum option_scope scope);

/* The section or list whose inside is `scope`; NULL for the top. */
const struct option *option_around(enum option_scope scope);

/* The keys that lead to it, from the outside in: "publish: state:". */
void option_path(const struct option *option, char *path, size_t size);

/* The row of a field: OPTION_OF(HOME_INSTANCE, instance_settings, addr). The
 * field must have one. */
const struct option *option_of(enum option_home home, size_t offset);
#define OPTION_OF(home, type, field) \
    option_of(home, offsetof(struct type, field))

/* The first row of a type that stands once: OPTION_INSTANCES, ... */
const struct option *option_of_type(enum option_type type);

#endif
