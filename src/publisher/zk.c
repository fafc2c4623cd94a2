/*
 * zk.c - the library from the loop's thread: its start and end, requests, and
 * the delivery of what its own thread has left in the queue.
 *
 * Never here: a synchronous call, a chroot, an unchecked path (both abort the
 * process, libzookeeper 3.8.0), or our log in the library's thread.
 */
#include "publisher/zk_state.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void drop_log_line(const char *message)
{
    /* The library logs from its own threads, and what it says reaches us as
     * events anyway. */
    (void)message;
}

static void end_call(struct zk *zk, struct zk_call *call)
{
    struct zk_call **at = &zk->calls;
    while (*at != call) {
        at = &(*at)->next;
    }
    *at = call->next;
    if (zk->calls_end == &call->next) {
        zk->calls_end = at;
    }
    free(call->results);
    free(call->stats);
    free(call);
}

static void handle_wake(uv_async_t *async)
{
    struct zk *zk = async->data;
    struct zk_note *note = zk_queue_take(&zk->queue);
    while (note != NULL) {
        struct zk_note *next = note->next;
        if (note->kind == ZK_ANSWER) {
            end_call(zk, note->call);
        } else if (note->kind == ZK_CLOSED) {
            (void)uv_thread_join(&zk->closer); /* that was its last deed */
        }
        zk->on_note(zk, note);
        zk_note_destroy(note);
        note = next;
    }
    zk->on_drained(zk);
}

/* The library's threads shall take none of our signals. */
static zhandle_t *start_library(struct zk *zk,
                                const struct zk_settings *settings)
{
    clientid_t client = {0};
    if (settings->resume != NULL) {
        client.client_id = (int64_t)settings->resume->id;
        memcpy(client.passwd, settings->resume->password, sizeof client.passwd);
    }
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);                          /* cannot fail */
    (void)pthread_sigmask(SIG_BLOCK, &all, &before); /* cannot fail */
    zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
    zhandle_t *handle = zookeeper_init2(
        settings->servers, zk_on_session, (int)settings->session_timeout_ms,
        settings->resume != NULL ? &client : NULL, zk, 0, drop_log_line);
    int code = errno;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* cannot fail */
    errno = code;
    return handle;
}

/* From now on only its holders may change what we make, or make and delete
 * below it; all the world reads. The library copies the credential and says it
 * again on every connection; whether the server likes a digest only a refused
 * write tells. */
static bool add_credential(struct zk *zk, const struct zk_settings *settings)
{
    (void)text_copy(zk->scheme, sizeof zk->scheme, "digest"); /* has room */
    digest_id_of(settings->credential, &zk->own);
    zk->entries[0] =
        (struct ACL){ZOO_PERM_ALL, {.scheme = zk->scheme, .id = zk->own.text}};
    zk->entries[1] = (struct ACL){ZOO_PERM_READ, ZOO_ANYONE_ID_UNSAFE};
    zk->acl = (struct ACL_vector){2, zk->entries};
    return zoo_add_auth(zk->handle, zk->scheme, settings->credential,
                        (int)strlen(settings->credential), NULL, NULL) == ZOK;
}

int zk_create(uv_loop_t *loop, const struct zk_settings *settings,
              struct zk **zk)
{
    struct zk *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return -ENOMEM;
    }
    made->on_note = settings->on_note;
    made->on_drained = settings->on_drained;
    made->owner = settings->owner;
    made->calls_end = &made->calls;
    made->acl = ZOO_OPEN_ACL_UNSAFE;
    int status = zk_queue_init(&made->queue, loop, handle_wake, made);
    if (status != 0) {
        free(made);
        return status;
    }
    made->handle = start_library(made, settings);
    if (made->handle == NULL) {
        return errno > 0 ? -errno : -EIO; /* the caller leaves the process */
    }
    if (settings->credential != NULL && !add_credential(made, settings)) {
        return -EIO; /* the caller leaves the process */
    }
    /* Never resolve again: see servers.h. */
    (void)zoo_set_servers_resolution_delay(made->handle, -1); /* no errors */
    *zk = made;
    return 0;
}

void *zk_owner(const struct zk *zk)
{
    return zk->owner;
}

static void init_op(struct zk *zk, zoo_op_t *to, const struct tree_op *op,
                    const char *path, struct Stat *stat)
{
    switch (op->kind) {
    case TREE_CREATE:
        zoo_create_op_init(to, path, op->bytes, (int)op->length, &zk->acl,
                           ZOO_EPHEMERAL, NULL, 0);
        break;
    case TREE_SET:
        zoo_set_op_init(to, path, op->bytes, (int)op->length, op->version,
                        stat);
        break;
    case TREE_DELETE:
        zoo_delete_op_init(to, path, op->version);
        break;
    }
}

