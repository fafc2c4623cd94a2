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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A flight's replies, looked for by hand, need no more reads than this. */
#define LOOK_READS_MOST 8

/* Bytes on their way that nobody else keeps. Wiped: they may hold a password.
 */
struct letter {
    uv_write_t write;
    bool is_first;
    size_t length;
    uint8_t bytes[];
};

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

/* Sends the first bytes if the socket takes them; -EAGAIN while it still
 * connects. */
static int send_at_once(int fd, const struct transport_call *call)
{
    ssize_t sent = send(fd, call->bytes, call->length, MSG_NOSIGNAL);
    if (sent == (ssize_t)call->length) {
        return 0;
    }
    if (sent >= 0) {
        return -EMSGSIZE; /* they are fewer than any send buffer holds */
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

/* The server closed; it may have told why before: reading tells. */
static bool is_cut_off(int status)
{
    return status == UV_EPIPE || status == UV_ECONNRESET;
}

static void note_written(struct transport *transport, bool is_first, int status)
{
    if (is_over(transport)) {
        return;
    }
    if (status != 0 && !is_cut_off(status)) {
        end(transport, status);
    } else if (is_first) {
        transport->is_sent = true; /* or cut off */
        transport->events->on_sent(transport);
    }
}

static void handle_written(uv_write_t *write, int status)
{
    note_written(write->data, true, status);
}

/* --- letters ------------------------------------------------------------ */

static struct letter *create_letter(const uint8_t *bytes, size_t length)
{
    struct letter *letter = malloc(sizeof(*letter) + length);
    if (letter != NULL) {
        letter->is_first = false;
        letter->length = length;
        memcpy(letter->bytes, bytes, length);
    }
    return letter;
}

static void destroy_letter(struct letter *letter)
{
    explicit_bzero(letter->bytes, letter->length);
    free(letter);
}

static void handle_letter_gone(uv_write_t *write, int status)
{
    struct letter *letter = (struct letter *)write; /* its first member */
    struct transport *transport = write->data;
    bool is_first = letter->is_first;
    destroy_letter(letter);
    note_written(transport, is_first, status);
}

/* Takes the letter. uv_write fails only for a stream that is not open. */
static void post_letter(struct transport *transport, struct letter *letter)
{
    uv_buf_t buffer =
        uv_buf_init((char *)letter->bytes, (unsigned)letter->length);
    letter->write.data = transport;
    int status = uv_write(&letter->write, &transport->stream, &buffer, 1,
                          handle_letter_gone);
    assert(status == 0);
    (void)status; /* for builds without assert */
}

/* --- the socket becomes libuv's ----------------------------------------- */

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
                          const struct transport_call *call,
                          struct letter *first)
{
    int status = uv_read_start(&transport->stream, handle_alloc, handle_read);
    assert(status == 0);
    if (first != NULL) {
        first->is_first = true;
        post_letter(transport, first);
    } else if (!transport->is_sent) {
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
    struct letter *first = NULL;
    int status = send_at_once(fd, call);
    if (status != 0 && status != -EAGAIN) {
        goto close_fd;
    }
    transport->is_sent = status == 0;
    if (!transport->is_sent && !call->is_lasting) {
        first = create_letter(call->bytes, call->length);
        status = -ENOMEM;
        if (first == NULL) {
            goto close_fd;
        }
    }
    adopt_socket(transport, loop, call->address.ss_family, fd);
    start_talking(transport, call, first);
    return 0;

close_fd:
    (void)close(fd); /* nothing is expected of it any more */
    return status;
}

int transport_send(struct transport *transport, const uint8_t *bytes,
                   size_t length)
{
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)length);
    int sent = uv_try_write(&transport->stream, &buffer, 1);
    if (sent == UV_EAGAIN) {
        sent = 0; /* no room, or letters of before are still there */
    }
    if (sent < 0) {
        return is_cut_off(sent) ? 0 : sent;
    }
    if ((size_t)sent == length) {
        return 0;
    }
    struct letter *letter = create_letter(bytes + sent, length - (size_t)sent);
    if (letter == NULL) {
        return -ENOMEM;
    }
    post_letter(transport, letter);
    return 0;
}

bool transport_look(struct transport *transport)
{
    bool has_heard = false;
    for (int i = 0; i < LOOK_READS_MOST && !is_over(transport); i++) {
        ssize_t count = recv(transport->fd, transport->buffer,
                             TRANSPORT_READ_BYTES, MSG_DONTWAIT);
        if (count > 0) {
            has_heard = true;
            transport->events->on_bytes(transport, transport->buffer,
                                        (size_t)count);
        } else if (count == 0) {
            end(transport, 0);
        } else if (errno == EAGAIN) {
            break;
        } else {
            end(transport, -errno);
        }
    }
    return has_heard;
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

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)address;
        return ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
    return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

static bool is_same_host(const struct sockaddr_storage *one,
                         const struct sockaddr_storage *other)
{
    if (one->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)one;
        return four->sin_addr.s_addr ==
               ((const struct sockaddr_in *)other)->sin_addr.s_addr;
    }
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)one;
    return IN6_ARE_ADDR_EQUAL(&six->sin6_addr,
                              &((const struct sockaddr_in6 *)other)->sin6_addr);
}

bool transport_is_local(const struct transport *transport,
                        const struct transport_call *call)
{
    struct sockaddr_storage ours = {0};
    socklen_t length = sizeof(ours);
    if (call->address.ss_family == AF_UNIX || is_loopback(&call->address)) {
        return true;
    }
    return transport->is_open &&
           getsockname(transport->fd, (struct sockaddr *)&ours, &length) == 0 &&
           ours.ss_family == call->address.ss_family &&
           is_same_host(&ours, &call->address);
}

void transport_close(struct transport *transport)
{
    transport->is_open = false;
    transport->fd = -1;
    uv_close(&transport->handle, handle_closed);
}
