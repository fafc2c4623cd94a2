/*
 * listener.h - accepts connections from an inherited listening socket in a
 * libuv loop.
 */
#ifndef CONSOLE_LISTENER_H
#define CONSOLE_LISTENER_H

#include <stdbool.h>
#include <sys/socket.h>
#include <uv.h>

/* So many connections are accepted in one turn of the loop: fewer than may
 * be open at once, so that a client whose request has arrived is always
 * answered before later ones can push it out. */
#define LISTENER_TURN_CONNECTIONS 16

/* Without descriptors or memory accepting rests so long, and does not spin. */
#define LISTENER_PAUSE_MS 100

struct listener;

/* A new connection, non-blocking and close-on-exec; takes `fd`. */
typedef void (*listener_accept_cb)(struct listener *listener, int fd,
                                   const struct sockaddr *peer,
                                   socklen_t peer_length);

/* The kernel had no descriptor or memory for one: the owner may make room
 * before the listener tries again. */
typedef void (*listener_refuse_cb)(struct listener *listener);

struct listener {
    void *owner; /* borrowed, the owner's */
    int fd;      /* owned */
    uv_poll_t poll;
    uv_timer_t pause;
    listener_accept_cb on_accept;
    listener_refuse_cb on_refuse;
};

/* Takes `fd`, and keeps it until the process ends. 0 or a negative errno. */
int listener_start(struct listener *listener, uv_loop_t *loop, int fd,
                   listener_accept_cb on_accept, listener_refuse_cb on_refuse,
                   void *owner);

/* Accepts no more. */
void listener_stop(struct listener *listener);

/* The literal address a client of this connection connected to; "" for a unix
 * socket. `size` is at least INET6_ADDRSTRLEN. */
void listener_local_text(int fd, char *text, socklen_t size);

/* True if this connection came through a unix socket; false when that cannot
 * be told. */
bool listener_is_local(int fd);

#endif
