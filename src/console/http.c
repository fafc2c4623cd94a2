/*
 * http.c - libmicrohttpd as a parser and writer of HTTP, and nothing more.
 *
 * It neither listens nor owns a thread or a loop: connections come from our
 * listeners, its epoll descriptor is polled in our loop, its time-outs are a
 * timer of ours. So we may decide who gives way (connections.h): he is shut
 * down, and the library notices and closes him.
 */
#include "console/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "console/http_orders.h"
#include "console/http_parting.h"
#include "console/http_request.h"
#include "console/http_state.h"
#include "console/http_streams.h"

/* The library's memory of one connection: header bytes, what it makes of
 * them, and the answer's head. */
#define CONNECTION_MEMORY_BYTES (16 * 1024u)

/* --- connections ------------------------------------------------------ */

/* Of a large answer the kernel takes so much at a time: one that is not read
 * costs no more memory than this, and sixty that are, no long turn. */
static void bound_unsent(int fd)
{
    int bytes = HTTP_UNSENT_BYTES;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes,
                     sizeof bytes); /* fails on no socket only */
}

static void begin_connection(struct http *http,
                             struct MHD_Connection *connection,
                             void **socket_context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct connection *taken = connections_take(
        &http->connections, info->connect_fd, clock_monotonic_ms());
    *socket_context = taken;
    if (taken != NULL) {
        taken->is_local = listener_is_local(info->connect_fd);
        bound_unsent(info->connect_fd);
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
        struct connection *over = *socket_context;
        http->figures.open -= over->is_ending ? 0 : 1;
        connections_release(over);
    }
}

/* The library notices at its next turn and closes it. */
static void shed_oldest(struct http *http)
{
    struct connection *oldest = connections_find_oldest(&http->connections);
    if (oldest != NULL) {
        (void)shutdown(oldest->fd, SHUT_RDWR); /* gone already: as well */
        oldest->is_ending = true;
        http->figures.open--;
        http->figures.shed++;
    }
}

/* --- the library in our loop ------------------------------------------ */

static void handle_library_timer(uv_timer_t *timer)
{
    http_turn(timer->data);
}

void http_turn(struct http *http)
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

/* A turn answers once on each connection that asks, so it may take long: one
 * serves all that came meanwhile. */
static void want_turn(struct http *http)
{
    (void)uv_timer_start(&http->timer, handle_library_timer, 0,
                         0); /* fails only when closing */
}

static void handle_library_ready(uv_poll_t *poll, int status, int events)
{
    (void)status; /* whatever it is, the library's turn finds it */
    (void)events;
    want_turn(poll->data);
}

static void handle_accept(struct listener *listener, int fd,
                          const struct sockaddr *peer, socklen_t length)
{
    struct http *http = listener->owner;
    if (http->figures.open >= CONNECTIONS_MOST) {
        shed_oldest(http);
    }
    http->figures.accepted++;
    if (MHD_add_connection(http->daemon, fd, peer, length) != MHD_YES) {
        http->figures.accept_failures++; /* it has closed `fd` */
    }
    want_turn(http);
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
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0,
        NULL, NULL, http_request_handle, http, MHD_OPTION_URI_LOG_CALLBACK,
        http_request_begin, http, MHD_OPTION_NOTIFY_COMPLETED, http_request_end,
        http, MHD_OPTION_NOTIFY_CONNECTION, handle_connection, http,
        MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)(CONNECTIONS_MOST + CONNECTIONS_ENDING_MOST),
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

static int start_listeners(struct http *http, uv_loop_t *loop)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < http->spec.fd_count; i++) {
        status = listener_start(&http->listeners[i], loop, http->spec.fds[i],
                                handle_accept, handle_refuse, http);
    }
    return status;
}

int http_create(uv_loop_t *loop, const struct http_spec *spec,
                struct http **created)
{
    if (spec->fd_count > HTTP_LISTENERS_MOST) {
        return -EINVAL;
    }
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL) {
        return -ENOMEM;
    }
    http->spec = *spec;
    http->figures.http_library = MHD_get_version();
    connections_init(&http->connections);
    http->daemon = start_library(http);
    int status = http->daemon != NULL ? join_loop(http, loop) : -ENOMEM;
    if (status == 0) {
        status = http_streams_init(http, loop);
    }
    if (status == 0) {
        status = http_orders_init(http, loop);
    }
    if (status == 0) {
        status = http_parting_init(http, loop);
    }
    if (status == 0) {
        status = start_listeners(http, loop);
    }
    /* On failure the process ends; nothing is taken down piece by piece. */
    *created = http;
    return status;
}

void http_take_publishing(struct http *http,
                          const struct publishing *publishing)
{
    http->figures.publishing = *publishing;
}
