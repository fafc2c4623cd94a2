/*
 * zk.c - the only file that knows zookeeper.h, and the only one with code that
 * runs in the library's thread.
 *
 *     loop's thread     zk_submit -> zoo_a...()          deliver <- queue
 *     library's thread                 completion -> note -> queue, wake
 *
 * A `zk_call` belongs to the loop until zoo_a...() took it, then to the
 * library until its completion, then travels with the note back to the loop
 * and is freed there. The queue (zk_note.h) and nothing else is shared.
 *
 * Never here: a synchronous call, a chroot, an unchecked path (both abort the
 * process, libzookeeper 3.8.0), or our log in the library's thread.
 */
#include "publisher/zk.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <zookeeper/zookeeper.h>

#include "base/text.h"

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
    struct zk_call *calls; /* in flight; the loop's own */
    struct zk_call **calls_end;
};

/* --- the library's thread ---------------------------------------------- */

static void drop_log_line(const char *message)
{
    /* The library logs from its own threads, and what it says reaches us as
     * events anyway. */
    (void)message;
}

static struct tree_stat plain_stat(const struct Stat *stat)
{
    return (struct tree_stat){.czxid = (uint64_t)stat->czxid,
                              .owner = (uint64_t)stat->ephemeralOwner,
                              .version = stat->version};
}

static enum tree_outcome outcome_of(int code)
{
    switch (code) {
    case ZOK:
        return TREE_OK;
    case ZNONODE:
        return TREE_NO_NODE;
    case ZNODEEXISTS:
        return TREE_EXISTS;
    case ZBADVERSION:
        return TREE_CONFLICT;
    case ZBADARGUMENTS:
        return TREE_REFUSED;
    case ZSESSIONEXPIRED:
    case ZSESSIONMOVED:
    case ZAUTHFAILED:
    case ZCLOSING:
    case ZTHROTTLEDOP:
        return TREE_LOST;
    default:
        /* Below ZAPIERROR the server has answered no, for a reason of the
         * operation's; some (a quota's) this library has no name for. */
        return code < ZAPIERROR ? TREE_REFUSED : TREE_LOST;
    }
}

static struct zk_note *answer_note(struct zk_call *call, int code)
{
    struct zk_note *note = zk_note_create(ZK_ANSWER);
    note->call = call;
    note->request = call->request;
    note->ticket = call->ticket;
    note->slot = call->slot;
    note->code = code;
    note->outcome = outcome_of(code);
    return note;
}

static void post(struct zk *zk, struct zk_note *note)
{
    zk_queue_post(&zk->queue, note);
}

/* The completions' type takes `const void *`; the call is ours to change. */
static struct zk_call *call_of(const void *data)
{
    union {
        const void *given;
        struct zk_call *call;
    } pointer = {.given = data};
    return pointer.call;
}

static void handle_read(int code, const char *value, int length,
                        const struct Stat *stat, const void *data)
{
    struct zk_call *call = call_of(data);
    struct zk_note *note = answer_note(call, code);
    if (code == ZOK) {
        /* A node without data has the length -1. */
        note->length = length > 0 ? (size_t)length : 0;
        note->stat = plain_stat(stat);
        if (note->length <= PAYLOAD_BYTES_MOST) {
            note->bytes = zk_note_copy(value, note->length);
        }
    }
    post(call->zk, note);
}

static void handle_list(int code, const struct String_vector *strings,
                        const void *data)
{
    struct zk_call *call = call_of(data);
    struct zk_note *note = answer_note(call, code);
    if (code == ZOK && strings->count > 0) {
        size_t count = (size_t)strings->count;
        note->names = zk_note_zeroed(count, sizeof *note->names);
        note->count = (uint32_t)count;
        for (size_t i = 0; i < count; i++) {
            const char *name = strings->data[i];
            note->names[i] = zk_note_copy(name, strlen(name) + 1);
        }
    }
    post(call->zk, note);
}

static void handle_parent(int code, const char *value, const void *data)
{
    (void)value; /* the path we gave */
    struct zk_call *call = call_of(data);
    post(call->zk, answer_note(call, code));
}

static void handle_multi(int code, const void *data)
{
    struct zk_call *call = call_of(data);
    struct zk_note *note = answer_note(call, code);
    if (code == ZOK) {
        note->stats = zk_note_zeroed(call->count, sizeof *note->stats);
        for (uint32_t i = 0; i < call->count; i++) {
            note->stats[i] = plain_stat(&call->stats[i]);
        }
        note->count = call->count;
    }
    post(call->zk, note);
}

