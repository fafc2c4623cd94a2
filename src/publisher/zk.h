/*
 * zk.h - libzookeeper behind a queue: the only room with threads.
 *
 * The library calls back on a thread of its own. Those callbacks only copy,
 * put the copy into a locked queue and wake the loop; everything below runs
 * in the loop's thread. Asynchronous calls only: the synchronous ones block
 * for two thirds of a session.
 *
 * One handle, one process lifetime: there is no way back from EXPIRED, a mad
 * handshake or a wedge but to leave the process and be replaced.
 */
#ifndef PUBLISHER_ZK_H
#define PUBLISHER_ZK_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "publisher/session_file.h"
#include "publisher/tree.h"
#include "publisher/zk_note.h"

#define ZK_NEGOTIATED_LEAST_MS 1000
#define ZK_NEGOTIATED_MOST_MS 120000

struct zk;

typedef void (*zk_note_cb)(struct zk *zk, const struct zk_note *note);
/* The notes that had gathered were all delivered. */
typedef void (*zk_drained_cb)(struct zk *zk);

struct zk_settings {
    const char *servers; /* numeric, "ip:port,ip:port" */
    uint32_t session_timeout_ms;
    const struct saved_session *resume; /* NULL: a fresh session */
    const char *credential; /* "user:password", copied; NULL: none */
    zk_note_cb on_note;
    zk_drained_cb on_drained;
    void *owner;
};

/* Starts the library and its two threads, with all signals blocked in them.
 * 0 or a negative errno. There is no destroy: see zk_close and _exit. */
int zk_create(uv_loop_t *loop, const struct zk_settings *settings,
              struct zk **zk);
void *zk_owner(const struct zk *zk);

/* Asks. Its ZK_ANSWER comes later, always and exactly once (TREE_LOST when
 * it could not even be sent), unless the library is broken: zk_oldest_ms.
 * Without memory the process ends, as with a note.
 * Paths are the tree's, which has checked them. `now_ms` is kept. */
void zk_submit(struct zk *zk, const struct tree *tree,
               const struct tree_request *request, uint64_t now_ms);

/* When the oldest request without an answer was submitted; 0 = none. */
uint64_t zk_oldest_ms(const struct zk *zk);

/* Without a connection: one is being made, or a server owes us the answer to
 * our handshake. False in the pauses after all servers refused. */
bool zk_is_hoping(const struct zk *zk);

/* Ends the session at the server, in a thread of its own since it can block
 * for 18 s; then ZK_CLOSED. Nothing else may be called afterwards. 0 or a
 * negative errno. */
int zk_close(struct zk *zk);

/* The library's word for a code. */
const char *zk_code_name(int code);
/* The server's word for it, in an answer. */
bool zk_says_expired(int code);
/* Why a write was refused, as a sentence for people. */
const char *zk_refusal(int code);

#endif
