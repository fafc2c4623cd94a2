/*
 * http_request.c - see http_request.h.
 *
 * libmicrohttpd 0.9.75 answers what is not HTTP (bad lengths, endless lines)
 * by itself, before we are asked; the head of such an answer it may write
 * twice before it closes. It also takes a query apart, at some 60 bytes an
 * argument, and without room for them all it falls silent: what it would take
 * apart is taken away first.
 */
#include "console/http_request.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/text.h"
#include "console/hosts.h"
#include "console/http_answer.h"
#include "console/http_kept.h"
#include "console/http_orders.h"
#include "console/http_streams.h"

/* --- who may ask --------------------------------------------------------- */

struct hosts {
    const char *first;
    int count;
};

static enum MHD_Result count_host(void *context, enum MHD_ValueKind kind,
                                  const char *key, const char *value)
{
    struct hosts *hosts = context;
    (void)kind; /* headers only were asked for */
    if (strcasecmp(key, MHD_HTTP_HEADER_HOST) == 0) {
        hosts->first = hosts->count == 0 ? value : hosts->first;
        hosts->count++;
    }
    return MHD_YES;
}

/* True if the client came through the unix socket, which only its owner can
 * open. */
static bool is_local(struct MHD_Connection *connection)
{
    const struct connection *context = http_answer_context(connection);
    return context != NULL && context->is_local;
}

/* Without a Host only who came through the unix socket is let in: no browser
 * can be led there. */
static bool is_host_allowed(const struct http *http,
                            struct MHD_Connection *connection,
                            const char *authority)
{
    char local[INET6_ADDRSTRLEN];
    struct hosts hosts = {0};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    listener_local_text(info->connect_fd, local, sizeof local);
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_host,
                                    &hosts); /* the count is in `hosts` */
    if (hosts.count > 1) {
        return false;
    }
    if (authority[0] != '\0') {
        hosts.first = authority;
    }
    if (hosts.first == NULL) {
        return is_local(connection);
    }
    return hosts_is_allowed(hosts.first, local[0] != '\0' ? local : NULL,
                            http->spec.snapshot->agent.http_names);
}

/* --- what is refused ----------------------------------------------------- */

static size_t header_bytes(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info != NULL ? info->header_size : 0;
}

static bool is_read_method(const char *method)
{
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
           strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

static const char *header_of(struct MHD_Connection *connection, const char *key)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, key);
}

/* An order's body is of no use, but clients send one. It is thrown away, so
 * its length must be known and small. */
