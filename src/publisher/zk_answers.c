/*
 * zk_answers.c - what runs in the library's thread: completions and watchers.
 * They copy, post and wake; nothing else, and never our log.
 */
#include "publisher/zk_state.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netdb.h>
#include <string.h>

#include "base/text.h"

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

void zk_answer(struct zk_call *call, int code)
{
    post(call->zk, answer_note(call, code));
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

void zk_on_read(int code, const char *value, int length,
                const struct Stat *stat, const void *data)
{
    struct zk_call *call = call_of(data);
    bool is_torn = code == ZOK && length > 0 && value == NULL;
    code = is_torn ? ZMARSHALLINGERROR : code;
    struct zk_note *note = answer_note(call, code);
    if (code == ZOK) {
        /* A node without data has the length -1. */
        note->length = length > 0 ? (size_t)length : 0;
        note->stat = plain_stat(stat);
        if (note->length <= TREE_BYTES_MOST) {
            note->bytes = zk_note_copy(value, note->length);
        }
    }
    post(call->zk, note);
}

/* Cut short on its way, a list has names that the library left out. */
static bool is_whole(const struct String_vector *strings)
{
    for (int32_t i = 0; i < strings->count; i++) {
        if (strings->data[i] == NULL) {
            return false;
        }
    }
    return true;
}

void zk_on_list(int code, const struct String_vector *strings, const void *data)
{
    struct zk_call *call = call_of(data);
    code = code == ZOK && !is_whole(strings) ? ZMARSHALLINGERROR : code;
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

void zk_on_parent(int code, const char *value, const void *data)
{
    (void)value; /* the path we gave */
    struct zk_call *call = call_of(data);
    zk_answer(call, code);
}

void zk_on_multi(int code, const void *data)
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

static void take_session(struct zk *zk, zhandle_t *handle, int state)
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

void zk_on_watch(zhandle_t *handle, int type, int state, const char *path,
                 void *context)
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

void zk_on_session(zhandle_t *handle, int type, int state, const char *path,
                   void *context)
{
    (void)path; /* we set watches of our own only */
    if (type == ZOO_SESSION_EVENT) {
        take_session(context, handle, state);
    }
}
