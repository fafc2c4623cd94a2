/*
 * settings.h - the whole configuration as plain data, checked and with its
 * defaults filled in. Loaded by the supervisor's settings_*.c alone.
 *
 * Four arrays run beside each other, one element an instance: `instances` and
 * `labels` (what the scoreboard shows to all), `accesses` (how to get in; for
 * who probes only) and, row by row of the option table, `places` (where it was
 * written; for messages only).
 */
#ifndef MODEL_SETTINGS_H
#define MODEL_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/address.h"
#include "model/registration.h"

#define SETTINGS_INSTANCES_MOST 4096
#define SETTINGS_REGISTRATIONS_MOST 16
#define SETTINGS_ROWS 48          /* of the option table */
#define SETTINGS_ROWS_INSTANCE 27 /* from this one on an instance has them */
#define SETTINGS_NAME_BYTES 65    /* 1-64 of [A-Za-z0-9._-] */
#define SETTINGS_LABELS_MOST 8
#define SETTINGS_LABEL_BYTES 65  /* 1-64 printable ASCII */
#define SETTINGS_PATH_BYTES 1024 /* of a node or a file */
#define SETTINGS_SERVERS_BYTES 1024
#define SETTINGS_RUN_DIR_BYTES 96 /* leaves room for names in sun_path */
#define SETTINGS_KEPT_BYTES 256   /* path of a password, key, certificate */
#define SETTINGS_USER_BYTES 129
#define SETTINGS_SERVER_NAME_BYTES 256
#define SETTINGS_HTTP_NAMES_BYTES 512

enum settings_discover { DISCOVER_AUTO, DISCOVER_ON, DISCOVER_OFF };

/* Who said it. ORIGIN_DEFAULT: nobody; then line, column and file are 0. */
enum settings_origin {
    ORIGIN_DEFAULT,
    ORIGIN_FILE,
    ORIGIN_FLAG,
    ORIGIN_ENVIRONMENT
};

/* Where a value was written. `file` counts in settings->files. */
struct settings_place {
    uint32_t line;   /* from 1 */
    uint32_t column; /* from 1 */
    uint16_t file;
    uint16_t origin; /* enum settings_origin */
};

struct label {
    char key[SETTINGS_LABEL_BYTES];
    char value[SETTINGS_LABEL_BYTES];
};

struct instance_labels {
    struct label list[SETTINGS_LABELS_MOST]; /* sorted by key */
    uint32_t count;
};

struct instance_settings {
    char name[SETTINGS_NAME_BYTES];
    struct address addr;
    struct address advertise; /* kind ADDRESS_NONE when not given */
    uint64_t interval_ms;
    uint64_t timeout_ms;
    uint64_t deep_interval_ms;
    uint32_t rise;
    uint32_t fall;
    bool canary;
    bool is_found;       /* a search found it; nobody listed it */
    uint64_t max_lag_ms; /* of a replica behind its master; 0 = no limit */
    uint64_t max_gap;    /* the same in bytes; 0 = no limit */
};

/* File names only: who needs a secret opens its file himself. */
struct instance_access {
    char user[SETTINGS_USER_BYTES];          /* "": the default user */
    char password_file[SETTINGS_KEPT_BYTES]; /* "": no AUTH */
    bool has_tls;
    bool tls_verify;
    char tls_ca[SETTINGS_KEPT_BYTES]; /* "": the system's */
    char tls_cert[SETTINGS_KEPT_BYTES];
    char tls_key[SETTINGS_KEPT_BYTES];
    char tls_server_name[SETTINGS_SERVER_NAME_BYTES]; /* "": none asked for */
};

struct settings_file_name {
    char text[SETTINGS_PATH_BYTES];
};

