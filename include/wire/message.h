/*
 * message.h - every message between the supervisor and its helpers, in one
 * table: number, direction, name.
 *
 * Encoded with fixed-width little-endian integers and length-prefixed texts
 * (u16, no NUL), field by field in the order of the struct. A decoder checks
 * direction, exact length and every range, and never crashes; what it refuses
 * costs the sender its life and nobody else anything.
 */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vitals.h"
#include "model/address.h"
#include "model/board.h"
#include "model/maint.h"
#include "model/result.h"
#include "model/settings.h"

/* What a program says of itself in its hello: programs of different builds
 * would take each other's messages for nonsense. Raise it with every change of
 * a message's bytes, and with BOARD_LAYOUT; a unit test knows when. */
#define MESSAGE_FORMAT 2u
/* Whose hello is without one is older than the number. */
#define MESSAGE_FORMAT_NONE 0u

/* Which way a message goes; a channel's end accepts one direction only. */
enum message_direction {
    TO_PROBER,
    FROM_PROBER,
    TO_PUBLISHER,
    FROM_PUBLISHER,
    TO_CONSOLE,
    FROM_CONSOLE,
    TO_CHECKER,
    FROM_CHECKER,
    MESSAGE_DIRECTION_COUNT
};

#define MESSAGE_TABLE(X)                                                \
    X(MESSAGE_PROBE, 1, TO_PROBER, "probe")                             \
    X(MESSAGE_RETIRE, 2, TO_PROBER, "retire")                           \
    X(MESSAGE_PROBER_HELLO, 3, FROM_PROBER, "prober_hello")             \
    X(MESSAGE_RESULT, 4, FROM_PROBER, "result")                         \
    X(MESSAGE_PROBER_VITALS, 5, FROM_PROBER, "prober_vitals")           \
    X(MESSAGE_FOUND, 6, FROM_PROBER, "found")                           \
    X(MESSAGE_SEARCHED, 7, FROM_PROBER, "searched")                     \
    X(MESSAGE_RESOLVE, 8, TO_PROBER, "resolve")                         \
    X(MESSAGE_RESOLVED, 9, FROM_PROBER, "resolved")                     \
    X(MESSAGE_PUBLISH_SETTINGS, 10, TO_PUBLISHER, "publish_settings")   \
    X(MESSAGE_LOOK, 11, TO_PUBLISHER, "look")                           \
    X(MESSAGE_WITHDRAW, 12, TO_PUBLISHER, "withdraw")                   \
    X(MESSAGE_PUBLISHER_HELLO, 13, FROM_PUBLISHER, "publisher_hello")   \
    X(MESSAGE_SESSION, 14, FROM_PUBLISHER, "session")                   \
    X(MESSAGE_PUBLISHED, 15, FROM_PUBLISHER, "published")               \
    X(MESSAGE_ALARM, 16, FROM_PUBLISHER, "alarm")                       \
    X(MESSAGE_REGISTRATION, 17, TO_PUBLISHER, "registration")           \
    X(MESSAGE_PUBLISHER_VITALS, 18, FROM_PUBLISHER, "publisher_vitals") \
    X(MESSAGE_CONSOLE_HELLO, 20, FROM_CONSOLE, "console_hello")         \
    X(MESSAGE_CONSOLE_VITALS, 21, FROM_CONSOLE, "console_vitals")       \
    X(MESSAGE_ORDER, 22, FROM_CONSOLE, "order")                         \
    X(MESSAGE_ORDERED, 23, TO_CONSOLE, "ordered")                       \
    X(MESSAGE_PART, 24, TO_CONSOLE, "part")                             \
    X(MESSAGE_CHECK, 30, TO_CHECKER, "check")                           \
    X(MESSAGE_CHECKED, 31, FROM_CHECKER, "checked")

#define MESSAGE_ENUM(constant, number, direction, name) constant = (number),
enum message_kind { MESSAGE_TABLE(MESSAGE_ENUM) };
#undef MESSAGE_ENUM

/* Probe this now. The answer is a RESULT with the same task id. */
struct message_probe {
    uint64_t task;
    uint32_t timeout_ms; /* the one absolute deadline, from receipt */
    bool is_deep;
    bool canary;
    bool is_cluster;      /* last known mode: ask CLUSTER INFO too */
    bool was_loading;     /* last known state: `loading` */
    bool is_last_address; /* `addr` is of old: the name does not resolve now */
    uint32_t resolve_us;  /* spent of the deadline on the name already */
    uint32_t pid;         /* the Redis process last proved to be behind it, */
    uint64_t start_ticks; /* and its start; 0 = not known */
    uint64_t max_lag_ms;  /* limits of a replica; 0 = none */
    uint64_t max_gap;
    char addr[ADDRESS_TEXT_BYTES]; /* numeric; a name that has no address stays
                                      a name, and then... */
    char name_trouble[64];         /* ...this says why */
    struct instance_access access; /* names of files; who probes opens them */
};

/* Look this name up. The answer is RESOLVED with the same id. */
struct message_resolve {
    uint32_t id;
    char name[256];
};

#define RESOLVED_MOST 8
#define RESOLVED_BYTES 48 /* a numeric address without port or brackets */

/* What the system's resolver said. */
struct message_resolved {
    uint32_t id;
    uint32_t count; /* addresses, the system's favourite first; 0 = failed */
    char addresses[RESOLVED_MOST][RESOLVED_BYTES];
    char trouble[64]; /* "" when it was found */
};

