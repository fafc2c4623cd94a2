/*
 * publisher.h - one publisher: a session, a desk, a channel, and the state it
 * is in. Shared by start.c and gate.c (up to the session), publisher.c (from
 * then on), timers.c (what time alone brings) and tell.c (what the supervisor
 * hears).
 */
#ifndef PUBLISHER_PUBLISHER_H
#define PUBLISHER_PUBLISHER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/deadman.h"
#include "model/board.h"
#include "model/bounds.h"
#include "publisher/desk.h"
#include "publisher/exits.h"
#include "publisher/knock.h"
#include "publisher/overdue.h"
#include "publisher/servers.h"
#include "publisher/session_file.h"
#include "publisher/zk.h"
#include "wire/channel.h"
#include "wire/pulse.h"

/* No answer on a new connection, until all is as wanted: a server that took our
 * session back while another client was ending it answers a few requests, or
 * none, and drops all others without a word (ZooKeeper 3.8.0). Counted in looks
 * at our own queue, so that a time in which we did not run is not the server's.
 * Only once in a row: a server that is merely slow is waited for. */
#define PUBLISHER_SILENCE_LOOK_MS 250
#define PUBLISHER_SILENT_LOOKS 4
/* Without a connection for so long (R) a successor tries. A server that lost
 * its data turns away whoever has seen a later transaction, without a word,
 * until the session is over; and one that was just starting may have taken our
 * handshake and will never answer it (ZooKeeper 3.8.0), which the library would
 * wait for twice as long. */
#define PUBLISHER_CUT_OFF_MS BOUNDS_REPLACE_MS
/* Every server refuses connections, for so long: a successor asks them at its
 * own pace (gate.c). A shorter blip is the library's, which is quick. */
#define PUBLISHER_CLOSED_MS 1000
/* Reads all nodes again, watches or not; shifted by chance. */
#define PUBLISHER_SWEEP_MS 30000
/* While another process holds the session's lock. */
#define PUBLISHER_LOCK_AGAIN_MS 50
/* While the file with our credential cannot be used. */
#define PUBLISHER_CREDENTIAL_AGAIN_MS 1000
/* From "withdraw" to the last word; the dead-man comes a little later. */
#define PUBLISHER_WITHDRAW_MS 1000
#define PUBLISHER_WITHDRAW_KILL_MS 1200

struct publisher_counters {
    uint64_t sessions;
    uint64_t writes;
    uint64_t transactions;
    uint64_t failures;
};

struct publisher {
    uv_loop_t loop;
    uv_timer_t pulse;     /* dead-man, deadlines, counters: each second */
    uv_timer_t next;      /* when the tree or the desk has work by time */
    uv_timer_t heartbeat; /* of the .agent node */
    uv_timer_t sweep;
    uv_timer_t refresh; /* of every node, when readers want that */
    uv_timer_t wait;    /* before a session: as start.c says; withdrawal */
    uv_timer_t silence; /* on a new connection */
    uv_timer_t answer;  /* when the oldest one awaited would be overdue */
    struct pulse vitals;
    struct channel channel;
    struct board *board;
    struct desk desk;
    struct zk *zk;      /* NULL before there is a session to hope for */
    struct knock knock; /* only after an outage, before `zk` */

    enum zookeeper_state state;
    bool has_desk;
    bool is_closing;          /* zk_close was called */
    uint64_t started_ms;      /* when the settings came; 0 = not yet */
    uint64_t gated_ms;        /* since when we wait for a server to serve */
    uint64_t disconnected_ms; /* since when; 0 while connected */
    uint32_t silent_looks;    /* in a row, while answers were awaited */
    struct overdue overdue;

    uint32_t session_timeout_ms;          /* as configured */
    char servers[SETTINGS_SERVERS_BYTES]; /* as the library wants them */
    uint32_t negotiated_ms;               /* 0 = none yet */
    uint64_t refresh_ms;                  /* 0 = never */
    char credential_file[SETTINGS_KEPT_BYTES];
    bool is_credential_bad; /* and the supervisor was told */
    struct registration registrations[SETTINGS_REGISTRATIONS_MOST];
    uint32_t registration_count;
    bool has_leftovers; /* the file of members names more than the present */
    char run_dir[SETTINGS_RUN_DIR_BYTES];
    char boot[BOARD_BOOT_BYTES];
    int lock_fd;                  /* -1 while another holds it */
    struct saved_session session; /* id 0 = none */
    bool is_saved;                /* `session` stands in the file */
    char server[ZK_SERVER_BYTES];

    int refusal; /* the library's code of the last write refused */

    struct publisher_counters counters;
    struct publisher_counters told; /* as the supervisor knows them */
    struct tree_request request;    /* scratch */
};

/* publisher.c: runs until _exit; returns only when it cannot begin. */
int publisher_run(uint32_t generation);
/* The only place where `state` changes. */
void publisher_enter(struct publisher *publisher, enum zookeeper_state state);
/* Leaves the process at once, with one line that says why. */
_Noreturn void publisher_leave(enum publisher_exit code, const char *why);
/* The same, and the session can never be resumed. */
_Noreturn void publisher_lose_session(struct publisher *publisher,
                                      enum publisher_exit code,
                                      const char *why);
/* Compares what is wanted with what was seen, asks, tells, sets `next`. */
void publisher_work(struct publisher *publisher);
/* The library's callbacks, for start.c to hand over. */
void publisher_on_note(struct zk *zk, const struct zk_note *note);
void publisher_on_drained(struct zk *zk);

/* timers.c: all of them; the .agent node's begins later. */
void publisher_start_timers(struct publisher *publisher);
void publisher_start_heartbeat(struct publisher *publisher);
/* On a connection that was just made. */
void publisher_start_silence(struct publisher *publisher);
/* After requests. */
void publisher_await_answers(struct publisher *publisher);
/* From the first steady moment on. */
void publisher_start_refresh(struct publisher *publisher);

/* start.c: from the settings to a session being looked for. */
void publisher_start(struct publisher *publisher,
                     const struct message_publish_settings *settings);
/* Lets the library at the servers. */
void publisher_open(struct publisher *publisher);
/* Tries the lock again if it is not ours yet, and saves the session. */
void publisher_save_session(struct publisher *publisher);

/* gate.c: how the predecessor ended, as the board has it. */
bool publisher_follows(const struct publisher *publisher,
                       enum publisher_exit code);
/* It found no server: wait for one that serves, then publisher_open. */
void publisher_wait_at_gate(struct publisher *publisher);

/* leftovers.c: members of an earlier configuration. Before the session, and
 * once all is settled. */
void publisher_recall_members(struct publisher *publisher);
void publisher_forget_members(struct publisher *publisher);

/* tell.c: messages to the supervisor; a full or ended channel ends us. */
void publisher_tell_hello(struct publisher *publisher);
void publisher_tell_session(struct publisher *publisher);
void publisher_tell_counters(struct publisher *publisher);
void publisher_tell_vitals(struct publisher *publisher);
void publisher_tell_notices(struct publisher *publisher);
/* An alarm that is no node's: raised while `trouble` says why. */
void publisher_tell_trouble(struct publisher *publisher, const char *what,
                            const char *path, const char *trouble);
void publisher_flush(struct publisher *publisher);

#endif