static void describe_server(zhandle_t *handle, char *server)
{
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    struct sockaddr *address = (struct sockaddr *)&storage;
    char host[INET6_ADDRSTRLEN];
    char port[8];
    server[0] = '\0';
    if (zookeeper_get_connected_host(handle, address, &length) != NULL &&
        getnameinfo(address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
        (void)text_format(server, ZK_SERVER_BYTES,
                          storage.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
                          host, port); /* for people: may be cut */
    }
}

static void describe_session(zhandle_t *handle, struct zk_note *note)
{
    const clientid_t *client = zoo_client_id(handle);
    int negotiated_ms = zoo_recv_timeout(handle);
    static_assert(sizeof client->passwd == SESSION_PASSWORD_BYTES,
                  "a ZooKeeper password has 16 bytes");
    note->session.id = (uint64_t)client->client_id;
    memcpy(note->session.password, client->passwd, SESSION_PASSWORD_BYTES);
    note->negotiated_ms = negotiated_ms > 0 ? (uint32_t)negotiated_ms : 0;
    describe_server(handle, note->server);
    /* Something that is no ZooKeeper can "succeed" in the handshake. */
    bool is_sane = note->session.id != 0 &&
                   note->negotiated_ms >= ZK_NEGOTIATED_LEAST_MS &&
                   note->negotiated_ms <= ZK_NEGOTIATED_MOST_MS;
    note->kind = is_sane ? ZK_CONNECTED : ZK_MAD;
}

static void handle_session(struct zk *zk, zhandle_t *handle, int state)
{
    struct zk_note *note = zk_note_create(ZK_MAD);
    if (state == ZOO_CONNECTED_STATE) {
        describe_session(handle, note);
    } else if (state == ZOO_EXPIRED_SESSION_STATE) {
        note->kind = ZK_EXPIRED;
    } else if (state == ZOO_AUTH_FAILED_STATE) {
        note->kind = ZK_REFUSED;
    } else if (state == ZOO_CONNECTING_STATE ||
               state == ZOO_ASSOCIATING_STATE ||
               state == ZOO_NOTCONNECTED_STATE) {
        note->kind = ZK_DISCONNECTED;
    }
    post(zk, note);
}

static void handle_watch(zhandle_t *handle, int type, int state,
                         const char *path, void *context)
{
    struct zk *zk = context;
    if (type == ZOO_SESSION_EVENT) {
        return; /* every watcher hears it; the global one has told */
    }
    (void)handle;
    (void)state;
    struct zk_note *note = zk_note_create(ZK_CHANGED);
    const char *where = path != NULL ? path : "";
    note->path = zk_note_copy(where, strlen(where) + 1);
    post(zk, note);
}

static void handle_global_watch(zhandle_t *handle, int type, int state,
                                const char *path, void *context)
{
    (void)path; /* we set watches of our own only */
    if (type == ZOO_SESSION_EVENT) {
        handle_session(context, handle, state);
    }
}

/* --- the loop's thread -------------------------------------------------- */

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
        settings->servers, handle_global_watch,
        (int)settings->session_timeout_ms,
        settings->resume != NULL ? &client : NULL, zk, 0, drop_log_line);
    int code = errno;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* cannot fail */
    errno = code;
    return handle;
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
    int status = zk_queue_init(&made->queue, loop, handle_wake, made);
    if (status != 0) {
        free(made);
        return status;
    }
    made->handle = start_library(made, settings);
    if (made->handle == NULL) {
        return errno > 0 ? -errno : -EIO; /* the caller leaves the process */
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

static void init_op(zoo_op_t *to, const struct tree_op *op, const char *path,
                    struct Stat *stat)
{
    switch (op->kind) {
    case TREE_CREATE:
        zoo_create_op_init(to, path, op->bytes, (int)op->length,
                           &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, NULL, 0);
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
        init_op(&ops[i], op, paths[i], &call->stats[i]);
    }
    int code = zoo_amulti(zk->handle, (int)request->count, ops, call->results,
                          handle_multi, call);
    free(paths);
    free(ops);
    return code;
}

static int submit_call(struct zk *zk, const struct tree *tree,
                       const struct tree_request *request, struct zk_call *call)
{
    switch (request->kind) {
    case TREE_LIST:
        return zoo_aget_children(zk->handle, request->path, 0, handle_list,
                                 call);
    case TREE_PARENT:
        return zoo_acreate(zk->handle, request->path, "", 0,
                           &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, handle_parent,
                           call);
    case TREE_READ:
        return zoo_awget(zk->handle, request->path,
                         request->is_watched ? handle_watch : NULL, zk,
                         handle_read, call);
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
    if (code != ZOK) {
        /* Not taken, so no completion comes; answered by ourselves. */
        post(zk, answer_note(call, code == ZNONODE ? ZSYSTEMERROR : code));
    }
}

uint64_t zk_oldest_ms(const struct zk *zk)
{
    return zk->calls != NULL ? zk->calls->submitted_ms : 0;
}

static void close_in_thread(void *context)
{
    struct zk *zk = context;
    (void)zookeeper_close(zk->handle); /* the process ends either way */
    post(zk, zk_note_create(ZK_CLOSED));
}

int zk_close(struct zk *zk)
{
    return uv_thread_create(&zk->closer, close_in_thread, zk);
}

const char *zk_code_name(int code)
{
    return zerror(code);
}
