/*
 * evidence.h - what one probe saw, as plain data: how the conversation ended
 * and what each command was answered. verdict_rules judges it; nothing here
 * judges.
 */
#ifndef PROBER_EVIDENCE_H
#define PROBER_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "prober/cluster.h"
#include "prober/flight.h"
#include "prober/info.h"
#include "prober/process.h"
#include "prober/replies.h"

#define EVIDENCE_COMPLAINT_BYTES 96

enum evidence_end {
    EVIDENCE_COMPLETE,  /* every reply came */
    EVIDENCE_AGENT,     /* trouble of our own: `error`, or `trouble` */
    EVIDENCE_NAME,      /* the name has no address: `trouble` */
    EVIDENCE_REFUSED,   /* nobody listens: `error` */
    EVIDENCE_BACKLOG,   /* the deadline came, or EAGAIN, in connect */
    EVIDENCE_TLS,       /* the handshake failed, or an alert: `trouble` */
    EVIDENCE_CLOSED,    /* reset, or end of stream */
    EVIDENCE_PROTOCOL,  /* not replies, or too many, or too big */
    EVIDENCE_LONG_INFO, /* all well until INFO, which is longer than we read */
    EVIDENCE_DEADLINE   /* connected, and the deadline came */
};

/* The errors Redis is known to answer, by how they begin. The first that
 * fits counts, so longer beginnings stand first. The forks of Redis begin
 * theirs alike, and name themselves further on. Before version 6 there were no
 * users: a password alone was refused as "invalid", one with a user as one
 * argument too many. */
#define EVIDENCE_ERROR_TABLE(X)                                             \
    X(ERROR_MAXCLIENTS, "ERR max number of clients reached")                \
    X(ERROR_MAXCLIENTS_CLUSTER, "ERR max number of clients +")              \
    X(ERROR_NO_COMMAND, "ERR unknown command")                              \
    X(ERROR_NO_PASSWORD, "ERR AUTH <password> called without any password") \
    X(ERROR_NO_PASSWORD_OLD, "ERR Client sent AUTH, but no password")       \
    X(ERROR_BAD_PASSWORD, "ERR invalid password")                           \
    X(ERROR_NO_USERS, "ERR wrong number of arguments for 'auth' command")   \
    X(ERROR_NO_CLUSTER, "ERR This instance has cluster support disabled")   \
    X(ERROR_DENIED, "DENIED")                                               \
    X(ERROR_NOAUTH, "NOAUTH")                                               \
    X(ERROR_WRONGPASS, "WRONGPASS")                                         \
    X(ERROR_NOPERM_KEY,                                                     \
      "NOPERM this user has no permissions to access one of the keys")      \
    X(ERROR_NOPERM_KEY_NEW, "NOPERM No permissions to access a key")        \
    X(ERROR_NOPERM, "NOPERM")                                               \
    X(ERROR_BUSY, "BUSY")                                                   \
    X(ERROR_LOADING, "LOADING")                                             \
    X(ERROR_MASTERDOWN, "MASTERDOWN")                                       \
    X(ERROR_CLUSTERDOWN, "CLUSTERDOWN")                                     \
    X(ERROR_MISCONF, "MISCONF")                                             \
    X(ERROR_OOM, "OOM")                                                     \
    X(ERROR_NOREPLICAS, "NOREPLICAS")                                       \
    X(ERROR_READONLY, "READONLY")                                           \
    X(ERROR_WRONGTYPE, "WRONGTYPE")                                         \
    X(ERROR_MOVED, "MOVED")                                                 \
    X(ERROR_ASK, "ASK")

#define EVIDENCE_ENUM(constant, prefix) constant,
enum evidence_error {
    ERROR_NONE,
    EVIDENCE_ERROR_TABLE(EVIDENCE_ENUM) ERROR_OTHER
};
#undef EVIDENCE_ENUM

enum evidence_answer {
    ANSWER_NONE,  /* not asked, or nothing came */
    ANSWER_GOOD,  /* what Redis answers when all is well */
    ANSWER_ERROR, /* `error` */
    ANSWER_ODD    /* a reply, but of no kind this command has */
};

struct evidence_reply {
    bool is_asked;
    enum evidence_answer answer;
    enum evidence_error error;
};

/* What ROLE said. */
struct evidence_role {
    enum role role;
    bool is_connected; /* a replica whose link is "connected" */
    uint16_t master_port;
    char master_host[INFO_HOST_BYTES];
};

/* What the supervisor knew before, and what it wants. */
struct evidence_known {
    bool was_loading;     /* at the last look... */
    bool is_same_process; /* ...and it is the same process still */
    bool is_last_address; /* an address of old: the name does not resolve */
    uint64_t max_lag_ms;  /* limits of a replica; 0 = none */
    uint64_t max_gap;
};

struct evidence {
    enum evidence_end end;
    int error; /* an errno, positive; 0 if there was none */
    bool is_deep;
    bool is_handshaking; /* TLS had not yet opened at the end... */
    bool has_shaken;     /* ...but the server had begun to answer */
    struct evidence_known known;
    /* Of the process behind it, looked at when the deadline had passed. */
    enum process_state process;
    /* Why TLS or a file of ours failed, as a whole sentence that names the
     * file, or in a few words why a name did; printable, the same from round
     * to round; "" = none. */
    char trouble[VERDICT_DETAIL_BYTES];
    unsigned answered; /* whole replies that came */
    struct evidence_reply replies[COMMAND_COUNT];
    struct evidence_role role;
    struct info info;
    struct cluster cluster;
    /* The first error or odd reply nobody here knows: printable, and its
     * figures masked, so that it stays the same from round to round. */
    char complaint[EVIDENCE_COMPLAINT_BYTES];
};

/* Nothing seen yet of this flight. `known` stays as it is: it is the caller's,
 * and holds for a second connection too. */
void evidence_init(struct evidence *evidence, const struct flight *flight);

/* Takes one part of a reply to `command`. */
void evidence_note(struct evidence *evidence, enum command command,
                   const struct reply_part *part);

/* How a conversation ends whose replies_feed failed with `status`. */
enum evidence_end evidence_end_of(const struct evidence *evidence,
                                  const struct flight *flight,
                                  unsigned answered, int status);

/* The conversation is over; `answered` replies became whole. What was noted of
 * one that did not is forgotten; and all of it, when the peer broke the rules
 * of Redis or TLS: nobody knows whose words they were. */
void evidence_close(struct evidence *evidence, const struct flight *flight,
                    unsigned answered, enum evidence_end end, int error);

/* Whether any command was answered with this error. */
bool evidence_has_error(const struct evidence *evidence,
                        enum evidence_error error);

#endif
