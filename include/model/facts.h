/*
 * facts.h - what a full flight learns beside the verdict: figures for people
 * and graphs. They stand in /status and /metrics, never in a node.
 *
 * One row per fact drives the message, the board, both pages and, for most,
 * where in INFO it is read. A fact that was not told is FACT_UNKNOWN.
 */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include <stdint.h>

#define FACT_UNKNOWN INT64_C(-1)

/* X(constant, field of INFO or NULL, key in /status, metric's end, help).
 * The field is read as a whole number that is not negative. Facts without one
 * are computed where their comment says. Units are in the key's last word. */
#define FACT_TABLE(X)                                                         \
    X(FACT_UPTIME, "uptime_in_seconds", "uptime_s", "uptime_seconds",         \
      "Since Redis started.")                                                 \
    X(FACT_MEMORY_USED, "used_memory", "memory_used_bytes",                   \
      "memory_used_bytes", "Memory that Redis has allocated.")                \
    X(FACT_MEMORY_RSS, "used_memory_rss", "memory_rss_bytes",                 \
      "memory_rss_bytes", "Memory that Redis occupies.")                      \
    X(FACT_MEMORY_LIMIT, "maxmemory", "memory_limit_bytes",                   \
      "memory_limit_bytes", "maxmemory; 0 = none.")                           \
    X(FACT_CLIENTS, "connected_clients", "clients", "clients",                \
      "Clients connected.")                                                   \
    X(FACT_CLIENTS_LIMIT, "maxclients", "clients_limit", "clients_limit",     \
      "maxclients.")                                                          \
    X(FACT_CLIENTS_BLOCKED, "blocked_clients", "clients_blocked",             \
      "clients_blocked", "Clients that wait in a blocking command.")          \
    X(FACT_REPLICAS, "connected_slaves", "replicas", "replicas",              \
      "Replicas connected.")                                                  \
    X(FACT_OFFSET, "master_repl_offset", "replication_offset_bytes",          \
      "replication_offset_bytes", "How far the replication stream has come.") \
    /* A replica's received but not applied bytes; a master's distance to its \
     * farthest online replica. */                                            \
    X(FACT_GAP, NULL, "replication_gap_bytes", "replication_gap_bytes",       \
      "Of a replica: received and not yet applied. Of a master: to its "      \
      "farthest replica.")                                                    \
    /* A replica's master_last_io_seconds_ago; the worst lag of a master's    \
     * online replicas. */                                                    \
    X(FACT_LAG, NULL, "replication_lag_s", "replication_lag_seconds",         \
      "Of a replica: since its master last spoke. Of a master: since its "    \
      "slowest replica did.")                                                 \
    X(FACT_LINK_DOWN, "master_link_down_since_seconds", "link_down_s",        \
      "link_down_seconds", "Since a replica lost its master.")                \
    /* Whole percent of loading_loaded_perc. */                               \
    X(FACT_LOADED, NULL, "loaded_percent", "loaded_percent",                  \
      "How much of the data set is loaded, while it loads.")                  \
    X(FACT_UNSAVED, "rdb_changes_since_last_save", "unsaved_changes",         \
      "unsaved_changes", "Changes since the last snapshot.")                  \
    X(FACT_SAVED, "rdb_last_save_time", "saved_at_s",                         \
      "saved_timestamp_seconds", "When the last snapshot was made.")          \
    X(FACT_SAVING, "rdb_bgsave_in_progress", "is_saving", "saving",           \
      "1 while a snapshot is being made.")                                    \
    /* 1 for "err", 0 for "ok". */                                            \
    X(FACT_SAVE_FAILED, NULL, "save_failed", "save_failed",                   \
      "1 when the last snapshot failed.")                                     \
    X(FACT_AOF, "aof_enabled", "aof_enabled", "aof_enabled",                  \
      "1 when the append-only file is on.")                                   \
    /* 1 for "err", 0 for "ok". */                                            \
    X(FACT_AOF_FAILED, NULL, "aof_failed", "aof_failed",                      \
      "1 when the last write to the append-only file failed.")                \
    /* notAfter of the server's certificate, seconds of the epoch. */         \
    X(FACT_CERTIFICATE_END, NULL, "certificate_expires_at_s",                 \
      "certificate_expiry_timestamp_seconds",                                 \
      "When the server's certificate expires.")

#define FACT_ENUM(constant, field, key, metric, help) constant,
enum fact { FACT_TABLE(FACT_ENUM) FACT_COUNT };
#undef FACT_ENUM

/* redis_mode of INFO. Travels in messages: add at the end only. */
#define MODE_TABLE(X)                \
    X(MODE_UNKNOWN, "unknown")       \
    X(MODE_STANDALONE, "standalone") \
    X(MODE_CLUSTER, "cluster")       \
    X(MODE_SENTINEL, "sentinel")

#define MODE_ENUM(constant, text) constant,
enum mode { MODE_TABLE(MODE_ENUM) MODE_COUNT };
#undef MODE_ENUM

struct facts {
    enum mode mode;
    /* The Redis process, as we see it: its pid and its start in clock ticks
     * since boot; 0 = not known or not proved to be it. */
    uint32_t pid;
    uint64_t start_ticks;
    int64_t values[FACT_COUNT];
};

/* Nothing known. */
void facts_init(struct facts *facts);

/* A row's texts; NULL for a number out of range, and for no field. */
const char *fact_field(enum fact fact);
const char *fact_key(enum fact fact);
const char *fact_metric(enum fact fact);
const char *fact_help(enum fact fact);

const char *mode_name(enum mode mode);

#endif
