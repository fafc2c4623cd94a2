/*
 * board.h - the scoreboard: one mapped file of fixed records, written by the
 * supervisor alone, mapped read-only by publisher and console, adopted by the
 * supervisor's successor.
 *
 *     header | agent | zookeeper | services | tasks | events | endings |
 *     instances[capacity] | room for their settings
 *
 * Each record stands behind a sequence lock of its own: the writer makes the
 * sequence odd, writes, makes it even. A reader copies and looks again; after
 * BOARD_READ_TRIES torn copies it gives up with -EAGAIN (the writer was
 * stopped in the middle) and keeps what it had. Nothing here waits.
 *
 * Written to the file, so the layout is an interface: raise BOARD_LAYOUT with
 * every change of a struct that stands here. A successor adopts claims only
 * from the same layout and the same boot.
 */
#ifndef MODEL_BOARD_H
#define MODEL_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vitals.h"
#include "model/bounds.h"
#include "model/ending.h"
#include "model/event.h"
#include "model/instance.h"
#include "model/settings.h"
#include "model/tasks.h"

#define BOARD_LAYOUT 6u
#define BOARD_READ_TRIES 64
#define BOARD_SERVICES_MOST 80
#define BOARD_ALARMS_MOST 16
#define BOARD_AGENT_ID_BYTES 17 /* 16 hex digits */
#define BOARD_BOOT_BYTES 37     /* a boot id as the kernel writes it */

#define ZOOKEEPER_STATE_TABLE(X)          \
    X(ZOOKEEPER_OFF, "off")               \
    X(ZOOKEEPER_BOOT, "boot")             \
    X(ZOOKEEPER_CONNECTING, "connecting") \
    X(ZOOKEEPER_RECONCILE, "reconcile")   \
    X(ZOOKEEPER_STEADY, "steady")         \
    X(ZOOKEEPER_SUSPENDED, "suspended")   \
    X(ZOOKEEPER_DRAINING, "draining")

#define ZOOKEEPER_ENUM(constant, text) constant,
enum zookeeper_state {
    ZOOKEEPER_STATE_TABLE(ZOOKEEPER_ENUM) ZOOKEEPER_STATE_COUNT
};
#undef ZOOKEEPER_ENUM

const char *zookeeper_state_name(enum zookeeper_state state);

/* Who we are and how the rounds go. Stored at least every
 * DEADMAN_HEARTBEAT_MS: the age of `heartbeat_ms` is the supervisor's. */
struct board_agent {
    char version[24];
    char cluster[SETTINGS_NAME_BYTES];
    char host[SETTINGS_NAME_BYTES];
    char id[BOARD_AGENT_ID_BYTES];
    char state_path[SETTINGS_PATH_BYTES];
    char run_dir[SETTINGS_RUN_DIR_BYTES];
    char config_file[SETTINGS_PATH_BYTES];
    char http_names[SETTINGS_HTTP_NAMES_BYTES]; /* Hosts the console answers
                                                   to, beside its own */
    uint64_t config_loaded_wall_ms;
    bool is_config_bad;     /* the last reload was refused... */
    char config_error[256]; /* ...and why; "" = it was not */
    uint64_t reloads;       /* that took effect */
    uint64_t reloads_refused;
    int32_t pid;
    uint64_t started_wall_ms;
    uint64_t started_ms;
    uint64_t rounds_since_ms; /* with this configuration */
    uint64_t heartbeat_ms;
    uint64_t publish_heartbeat_ms; /* of the .agent node; 0 = off */
    uint64_t interval_ms;
    uint64_t session_timeout_ms; /* as configured; 0 without ZooKeeper */
    uint32_t instance_count;     /* records in use, from index 0 */
    bool has_zookeeper;
    bool is_ready; /* a first full round was published (or done) */
    bool is_stopping;
    uint64_t round;            /* scheduled rounds begun */
    uint64_t round_started_ms; /* of the last one */
    uint64_t round_ended_ms;   /* when its last outcome came; 0 = not yet */
    uint64_t late_results;     /* of tasks no longer wanted: dropped */
    uint64_t log_lost;
    uint64_t last_event;  /* id; 0 = none yet */
    uint64_t last_ending; /* id; 0 = none yet */
    uint64_t tilts;       /* times our own loop stood still too long */
    uint64_t tilted_ms;   /* the last time; 0 = never */
    uint64_t deaths;      /* Redis processes whose end was seen */
    uint32_t unkillable;  /* children killed and not reaped for a second */
    uint32_t watched;     /* Redis processes under the death watch */
    uint32_t unwatched_servers; /* run here, are found, are not configured */
    struct bounds_worst worst;
    bool redis_up_alias; /* /metrics says redis_up, too */
    /* How long the stages of all probes took, since the engine was made. */
    struct histogram stages[STEP_COUNT];
    struct vitals vitals; /* the supervisor's own */
    uint64_t vitals_ms;   /* when they were read; 0 = never */
};

struct board_alarm {
    char what[24]; /* "foreign_node", ... ; "" = free */
    char path[SETTINGS_PATH_BYTES];
    char detail[VERDICT_DETAIL_BYTES];
    uint64_t since_wall_ms;
};

/* The publisher's gossip, as last told. */
struct board_zookeeper {
    enum zookeeper_state state;
    uint64_t told_ms;       /* when it last told us anything */
    uint64_t since_ms;      /* of `state` */
    uint64_t session_id;    /* 0 = none */
    uint64_t negotiated_ms; /* session timeout; 0 = none yet */
    char server[64];        /* connected to, numeric; "" = none */
    uint64_t sessions;      /* opened or resumed by this publisher's life */
    uint64_t writes;        /* operations acknowledged */
    uint64_t transactions;  /* multis acknowledged */
    uint64_t failures;      /* requests that failed or timed out */
    struct board_alarm alarms[BOARD_ALARMS_MOST];
};