static bool is_body_refused(struct MHD_Connection *connection,
                            struct reply *reply)
{
    const char *length = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    uint64_t bytes = 0;
    if (header_of(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL) {
        reply_refuse(reply, MHD_HTTP_LENGTH_REQUIRED,
                     "a body must say its length\n");
        return true;
    }
    if (length != NULL && parse_u64(length, 0, HTTP_BODY_BYTES, &bytes) != 0) {
        reply_refuse(reply, MHD_HTTP_CONTENT_TOO_LARGE,
                     "at most 4 KiB of body are taken\n");
        return true;
    }
    return false;
}

static bool is_method_refused(struct MHD_Connection *connection,
                              const char *method, enum route_kind kind,
                              struct reply *reply)
{
    bool is_order = routes_is_order(kind);
    if (is_order && !is_local(connection)) {
        reply_refuse(reply, MHD_HTTP_FORBIDDEN,
                     "what changes something goes over the unix socket\n");
    } else if (is_order && strcmp(method, MHD_HTTP_METHOD_POST) != 0) {
        reply_refuse(reply, MHD_HTTP_METHOD_NOT_ALLOWED,
                     "only POST is answered here\n");
        reply->allow = "POST";
    } else if (!is_order && !is_read_method(method)) {
        reply_refuse(reply, MHD_HTTP_METHOD_NOT_ALLOWED,
                     "only GET and HEAD are answered\n");
        reply->allow = "GET, HEAD";
    } else {
        return is_order && is_body_refused(connection, reply);
    }
    return true;
}

/* True, and why, if the request is not to be looked into. */
static bool is_refused(const struct http *http, const struct request *request,
                       const char *method, struct route *route,
                       struct reply *reply)
{
    struct MHD_Connection *connection = request->connection;
    int status = routes_decode(request->target, route);
    if (!is_host_allowed(http, connection, route->authority)) {
        reply_refuse(reply, MHD_HTTP_FORBIDDEN,
                     "this Host is not one of ours\n");
    } else if (request->is_too_long) {
        reply_refuse(reply, MHD_HTTP_URI_TOO_LONG, "this path is too long\n");
    } else if (header_bytes(connection) > HTTP_HEADER_BYTES) {
        reply_refuse(reply, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
                     "at most 8 KiB of header are taken\n");
    } else if (status == -ENOENT && is_read_method(method)) {
        reply_refuse(reply, MHD_HTTP_NOT_FOUND, "nothing stands here\n");
    } else if (status == -EINVAL && is_read_method(method)) {
        reply_refuse(reply, MHD_HTTP_BAD_REQUEST,
                     "this path is not understood\n");
    } else if (is_method_refused(connection, method, route->kind, reply)) {
        return true;
    } else if (status == -ERANGE) {
        reply_refuse(reply, MHD_HTTP_BAD_REQUEST,
                     "an argument is out of range or too long\n");
    } else {
        return false;
    }
    return true;
}

/* --- the answer ---------------------------------------------------------- */

static enum MHD_Result answer_order(struct http *http, struct request *request,
                                    const struct route *route)
{
    struct reply reply = {0};
    http_answer_hold(request->connection);
    if (!request->has_outcome &&
        http_orders_ask(http, request, route, &reply)) {
        return MHD_YES; /* asked again when there is an outcome */
    }
    if (request->has_outcome) {
        reply = request->outcome;
        request->has_outcome = false;
    }
    return http_answer_send(http, request->connection, &reply);
}

static enum MHD_Result answer_stream(struct http *http,
                                     struct MHD_Connection *connection,
                                     const char *method,
                                     const struct route *route)
{
    struct reply reply = {0};
    if (strcmp(method, MHD_HTTP_METHOD_HEAD) == 0) {
        reply_refuse(&reply, MHD_HTTP_OK, "");
        reply.type = REPLY_EVENTS;
    } else if (http_streams_open(http, connection, &route->arguments, &reply) ==
               MHD_YES) {
        return MHD_YES;
    }
    return http_answer_send(http, connection, &reply);
}

static enum MHD_Result answer_read(struct http *http,
                                   struct MHD_Connection *connection,
                                   const struct route *route)
{
    struct reply reply = {0};
    uint64_t now_ms = clock_monotonic_ms();
    const struct http_kept *kept = http_kept_find(http, route, now_ms);
    if (kept != NULL) {
        return http_answer_again(http, connection, kept);
    }
    const struct reply_sources sources = {.snapshot = http->spec.snapshot,
                                          .figures = &http->figures,
                                          .config_fd = http->spec.config_fd};
    reply_make(&reply, route, &sources);
    kept = http_kept_take(http, route, &reply, now_ms);
    return kept != NULL ? http_answer_again(http, connection, kept)
                        : http_answer_send(http, connection, &reply);
}

static enum MHD_Result answer(struct http *http, struct request *request,
                              const char *method, const struct route *route)
{
    if (routes_is_order(route->kind)) {
        return answer_order(http, request, route);
    }
    if (route->kind == ROUTE_STREAM) {
        return answer_stream(http, request->connection, method, route);
    }
    return answer_read(http, request->connection, route);
}

/* --- the library's callbacks --------------------------------------------- */

static bool has_body(struct MHD_Connection *connection)
{
    return header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH) != NULL ||
           header_of(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

static void note_asked(struct MHD_Connection *connection)
{
    struct connection *context = http_answer_context(connection);
    if (context != NULL) {
        context->is_asked = true;
    }
}

enum MHD_Result http_request_handle(void *context,
                                    struct MHD_Connection *connection,
                                    const char *url, const char *method,
                                    const char *version, const char *upload,
                                    size_t *upload_size, void **memory)
{
    struct request *request = *memory;
    struct route route = {0};
    struct reply reply = {0};
    (void)url;     /* decoded; the target is read as it came */
    (void)version; /* the library speaks both */
    (void)upload;  /* of no use */
    if (request == NULL) {
        return MHD_NO;
    }
    if (request->is_begun && *upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    if (!request->is_begun) {
        note_asked(connection);
    }
    request->connection = connection;
    bool is_whole = request->is_begun;
    request->is_begun = true;
    if (!is_whole && is_read_method(method) && !has_body(connection)) {
        return MHD_YES;
    }
    if (is_refused(context, request, method, &route, &reply)) {
        return http_answer_send(context, connection, &reply);
    }
    if (!is_whole && !is_read_method(method)) {
        return MHD_YES; /* an order; its body goes first */
    }
    return answer(context, request, method, &route);
}

/* `target` stands in the library's own buffer, whence it reads on. */
static void hide_arguments(const char *target)
{
    char *query = strchr(target, '?');
    if (query != NULL) {
        query[1] = '\0';
    }
}

void *http_request_begin(void *context, const char *target,
                         struct MHD_Connection *connection)
{
    (void)context;    /* nothing is kept */
    (void)connection; /* nor asked */
    struct request *request = calloc(1, sizeof *request);
    if (request != NULL) {
        request->is_too_long =
            !text_copy(request->target, sizeof request->target, target);
    }
    hide_arguments(target);
    return request;
}

static void destroy_request(struct request *request)
{
    if (request == NULL) {
        return;
    }
    if (request->order != NULL) {
        http_orders_forget(request->order);
    }
    if (request->has_outcome) {
        body_finish(&request->outcome.body);
    }
    free(request);
}

void http_request_end(void *context, struct MHD_Connection *connection,
                      void **memory, enum MHD_RequestTerminationCode code)
{
    struct http *http = context;
    struct connection *waiting = http_answer_context(connection);
    (void)code; /* all ends are the same to us */
    destroy_request(*memory);
    *memory = NULL;
    if (waiting != NULL) {
        connections_renew(&http->connections, waiting);
    }
}