/* The operations and their paths are serialised before zoo_amulti returns;
 * results and stats are written when the answer comes. */
static int submit_multi(struct zk *zk, const struct tree *tree,
                        const struct tree_request *request,
                        struct zk_call *call)
{
    call->count = request->count;
    call->results = zk_note_zeroed(request->count, sizeof *call->results);
    call->stats = zk_note_zeroed(request->count, sizeof *call->stats);
    zoo_op_t *ops = zk_note_zeroed(request->count, sizeof *ops);
    char(*paths)[TREE_PATH_BYTES] =
        zk_note_zeroed(request->count, sizeof *paths);
    for (uint32_t i = 0; i < request->count; i++) {
        const struct tree_op *op = &request->ops[i];
        bool fits = tree_path(tree, op->slot, paths[i], sizeof paths[i]);
        assert(fits);
        init_op(zk, &ops[i], op, paths[i], &call->stats[i]);
    }
    int code = zoo_amulti(zk->handle, (int)request->count, ops, call->results,
                          zk_on_multi, call);
    free(paths);
    free(ops);
    return code;
}

static int submit_call(struct zk *zk, const struct tree *tree,
                       const struct tree_request *request, struct zk_call *call)
{
    switch (request->kind) {
    case TREE_LIST:
        return zoo_aget_children(zk->handle, request->path, 0, zk_on_list,
                                 call);
    case TREE_PARENT:
        return zoo_acreate(zk->handle, request->path, "", 0, &zk->acl,
                           ZOO_PERSISTENT, zk_on_parent, call);
    case TREE_READ:
        return zoo_awget(zk->handle, request->path,
                         request->is_watched ? zk_on_watch : NULL, zk,
                         zk_on_read, call);
    case TREE_MULTI:
        return submit_multi(zk, tree, request, call);
    }
    return ZSYSTEMERROR;
}

void zk_submit(struct zk *zk, const struct tree *tree,
               const struct tree_request *request, uint64_t now_ms)
{
    struct zk_call *call = zk_note_zeroed(1, sizeof *call);
    call->zk = zk;
    call->request = request->kind;
    call->ticket = request->ticket;
    call->slot = request->slot;
    call->submitted_ms = now_ms;
    *zk->calls_end = call;
    zk->calls_end = &call->next;
    int code = submit_call(zk, tree, request, call);
    if (code == ZMARSHALLINGERROR || code == ZSYSTEMERROR) {
        /* It had no memory, maybe only after it had put down whom to call
         * back: it would be answered twice, from memory that was freed. */
        abort();
    }
    if (code != ZOK) {
        /* Not taken, so no completion comes; answered by ourselves. */
        zk_answer(call, code == ZNONODE ? ZSYSTEMERROR : code);
    }
}

/* The library writes the state in a thread of its own and tells no event of an
 * attempt that failed. zoo_state reads one volatile int, and is made for any
 * thread; what is a moment old costs us nothing. */
bool zk_is_hoping(const struct zk *zk)
{
    int state = zoo_state(zk->handle);
    return state == ZOO_CONNECTING_STATE || state == ZOO_ASSOCIATING_STATE;
}

uint64_t zk_oldest_ms(const struct zk *zk)
{
    return zk->calls != NULL ? zk->calls->submitted_ms : 0;
}

static void close_in_thread(void *context)
{
    struct zk *zk = context;
    (void)zookeeper_close(zk->handle); /* the process ends either way */
    zk_queue_post(&zk->queue, zk_note_create(ZK_CLOSED));
}

int zk_close(struct zk *zk)
{
    return uv_thread_create(&zk->closer, close_in_thread, zk);
}

/* This library has no name for it: KeeperException.Code.QUOTAEXCEEDED. */
#define QUOTA_EXCEEDED (-125)

const char *zk_refusal(int code)
{
    switch (code) {
    case ZNOAUTH:
        return "ZooKeeper does not let us write it: see the ACLs of the node "
               "and of its parent";
    case ZINVALIDACL:
        return "ZooKeeper takes none of our credentials: see zookeeper.auth";
    case ZNOCHILDRENFOREPHEMERALS:
        return "its parent is an ephemeral node and can have no children";
    case QUOTA_EXCEEDED:
        return "a quota of ZooKeeper's is exceeded";
    default:
        return "ZooKeeper does not let us write it";
    }
}

const char *zk_code_name(int code)
{
    return zerror(code);
}

bool zk_says_expired(int code)
{
    return code == ZSESSIONEXPIRED;
}
