/*
 * http.c - libmicrohttpd as a parser and writer of HTTP, and nothing more.
 *
 * It neither listens nor owns a thread or a loop: connections come from our
 * listeners, its epoll descriptor is polled in our loop, its time-outs are a
 * timer of ours. So we may decide who gives way: when all connections are
 * taken, the one that has waited longest for its answer to be over is shut
 * down, and the library notices and closes it.
 *
 * libmicrohttpd 0.9.75 answers what is not HTTP (bad lengths, endless lines)
 * by itself, before we are asked; the head of such an answer it may write
 * twice before it closes.
 */
#include "console/http.h"

#include <netinet/in.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "console/connections.h"
#include "console/reply.h"
#include "console/routes.h"

/* The library's memory of one connection: header bytes, what it makes of
 * them, and the answer's head. */
#define CONNECTION_MEMORY_BYTES (16 * 1024u)

struct http {
    struct MHD_Daemon *daemon;
    struct snapshot *snapshot; /* borrowed */
    struct figures figures;
    uv_poll_t poll;
    uv_timer_t timer;
    struct listener listeners[HTTP_LISTENERS_MOST];
    struct connections connections;
};

/* A request's target as it came, from its first line to its end. */
struct request {
    bool is_begun;
    bool is_too_long;
    char target[ROUTES_TARGET_BYTES];
};

/* --- the answer ------------------------------------------------------- */

/* What every answer carries: nobody may keep it, guess its type, or frame
 * the page; the page itself may load nothing. */
static const char *const headers[][2] = {
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
};

static bool add_headers(struct MHD_Response *response,
                        const struct reply *reply)
{
    bool is_added =
        MHD_add_response_header(response, "Content-Type", reply->type);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        is_added = is_added && MHD_add_response_header(response, headers[i][0],
                                                       headers[i][1]);
    }
    if (reply->code == MHD_HTTP_METHOD_NOT_ALLOWED) {
        is_added =
            is_added && MHD_add_response_header(response, "Allow", "GET, HEAD");
    }
    return is_added;
}

static struct connection *context_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

/* The library answers all that came in one go before anybody else is heard:
 * hundreds of requests fit into one packet. So a connection gets some answers,
 * and who wants more has to queue again. */
static bool is_last_answer(struct MHD_Connection *connection)
{
    struct connection *context = context_of(connection);
    if (context == NULL) {
        return false;
    }
    context->answers++;
    return context->answers >= CONNECTION_ANSWERS_MOST;
}

/* Takes the reply's body. MHD_NO closes the connection. */
static enum MHD_Result send_reply(struct http *http,
                                  struct MHD_Connection *connection,
                                  struct reply *reply)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(
            reply->body.length, reply->body.bytes, free);
    if (response == NULL) {
        body_finish(&reply->body);
        return MHD_NO;
    }
    enum MHD_Result result = MHD_NO;
    bool is_ready = add_headers(response, reply);
    if (is_last_answer(connection)) {
        is_ready = is_ready &&
                   MHD_add_response_header(response, "Connection", "close");
    }
    if (is_ready) {
        figures_count(&http->figures, reply->code);
        result = MHD_queue_response(connection, reply->code, response);
    }
    MHD_destroy_response(response);
    return result;
}

/* --- the request ------------------------------------------------------ */

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

/* Without a Host only who came through the unix socket is let in: no browser
 * can be led there. */
static bool is_host_allowed(struct MHD_Connection *connection,
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
        return local[0] == '\0';
    }
    return routes_host_is_allowed(hosts.first, local[0] != '\0' ? local : NULL);
}

static size_t header_bytes(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info != NULL ? info->header_size : 0;
}

static bool is_method(const char *method)
{
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
           strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

static void answer(struct http *http, struct MHD_Connection *connection,
                   const struct request *request, const char *method,
                   struct reply *reply)
{
    struct route route = {0};
    int status = routes_decode(request->target, &route);
    if (!is_host_allowed(connection, route.authority)) {
        reply_refuse(reply, MHD_HTTP_FORBIDDEN,
                     "this Host is not one of ours\n");
    } else if (!is_method(method)) {
        reply_refuse(reply, MHD_HTTP_METHOD_NOT_ALLOWED,
                     "only GET and HEAD are answered\n");
    } else if (request->is_too_long) {
        reply_refuse(reply, MHD_HTTP_URI_TOO_LONG, "this path is too long\n");
    } else if (header_bytes(connection) > HTTP_HEADER_BYTES) {
        reply_refuse(reply, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
                     "at most 8 KiB of header are taken\n");
    } else if (status == -ENOENT) {
        reply_refuse(reply, MHD_HTTP_NOT_FOUND, "nothing stands here\n");
    } else if (status != 0) {
        reply_refuse(reply, MHD_HTTP_BAD_REQUEST,
                     "this path or argument is not understood\n");
    } else {
        reply_make(reply, &route, http->snapshot, &http->figures);
    }
}

static bool has_body(struct MHD_Connection *connection)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                       MHD_HTTP_HEADER_CONTENT_LENGTH) ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                       MHD_HTTP_HEADER_TRANSFER_ENCODING);
}

/* Called once when the header has come, and again when the request is whole.
 * An answer at the first call makes the library close the connection behind
 * it: right for a body, which is never read, and for what is refused. */
