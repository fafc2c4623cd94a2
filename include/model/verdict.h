/*
 * verdict.h - what one probe says of a Redis instance, in the words its node
 * uses. Plain data and names; the rules that make a verdict live in the
 * prober.
 *
 * The enums travel in messages and on the scoreboard: add at the end only.
 */
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

/* STATE_NONE: no verdict yet; never published. */
#define STATE_TABLE(X)            \
    X(STATE_NONE, "none")         \
    X(STATE_UP, "up")             \
    X(STATE_DEGRADED, "degraded") \
    X(STATE_LOADING, "loading")   \
    X(STATE_DRAINING, "draining") \
    X(STATE_MAINT, "maint")       \
    X(STATE_DOWN, "down")         \
    X(STATE_UNKNOWN, "unknown")

#define REASON_TABLE(X)                  \
    X(REASON_NONE, "")                   \
    X(REASON_AGENT, "agent")             \
    X(REASON_REFUSED, "refused")         \
    X(REASON_DNS, "dns")                 \
    X(REASON_BACKLOG, "backlog")         \
    X(REASON_TLS, "tls")                 \
    X(REASON_RESET, "reset")             \
    X(REASON_PROTOCOL, "protocol")       \
    X(REASON_MAXCLIENTS, "maxclients")   \
    X(REASON_PROTECTED, "protected")     \
    X(REASON_AUTH, "auth")               \
    X(REASON_LOADING, "loading")         \
    X(REASON_TIMEOUT, "timeout")         \
    X(REASON_BUSY, "busy")               \
    X(REASON_MASTERDOWN, "masterdown")   \
    X(REASON_CLUSTERDOWN, "clusterdown") \
    X(REASON_SHUTDOWN, "shutdown")       \
    X(REASON_MISCONF, "misconf")         \
    X(REASON_OOM, "oom")                 \
    X(REASON_NOREPLICAS, "noreplicas")   \
    X(REASON_PAUSED, "paused")           \
    X(REASON_SYNCING, "syncing")         \
    X(REASON_LINK_DOWN, "link_down")     \
    X(REASON_LAG, "lag")                 \
    X(REASON_REPLICA, "replica")         \
    X(REASON_MASTER, "master")           \
    X(REASON_OTHER, "other")

/* Whether a client could read, or write. STALE is for reads only. */
#define ABILITY_TABLE(X)          \
    X(ABILITY_UNKNOWN, "unknown") \
    X(ABILITY_YES, "yes")         \
    X(ABILITY_NO, "no")           \
    X(ABILITY_STALE, "stale")

#define ROLE_TABLE(X)          \
    X(ROLE_UNKNOWN, "unknown") \
    X(ROLE_MASTER, "master")   \
    X(ROLE_REPLICA, "replica") \
    X(ROLE_SENTINEL, "sentinel")

/* The stages of a probe, timed apart, in the order they happen. */
#define STEP_TABLE(X)          \
    X(STEP_NONE, "none")       \
    X(STEP_QUEUED, "queued")   \
    X(STEP_RESOLVE, "resolve") \
    X(STEP_CONNECT, "connect") \
    X(STEP_TLS, "tls")         \
    X(STEP_AUTH, "auth")       \
    X(STEP_PING, "ping")       \
    X(STEP_INFO, "info")       \
    X(STEP_CLOSE, "close")

#define VERDICT_ENUM(constant, text) constant,
enum state { STATE_TABLE(VERDICT_ENUM) STATE_COUNT };
enum reason { REASON_TABLE(VERDICT_ENUM) REASON_COUNT };
enum ability { ABILITY_TABLE(VERDICT_ENUM) ABILITY_COUNT };
enum role { ROLE_TABLE(VERDICT_ENUM) ROLE_COUNT };
enum step { STEP_TABLE(VERDICT_ENUM) STEP_COUNT };
#undef VERDICT_ENUM

#define VERDICT_DETAIL_BYTES 161 /* 160 of printable ASCII, and the NUL */
#define VERDICT_RUN_ID_BYTES 41  /* redis: CONFIG_RUN_ID_SIZE 40 */
#define VERDICT_VERSION_BYTES 24
#define VERDICT_MASTER_BYTES 264

struct verdict {
    enum state state;
    enum reason reason;
    enum ability readable;
    enum ability writable;
    enum role role;
    /* Bit 1u << reason for every condition found, the deciding one too. */
    uint32_t conditions;
    /* A sentence for people; the same from round to round. */
    char detail[VERDICT_DETAIL_BYTES];
    char run_id[VERDICT_RUN_ID_BYTES];
    char version[VERDICT_VERSION_BYTES];
    /* host:port of a replica's master, else "". */
    char master[VERDICT_MASTER_BYTES];
};

/* Names as published. A value out of range gives "?", never a crash. */
const char *state_name(enum state state);
const char *reason_name(enum reason reason);
const char *ability_name(enum ability ability);
const char *role_name(enum role role);
const char *step_name(enum step step);

/* The state of a name as published; STATE_NONE if it is none of them. */
enum state state_find(const char *name);

/* True if nothing a consumer acts on differs. */
bool verdict_equals(const struct verdict *one, const struct verdict *other);

/* The evidence leaves no room for a blip: no second look before `down`. */
bool verdict_is_certain(const struct verdict *verdict);

/* The detail of a claim past its lease, in the node and on the console: the
 * publisher knows its own node by these words, so they stay the same. */
#define VERDICT_DETAIL_EXPIRED "no fresh result from the agent"

/* `unknown`, reason `agent`: our own trouble. `detail` may be cut. */
void verdict_set_agent_fault(struct verdict *verdict, const char *detail);

#endif