/* A search of this host met a server, or one more address of the server told
 * of last. */
struct message_found {
    bool is_another; /* address, also "0.0.0.0" and "[::]" for all of them */
    uint32_t pid;    /* as we see it; 0 if not known */
    enum role role;
    char addr[ADDRESS_TEXT_BYTES];
    char version[VERDICT_VERSION_BYTES]; /* "" if it told none */
};

/* The search is over; what it was made of. */
struct message_searched {
    bool is_whole;      /* the time sufficed */
    uint32_t processes; /* that could be servers, by their names */
    uint32_t hidden;    /* of those: their descriptors are not for us to see */
    uint32_t addresses; /* that were asked */
    uint32_t silent;    /* of those: gave no proof of being a server */
    uint32_t left_out;  /* past a bound, so not asked */
};

/* What the publisher needs beside the scoreboard; each registration was told
 * before it. */
struct message_publish_settings {
    uint32_t session_timeout_ms;
    uint64_t refresh_ms;                       /* 0 = never */
    char credential_file[SETTINGS_KEPT_BYTES]; /* "": no authentication */
    char servers[SETTINGS_SERVERS_BYTES];
    char run_dir[SETTINGS_RUN_DIR_BYTES]; /* of session file and lock */
};

/* The session as the publisher sees it; sent on change. */
struct message_session {
    enum zookeeper_state state;
    uint64_t session_id;
    uint32_t negotiated_ms;
    uint64_t sessions;
    uint64_t writes;
    uint64_t transactions;
    uint64_t failures;
    char server[64];
};

/* The node of this instance holds this claim: ZooKeeper said so. */
struct message_published {
    uint32_t instance;
    uint64_t claim_version;
    uint64_t since_wall_ms;
    uint64_t czxid;
    int32_t node_version;
    uint64_t said_ms; /* when, on the clock that all our processes share: the
                         supervisor may hear of it later */
};

/* Something an operator must know; or is over. */
struct message_alarm {
    bool is_raised;
    uint64_t since_wall_ms;
    char what[24];
    char path[SETTINGS_PATH_BYTES];
    char detail[VERDICT_DETAIL_BYTES];
};

/* Read and check this configuration; the bytes go into the shared file. */
struct message_check {
    char file[SETTINGS_PATH_BYTES];
};

/* What the shared file holds now: the files' bytes, or what is wrong with
 * them, a line each. */
struct message_checked {
    bool is_good;
    uint32_t bytes;
};

/* What an operator may ask of the running agent, through the console's unix
 * socket alone. */
#define ORDER_VERB_TABLE(X)     \
    X(ORDER_DRAIN, "drain")     \
    X(ORDER_UNDRAIN, "undrain") \
    X(ORDER_RELOAD, "reload")   \
    X(ORDER_PROBE, "probe")

#define MESSAGE_ENUM(constant, text) constant,
enum order_verb { ORDER_VERB_TABLE(MESSAGE_ENUM) ORDER_VERB_COUNT };
#undef MESSAGE_ENUM

const char *order_verb_name(enum order_verb verb);

/* The answer is ORDERED with the same id. */
struct message_order {
    uint32_t id; /* the console's; not 0 */
    enum order_verb verb;
    char name[SETTINGS_NAME_BYTES];           /* the instance; "" of RELOAD */
    char operator_name[MAINT_OPERATOR_BYTES]; /* who says he is; of DRAIN and
                                                 UNDRAIN */
    char reason[MAINT_REASON_BYTES];          /* of DRAIN */
};

enum order_outcome {
    ORDER_DONE,
    ORDER_NO_SUCH_INSTANCE,
    ORDER_REFUSED, /* `text` says why */
    ORDER_FAILED,
    ORDER_OUTCOME_COUNT
};

struct message_ordered {
    uint32_t id;
    enum order_outcome outcome;
    char text[VERDICT_DETAIL_BYTES]; /* a sentence for people */
};

struct message {
    enum message_kind kind;
    union {
        uint32_t format; /* of the three ..._HELLO */
        struct message_probe probe;
        struct result result;
        struct message_found found;
        struct message_searched searched;
        struct message_resolve resolve;
        struct message_resolved resolved;
        struct registration registration; /* of REGISTRATION */
        struct message_publish_settings publish_settings;
        struct message_session session;
        struct message_published published;
        struct message_alarm alarm;
        struct message_check check;
        struct message_checked checked;
        struct vitals vitals; /* of the three ..._VITALS */
        struct message_order order;
        struct message_ordered ordered;
    };
};

/* The longest encoded message, with room to grow. */
#define MESSAGE_BYTES_MOST 4096

const char *message_name(enum message_kind kind);

/* Encodes without the frame. 0, or -ENOBUFS. Texts past their field are a
 * fault of ours: asserted. */
int message_encode(const struct message *message, uint8_t *bytes, size_t room,
                   size_t *length);

/* 0; -EPROTO when the bytes are not exactly one message of this kind or a
 * value is out of range; -EINVAL when the kind is none or goes another way.
 * Texts must be free of NUL. A hello of another format is a good one: who
 * hears it looks at the number. */
int message_decode(enum message_direction direction, uint8_t kind,
                   const uint8_t *bytes, size_t length,
                   struct message *message);

#endif
