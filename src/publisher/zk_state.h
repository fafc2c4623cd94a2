/*
 * zk_state.h - the inside of zk.h, shared by its two files: zk.c, which runs in
 * the loop's thread, and zk_answers.c, which runs in the library's. Nobody else
 * includes this.
 *
 *     loop's thread     zk_submit -> zoo_a...()          deliver <- queue
 *     library's thread                 completion -> note -> queue, wake
 *
 * A `zk_call` belongs to the loop until zoo_a...() took it, then to the
 * library until its completion, then travels with the note back to the loop
 * and is freed there. The queue (zk_note.h) and nothing else is shared.
 */
#ifndef PUBLISHER_ZK_STATE_H
#define PUBLISHER_ZK_STATE_H

#include <zookeeper/zookeeper.h>

#include "publisher/digest_id.h"
#include "publisher/zk.h"

/* A request the library has: what it writes into until its answer. */
struct zk_call {
    struct zk *zk;
    enum tree_request_kind request;
    uint64_t ticket;
    uint32_t slot;
    uint64_t submitted_ms;
    uint32_t count;
    zoo_op_result_t *results; /* of a multi */
    struct Stat *stats;       /* of a multi's sets */
    struct zk_call *next;     /* in zk.calls, oldest first */
};

struct zk {
    zhandle_t *handle;
    zk_note_cb on_note;
    zk_drained_cb on_drained;
    void *owner;
    struct zk_queue queue;
    uv_thread_t closer;
    struct ACL_vector acl; /* of what we make */
    struct ACL entries[2]; /* of `acl`, with a credential */
    char scheme[8];        /* "digest"; the library wants it writable */
    struct digest_id own;  /* of entries[0] */
    struct zk_call *calls; /* in flight; the loop's own */
    struct zk_call **calls_end;
};

/* Answers a call that the library did not take. */
void zk_answer(struct zk_call *call, int code);

/* Completions and watchers for the library; `data` is a zk_call. */
void zk_on_read(int code, const char *value, int length,
                const struct Stat *stat, const void *data);
void zk_on_list(int code, const struct String_vector *strings,
                const void *data);
void zk_on_parent(int code, const char *value, const void *data);
void zk_on_multi(int code, const void *data);
/* `context` is the zk. */
void zk_on_watch(zhandle_t *handle, int type, int state, const char *path,
                 void *context);
void zk_on_session(zhandle_t *handle, int type, int state, const char *path,
                   void *context);

#endif