static enum MHD_Result handle_request(void *context,
                                      struct MHD_Connection *connection,
                                      const char *url, const char *method,
                                      const char *version, const char *upload,
                                      size_t *upload_size, void **memory)
{
    struct request *request = *memory;
    struct reply reply;
    (void)url;         /* decoded; the target is read as it came */
    (void)version;     /* the library speaks both */
    (void)upload;      /* there is none: */
    (void)upload_size; /* with a body the first call answers */
    if (request == NULL) {
        return MHD_NO;
    }
    if (!request->is_begun && is_method(method) && !has_body(connection)) {
        request->is_begun = true;
        return MHD_YES;
    }
    answer(context, connection, request, method, &reply);
    return send_reply(context, connection, &reply);
}

/* The first line has come. What is returned is the request's memory. */
static void *handle_target(void *context, const char *target,
                           struct MHD_Connection *connection)
{
    (void)context;    /* nothing is kept */
    (void)connection; /* nor asked */
    struct request *request = calloc(1, sizeof *request);
    if (request != NULL) {
        request->is_too_long =
            !text_copy(request->target, sizeof request->target, target);
    }
    return request;
}

/* --- connections ------------------------------------------------------ */

/* A request is over, well or not: the connection begins to wait anew. */
static void handle_completed(void *context, struct MHD_Connection *connection,
                             void **request,
                             enum MHD_RequestTerminationCode code)
{
    struct http *http = context;
    struct connection *waiting = context_of(connection);
    (void)code; /* all ends are the same to us */
    free(*request);
    *request = NULL;
    if (waiting != NULL) {
        connections_renew(&http->connections, waiting);
    }
}

static void begin_connection(struct http *http,
                             struct MHD_Connection *connection,
                             void **socket_context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *socket_context = connections_take(&http->connections, info->connect_fd);
    if (*socket_context != NULL) {
        http->figures.open++;
    } else { /* not believed reachable: the library has the same limit */
        (void)shutdown(info->connect_fd, SHUT_RDWR); /* lost either way */
    }
}

static void handle_connection(void *context, struct MHD_Connection *connection,
                              void **socket_context,
                              enum MHD_ConnectionNotificationCode code)
{
    struct http *http = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        begin_connection(http, connection, socket_context);
    } else if (*socket_context != NULL) {
        connections_release(*socket_context);
        http->figures.open--;
    }
}

/* The library notices and closes it. */
static void shed_oldest(struct http *http)
{
    struct connection *oldest = connections_find_oldest(&http->connections);
    if (oldest != NULL) {
        (void)shutdown(oldest->fd, SHUT_RDWR); /* gone already: as well */
        http->figures.shed++;
    }
}

/* --- the library in our loop ------------------------------------------ */

static void turn_library(struct http *http);

static void handle_library_timer(uv_timer_t *timer)
{
    turn_library(timer->data);
}

static void turn_library(struct http *http)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    (void)MHD_run(http->daemon); /* fails only for wrong flags */
    if (MHD_get_timeout(http->daemon, &wait_ms) == MHD_YES) {
        (void)uv_timer_start(&http->timer, handle_library_timer, wait_ms,
                             0); /* fails only when closing */
    } else {
        (void)uv_timer_stop(&http->timer); /* never fails */
    }
}

static void handle_library_ready(uv_poll_t *poll, int status, int events)
{
    (void)status; /* whatever it is, the library's turn finds it */
    (void)events;
    turn_library(poll->data);
}

static void handle_accept(struct listener *listener, int fd,
                          const struct sockaddr *peer, socklen_t length)
{
    struct http *http = listener->owner;
    if (http->figures.open >= CONNECTIONS_MOST) {
        shed_oldest(http);
        turn_library(http);
    }
    http->figures.accepted++;
    if (MHD_add_connection(http->daemon, fd, peer, length) != MHD_YES) {
        http->figures.accept_failures++; /* it has closed `fd` */
        return;
    }
    turn_library(http);
}

static void handle_refuse(struct listener *listener)
{
    struct http *http = listener->owner;
    http->figures.accept_failures++;
    shed_oldest(http);
}

static struct MHD_Daemon *start_library(struct http *http)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, handle_request,
        http, MHD_OPTION_URI_LOG_CALLBACK, handle_target, http,
        MHD_OPTION_NOTIFY_COMPLETED, handle_completed, http,
        MHD_OPTION_NOTIFY_CONNECTION, handle_connection, http,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST,
        MHD_OPTION_CONNECTION_TIMEOUT, HTTP_IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
        MHD_OPTION_END);
}

static int join_loop(struct http *http, uv_loop_t *loop)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    http->poll.data = http;
    http->timer.data = http;
    int status = info != NULL ? 0 : -ENOTSUP;
    if (status == 0) {
        status = uv_poll_init(loop, &http->poll, info->epoll_fd);
    }
    if (status == 0) {
        status = uv_timer_init(loop, &http->timer);
    }
    if (status == 0) {
        status = uv_poll_start(&http->poll, UV_READABLE, handle_library_ready);
    }
    return status;
}

int http_create(uv_loop_t *loop, struct snapshot *snapshot, const int *fds,
                size_t fd_count, struct http **created)
{
    if (fd_count > HTTP_LISTENERS_MOST) {
        return -EINVAL;
    }
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL) {
        return -ENOMEM;
    }
    http->snapshot = snapshot;
    http->figures.http_library = MHD_get_version();
    connections_init(&http->connections);
    http->daemon = start_library(http);
    int status = http->daemon != NULL ? join_loop(http, loop) : -ENOMEM;
    for (size_t i = 0; status == 0 && i < fd_count; i++) {
        status = listener_start(&http->listeners[i], loop, fds[i],
                                handle_accept, handle_refuse, http);
    }
    /* On failure the process ends; nothing is taken down piece by piece. */
    *created = http;
    return status;
}
