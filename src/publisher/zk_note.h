/*
 * zk_note.h - what the library's thread tells the loop, and the queue between
 * them: the one place where two threads meet.
 *
 * The library's thread makes notes, which hold copies only, and posts them.
 * The loop is woken and takes all that is there, in order; a wake-up may
 * stand for many notes (uv_async_send coalesces) or for none.
 */
#ifndef PUBLISHER_ZK_NOTE_H
#define PUBLISHER_ZK_NOTE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "publisher/session_file.h"
#include "publisher/tree.h"

#define ZK_SERVER_BYTES 64
/* Notes not yet taken by the loop: reads and watches bound them far below;
 * past this the loop is not turning and its dead-man has the word. */
#define ZK_QUEUE_MOST 65536

enum zk_note_kind {
    ZK_CONNECTED,    /* session, negotiated_ms, server */
    ZK_DISCONNECTED, /* the library looks for a server by itself */
    ZK_EXPIRED,
    ZK_REFUSED, /* our credentials */
    ZK_MAD,     /* a handshake that cannot be ZooKeeper's */
    ZK_CHANGED, /* path: its watch fired */
    ZK_ANSWER,  /* request, ticket, slot, outcome and what belongs to it */
    ZK_CLOSED,  /* zk_close is done */
};

/* Owned by the queue; good inside the callback only. */
struct zk_note {
    enum zk_note_kind kind;
    struct saved_session session;
    uint32_t negotiated_ms;
    char server[ZK_SERVER_BYTES];

    char *path;
    enum tree_request_kind request;
    uint64_t ticket;
    uint32_t slot;
    enum tree_outcome outcome;
    int code;    /* the library's, for the log */
    char *bytes; /* of a read; NULL when longer than TREE_BYTES_MOST */
    size_t length;
    struct tree_stat stat;
    char **names;            /* of a list */
    uint32_t count;          /* of names, or of a multi's operations */
    struct tree_stat *stats; /* of a multi */

    struct zk_call *call; /* zk.c's own: the request that is answered */
    struct zk_note *next;
};

struct zk_queue {
    uv_async_t wake;
    pthread_mutex_t lock; /* of what follows */
    struct zk_note *first;
    struct zk_note **end;
    uint32_t count;
};

/* `on_wake` runs in the loop; `owner` stands in its handle's data. 0 or a
 * negative errno. There is no finish: the queue lives as long as its process,
 * because the library's threads do. */
int zk_queue_init(struct zk_queue *queue, uv_loop_t *loop, uv_async_cb on_wake,
                  void *owner);

/* Takes `note` and wakes the loop; from any thread. */
void zk_queue_post(struct zk_queue *queue, struct zk_note *note);

/* All notes there are, oldest first, linked by `next`; NULL if none. */
struct zk_note *zk_queue_take(struct zk_queue *queue);

/* Never NULL: without memory for a note the process ends, for a note lost is
 * a state believed that nobody holds. */
struct zk_note *zk_note_create(enum zk_note_kind kind);
void zk_note_destroy(struct zk_note *note);

/* Copies for a note; never NULL, as above. */
void *zk_note_copy(const void *bytes, size_t length);
void *zk_note_zeroed(size_t count, size_t size);

#endif
