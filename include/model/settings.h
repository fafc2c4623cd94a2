/*
 * settings.h - the whole configuration as plain data, checked and with its
 * defaults filled in. Loaded by the supervisor's settings_load.c alone.
 */
#ifndef MODEL_SETTINGS_H
#define MODEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"

#define SETTINGS_INSTANCES_MOST 4096
#define SETTINGS_NAME_BYTES 65 /* 1-64 of [A-Za-z0-9._-] */
#define SETTINGS_LABELS_MOST 8
#define SETTINGS_LABEL_BYTES 65  /* 1-64 printable ASCII */
#define SETTINGS_PATH_BYTES 1024 /* of a node or a file */
#define SETTINGS_SERVERS_BYTES 1024
#define SETTINGS_RUN_DIR_BYTES 96 /* leaves room for names in sun_path */

struct label {
    char key[SETTINGS_LABEL_BYTES];
    char value[SETTINGS_LABEL_BYTES];
};

struct instance_settings {
    char name[SETTINGS_NAME_BYTES];
    struct address addr;
    struct address advertise; /* kind ADDRESS_NONE when not given */
    struct label labels[SETTINGS_LABELS_MOST]; /* sorted by key */
    uint32_t label_count;
    uint64_t interval_ms;
    uint64_t timeout_ms;
    uint64_t deep_interval_ms;
    uint32_t rise;
    uint32_t fall;
    bool canary;
};

struct settings {
    char file[SETTINGS_PATH_BYTES]; /* "" when running without one */
    char cluster[SETTINGS_NAME_BYTES];
    char host[SETTINGS_NAME_BYTES];
    char run_dir[SETTINGS_RUN_DIR_BYTES];
    uint64_t interval_ms; /* of the round; instances may have their own */

    bool has_zookeeper;
    char zookeeper_servers[SETTINGS_SERVERS_BYTES]; /* host:port,host:port */
    uint64_t session_timeout_ms;

    char state_path[SETTINGS_PATH_BYTES]; /* the state tree's root */
    uint64_t heartbeat_ms;                /* of .agent; 0 turns it off */

    struct address http_listen; /* kind ADDRESS_NONE turns TCP off */

    struct instance_settings *instances; /* owned */
    uint32_t instance_count;
};

/* What the outside calls the instance: `advertise` when given, else `addr`. */
const struct address *instance_settings_published(
    const struct instance_settings *instance);

/* Frees what the settings own and clears them; fine on zeroed memory. */
void settings_finish(struct settings *settings);

#endif