struct board_service {
    enum service_kind kind; /* SERVICE_NONE = free */
    int32_t pid;            /* 0 = not running */
    uint32_t generation;
    uint64_t started_ms;
    uint64_t starts;
    uint64_t restarts;
    int32_t last_exit_status; /* wait status of the last one's end */
    bool is_ready;            /* said hello */
    struct vitals vitals;     /* as it last told */
    uint64_t vitals_ms;       /* when; 0 = never */
    char note[64];            /* "spare", "solo", "retiring", ... for people */
};

/* What is shown of an instance's settings, its labels in it. */
struct board_settings {
    char name[SETTINGS_NAME_BYTES];
    struct address addr;
    struct address advertise;
    struct label labels[SETTINGS_LABELS_MOST];
    uint32_t label_count;
    uint64_t interval_ms;
    uint64_t timeout_ms;
    uint64_t deep_interval_ms;
    uint32_t rise;
    uint32_t fall;
    bool canary;
    bool is_found;
    uint64_t max_lag_ms;
    uint64_t max_gap;
};

struct board_instance {
    struct board_settings settings;
    struct instance instance;
};

struct board;

/* Bytes of room that an instance's settings take on a board at most. */
#define BOARD_SETTINGS_MOST ((uint32_t)sizeof(struct board_settings) + 8u)

/* What the board shows of the settings of instance `index`. */
void board_settings_fill(struct board_settings *shown,
                         const struct settings *settings, uint32_t index);

/* The room on a board that the settings of all instances take. */
uint32_t board_settings_room(const struct settings *settings);

/* As instance_settings_published. */
const struct address *board_settings_published(
    const struct board_settings *settings);

/* --- the writer ------------------------------------------------------- */

/* Makes <run_dir>/board anew for `instance_count` instances with
 * `settings_bytes` of room for their settings, replacing what is there by
 * rename, mode 0600, every block allocated beforehand so that a full disk is
 * an error here and not a SIGBUS later. With `run_dir` NULL, or when
 * the directory is full, the board lives in memory only (nothing to adopt). 0
 * or a negative errno. */
int board_create(const char *run_dir, const char *boot_id,
                 uint32_t instance_count, uint32_t settings_bytes,
                 struct board **board);

/* True when somebody had cut the file short under us, or had written over its
 * head: it has size and head again, and everything else must be stored anew.
 * Cheap; asked each turn of the loop. (Such a cut does not kill the writer: see
 * board_guard.c.) */
bool board_was_cut(struct board *board);

/* A descriptor that can only read the board, close-on-exec, for a helper to
 * inherit; owned by the board. */
int board_reader_fd(const struct board *board);

void board_store_agent(struct board *board, const struct board_agent *agent);
void board_store_zookeeper(struct board *board,
                           const struct board_zookeeper *zookeeper);
void board_store_service(struct board *board, uint32_t slot,
                         const struct board_service *service);
/* Copies the counters and the live part of the table. */
void board_store_tasks(struct board *board, const struct tasks *tasks);
/* `settings` NULL leaves the record's settings as they are. 0, or -ENOSPC when
 * they outgrew the board's room: then they are as they were, too. */
int board_store_instance(struct board *board, uint32_t index,
                         const struct board_settings *settings,
                         const struct instance *instance);

/* Each into the place of its id; an older one stands there no more. */
void board_store_event(struct board *board, const struct event *event);
void board_store_ending(struct board *board, const struct ending *ending);

/* --- the successor ---------------------------------------------------- */

/* Called for each instance, and each event in no order, found on a
 * predecessor's board. */
struct board_adopter {
    void (*on_instance)(void *context, const struct board_instance *record);
    void (*on_event)(void *context, const struct event *event);
    void *context;
};

/* Reads <run_dir>/board, a predecessor's. -ENOENT: none there; -ESTALE:
 * another boot or layout, or damaged. Torn records are skipped; enums and
 * counts are range-checked before the callbacks see them. */
int board_adopt(const char *run_dir, const char *boot_id,
                const struct board_adopter *adopter);

/* --- readers ---------------------------------------------------------- */

/* Maps the board behind `fd` read-only and closes `fd`, also on failure:
 * -ESTALE when it is no board of this layout. */
int board_open(int fd, struct board **board);

/* Each: 0, or -EAGAIN when no whole copy could be had (the target is then
 * unchanged), or -ENOENT past the end. An instance's settings that were never
 * stored, or that somebody wrote over, cannot be had either. Texts are
 * NUL-ended and enums in range whatever the bytes are. */
int board_read_agent(const struct board *board, struct board_agent *agent);
int board_read_zookeeper(const struct board *board,
                         struct board_zookeeper *zookeeper);
int board_read_service(const struct board *board, uint32_t slot,
                       struct board_service *service);
/* The list's first `live` tasks; nothing behind them, and no index. */
int board_read_tasks(const struct board *board, struct tasks *tasks);
int board_read_instance(const struct board *board, uint32_t index,
                        struct board_instance *instance);
/* By id; -ENOENT also when it is not there yet or no more. */
int board_read_event(const struct board *board, uint64_t id,
                     struct event *event);
int board_read_ending(const struct board *board, uint64_t id,
                      struct ending *ending);
/* Only the claim and the settings' identity change rarely: a cheap question
 * for the publisher. Grows with every store of this instance's record. */
uint32_t board_instance_sequence(const struct board *board, uint32_t index);

/* Unmaps, closes, frees. The file stays for a successor. NULL is fine. */
void board_destroy(struct board *board);

/* Removes <run_dir>/board: an orderly end leaves nothing behind. */
void board_remove(const char *run_dir);

#endif
