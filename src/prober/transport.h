/*
 * transport.h - one fresh connection to a server: TCP over IPv4 or IPv6, or a
 * unix socket; bytes go out, bytes come in, until somebody closes.
 *
 * It knows neither time nor RESP nor TLS. Everything after transport_open comes
 * by callback, and nothing comes after transport_close but on_closed.
 */
#ifndef PROBER_TRANSPORT_H
#define PROBER_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

/* One read takes at most so much. */
#define TRANSPORT_READ_BYTES (64 * 1024)

struct transport;

struct transport_events {
    /* Connected, and the first bytes are the kernel's. Not called when that
     * was so within transport_open already: look at is_sent. */
    void (*on_sent)(struct transport *transport);
    void (*on_bytes)(struct transport *transport, const char *bytes,
                     size_t length);
    /* No more will come: 0 = end of stream, else a negative errno. Once. */
    void (*on_end)(struct transport *transport, int status);
    void (*on_closed)(struct transport *transport);
};

/* Where to, and what to say first. */
struct transport_call {
    struct sockaddr_storage address;
    socklen_t address_length;
    const uint8_t *bytes;
    size_t length;
    bool is_lasting; /* the bytes are there until it is closed; if not, what
                        cannot be sent at once is copied */
};

struct transport {
    void *owner;                           /* borrowed, the owner's */
    const struct transport_events *events; /* borrowed */
    char *buffer; /* borrowed: TRANSPORT_READ_BYTES shared by all of a loop,
                     filled and emptied within one callback */
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    };
    uv_write_t write;
    int fd;       /* the handle's; -1 when not open */
    bool is_open; /* between transport_open and transport_close */
    bool is_sent;
    bool has_ended; /* on_end was called */
};

void transport_init(struct transport *transport,
                    const struct transport_events *events, char *buffer,
                    void *owner);

/* Connects and sends without waiting. 0: open, callbacks follow. A negative
 * errno: it failed at once, nothing is open and no callback comes. */
int transport_open(struct transport *transport, uv_loop_t *loop,
                   const struct transport_call *call);

/* Sends more, after the first bytes were. What the socket does not take at
 * once is copied, left to libuv, and wiped when it is gone. 0 or a negative
 * errno; that the server has closed is no failure: reading tells it. */
int transport_send(struct transport *transport, const uint8_t *bytes,
                   size_t length);

/* Hands on, by the callbacks and now, what has arrived but was not read yet:
 * the last look before a deadline is believed. Whether there was anything. */
bool transport_look(struct transport *transport);

/* The process behind a unix socket as the kernel vouches for it; else 0. */
uint32_t transport_peer_process(const struct transport *transport);

/* Whether the server is on this host: behind a unix socket, the loopback, or
 * an address that is ours too. */
bool transport_is_local(const struct transport *transport,
                        const struct transport_call *call);

/* on_closed comes from the loop, later. Only when open. */
void transport_close(struct transport *transport);

#endif