struct settings {
    char file[SETTINGS_PATH_BYTES]; /* "" when running without one */
    char cluster[SETTINGS_NAME_BYTES];
    char host[SETTINGS_NAME_BYTES];
    char run_dir[SETTINGS_RUN_DIR_BYTES];
    char include[SETTINGS_PATH_BYTES]; /* as written; "" = none */
    uint32_t discover;                 /* enum settings_discover */
    uint64_t interval_ms; /* of the round; instances may have their own */

    bool has_zookeeper;
    char zookeeper_servers[SETTINGS_SERVERS_BYTES]; /* host:port,host:port */
    uint64_t session_timeout_ms;
    bool has_auth;
    uint32_t auth_scheme; /* 0: digest, the only one so far */
    char auth_credential_file[SETTINGS_KEPT_BYTES];

    char state_path[SETTINGS_PATH_BYTES]; /* the state tree's root */
    uint64_t heartbeat_ms;                /* of .agent; 0 turns it off */
    uint64_t refresh_ms; /* every node is rewritten this often; 0 = never */
    struct registration registrations[SETTINGS_REGISTRATIONS_MOST];
    struct settings_place registration_places[SETTINGS_REGISTRATIONS_MOST];
    uint32_t registration_count;

    struct address http_listen; /* kind ADDRESS_NONE turns TCP off */
    char http_names[SETTINGS_HTTP_NAMES_BYTES]; /* one,other; "" = none */
    bool redis_up_alias; /* /metrics says redis_up, as redis_exporter does */

    uint32_t log_level;  /* enum log_level */
    uint32_t log_format; /* enum log_format */

    struct instance_settings *instances; /* owned */
    struct instance_access *accesses;    /* owned */
    struct instance_labels *labels;      /* owned */
    /* Owned. NULL: instance i has accesses[i]. Else accesses[access_of[i]];
     * and so for labels, see settings_share. */
    uint16_t *access_of;
    uint16_t *labels_of;
    uint32_t instance_count;
    /* What an instance that says nothing itself has, a discovered one too. */
    struct instance_settings instance_defaults;
    struct instance_access access_defaults;
    struct instance_labels label_defaults;

    struct settings_file_name *files; /* owned; the main file is the first */
    uint32_t file_count;
    /* Owned: SETTINGS_ROWS for the top and its sections, then for each instance
     * those that it can have; see settings_place_of. */
    struct settings_place *places;
};

/* What the outside calls the instance: `advertise` when given, else `addr`. */
const struct address *instance_settings_published(
    const struct instance_settings *instance);

/* Whoever names a server means that its certificate says so: with TLS and no
 * `server_name`, the host of a name in `addr` is asked for. */
void instance_access_name_server(struct instance_access *access,
                                 const struct address *addr);

/* How to get into instance `index`. */
const struct instance_access *settings_access(const struct settings *settings,
                                              uint32_t index);

const struct instance_labels *settings_labels(const struct settings *settings,
                                              uint32_t index);

/* Keeps what instances have in common once: a host has few ways in and few
 * sets of labels, and each takes more than 1 KiB. For settings that are
 * complete. Of which there are many, or no memory, they stay as they are. */
void settings_share(struct settings *settings);

/* Room for so many instances in all, the new ones like the defaults and
 * placed nowhere; instance_count becomes `count`. Not once they share. 0 or
 * -ENOMEM. */
int settings_set_count(struct settings *settings, uint32_t count);

/* Where row `row` of the option table was given: `holder` 0 for the top and
 * its sections, 1 + i for instance i, with rows from SETTINGS_ROWS_INSTANCE
 * on. */
struct settings_place *settings_place_of(const struct settings *settings,
                                         uint32_t holder, uint32_t row);

/* `copy` becomes a copy that owns its own memory and shares nothing. 0;
 * -ENOMEM, and then there is nothing to finish. */
int settings_copy(const struct settings *settings, struct settings *copy);

/* Frees what the settings own and clears them; fine on zeroed memory. */
void settings_finish(struct settings *settings);

/* The same and the struct itself, which was allocated. NULL is fine. */
void settings_destroy(struct settings *settings);

#endif
