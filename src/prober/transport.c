/*
 * transport.c - see transport.h.
 *
 * Cheapness is a duty here, a connection is made for every probe. So the
 * socket is connected and written to before libuv learns of it: on loopback
 * the handshake is over when a non-blocking connect() returns EINPROGRESS, so
 * the bytes can go at once, and the loop need watch for the answer only: one
 * epoll_ctl and one wake-up instead of two. Where the handshake takes longer,
 * the write says EAGAIN and is left to libuv.
 */
#include "prober/transport.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

/* A flight's replies, looked for by hand, need no more reads than this. */
#define LOOK_READS_MOST 8

static bool is_over(const struct transport *transport)
{
    return !transport->is_open || transport->has_ended;
}

static void end(struct transport *transport, int status)
{
    if (!is_over(transport)) {
        transport->has_ended = true;
        transport->events->on_end(transport, status);
    }
}

/* --- opening ----------------------------------------------------------- */

/* A socket on its way to the server. The descriptor or a negative errno. */
static int connect_socket(const struct transport_call *call)
{
    int family = call->address.ss_family;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    int status = 0;
    /* Closing resets. Whoever closes first keeps the port in TIME_WAIT for a
     * minute, and that is always us: 100 servers ten times a second would
     * keep 60,000. All replies were read by then, or the server is not worth
     * a farewell. Measured, a reset costs us what a FIN does and Redis 7 a
     * tenth less; it logs either at level verbose only. */
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    if (family != AF_UNIX &&
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) != 0) {
        status = -errno;
    } else if (connect(fd, (const struct sockaddr *)&call->address,
                       call->address_length) != 0 &&
               errno != EINPROGRESS) {
        status = -errno;
    }
    if (status != 0) {
        (void)close(fd); /* nothing was written to it */
        return status;
    }
    return fd;
}

/* Sends what the socket takes at once; -EAGAIN while it still connects. */
static int send_at_once(int fd, const struct transport_call *call)
{
    ssize_t sent = send(fd, call->bytes, call->length, MSG_NOSIGNAL);
    if (sent == (ssize_t)call->length) {
        return 0;
    }
    if (sent >= 0) {
        return -EMSGSIZE; /* a flight is smaller than any send buffer */
    }
    if (errno == EPIPE || errno == ECONNRESET) {
        return 0; /* it may have told why before it closed: read that first */
    }
    return -errno;
}

static void handle_alloc(uv_handle_t *handle, size_t suggested,
                         uv_buf_t *buffer)
{
    struct transport *transport = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(transport->buffer, TRANSPORT_READ_BYTES);
}

static void handle_read(uv_stream_t *stream, ssize_t count,
                        const uv_buf_t *buffer)
{
    struct transport *transport = stream->data;
    if (count < 0) {
        end(transport, count == UV_EOF ? 0 : (int)count);
    } else if (count > 0 && !is_over(transport)) {
        transport->events->on_bytes(transport, buffer->base, (size_t)count);
    }
}

static void handle_written(uv_write_t *write, int status)
{
    struct transport *transport = write->data;
    if (is_over(transport)) {
        return;
    }
    if (status != 0 && status != UV_EPIPE && status != UV_ECONNRESET) {
        end(transport, status);
        return;
    }
    transport->is_sent = true; /* or cut off: then reading tells */
    transport->events->on_sent(transport);
}

/* Makes the descriptor libuv's. For a fresh non-blocking socket none of these
 * calls can fail but by a fault of ours (libuv 1.44, read). */
static void adopt_socket(struct transport *transport, uv_loop_t *loop,
                         int family, int fd)
{
    int status = 0;
    if (family == AF_UNIX) {
        status = uv_pipe_init(loop, &transport->pipe, 0);
        assert(status == 0);
        status = uv_pipe_open(&transport->pipe, fd);
    } else {
        status = uv_tcp_init(loop, &transport->tcp);
        assert(status == 0);
        status = uv_tcp_open(&transport->tcp, fd);
    }
    assert(status == 0);
    (void)status; /* for builds without assert */
    transport->handle.data = transport;
    transport->write.data = transport;
    transport->fd = fd;
    transport->is_open = true;
    transport->has_ended = false;
}

static void start_talking(struct transport *transport,
                          const struct transport_call *call)
{
    int status = uv_read_start(&transport->stream, handle_alloc, handle_read);
    assert(status == 0);
    if (!transport->is_sent) {
        uv_buf_t bytes =
            uv_buf_init((char *)(uintptr_t)call->bytes, (unsigned)call->length);
        status = uv_write(&transport->write, &transport->stream, &bytes, 1,
                          handle_written);
        assert(status == 0);
    }
    (void)status; /* for builds without assert */
}

static void handle_closed(uv_handle_t *handle)
{
    struct transport *transport = handle->data;
    transport->events->on_closed(transport);
}

/* --- public ------------------------------------------------------------ */

void transport_init(struct transport *transport,
                    const struct transport_events *events, char *buffer,
                    void *owner)
{
    *transport = (struct transport){
        .owner = owner, .events = events, .buffer = buffer, .fd = -1};
}

int transport_open(struct transport *transport, uv_loop_t *loop,
                   const struct transport_call *call)
{
    int fd = connect_socket(call);
    if (fd < 0) {
        return fd;
    }
    int status = send_at_once(fd, call);
    if (status != 0 && status != -EAGAIN) {
        goto close_fd;
    }
    transport->is_sent = status == 0;
    adopt_socket(transport, loop, call->address.ss_family, fd);
    start_talking(transport, call);
    return 0;

close_fd:
    (void)close(fd); /* nothing is expected of it any more */
    return status;
}

void transport_look(struct transport *transport)
{
    for (int i = 0; i < LOOK_READS_MOST && !is_over(transport); i++) {
        ssize_t count = recv(transport->fd, transport->buffer,
                             TRANSPORT_READ_BYTES, MSG_DONTWAIT);
        if (count > 0) {
            transport->events->on_bytes(transport, transport->buffer,
                                        (size_t)count);
        } else if (count == 0) {
            end(transport, 0);
        } else if (errno == EAGAIN) {
            return;
        } else {
            end(transport, -errno);
        }
    }
}

uint32_t transport_peer_process(const struct transport *transport)
{
    struct ucred peer = {.pid = 0};
    socklen_t length = sizeof(peer);
    if (!transport->is_open || transport->handle.type != UV_NAMED_PIPE ||
        getsockopt(transport->fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) !=
            0 ||
        peer.pid < 0) {
        return 0;
    }
    return (uint32_t)peer.pid;
}

void transport_close(struct transport *transport)
{
    transport->is_open = false;
    transport->fd = -1;
    uv_close(&transport->handle, handle_closed);
}
