/*
 * listener.c - an accept loop of our own, because the HTTP library's cannot
 * shed: with it, two hundred slow clients starve the honest ones.
 *
 * EMFILE and its kin leave the connection in the backlog and the socket
 * readable, so accepting rests for a while instead of spinning.
 */
#include "console/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/log.h"

static void start_poll(struct listener *listener);

static void handle_pause_end(uv_timer_t *timer)
{
    start_poll(timer->data);
}

static void rest(struct listener *listener, int status)
{
    listener->on_refuse(listener);
    log_event(LEVEL_WARNING, "accept_failed",
              LOG_TEXT("error", strerror(-status)));
    (void)uv_poll_stop(&listener->poll); /* never fails */
    (void)uv_timer_start(&listener->pause, handle_pause_end, LISTENER_PAUSE_MS,
                         0); /* fails only when closing */
}

/* Accepts one. 0, or why not. */
static int accept_one(struct listener *listener)
{
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof peer;
    int fd = accept4(listener->fd, (struct sockaddr *)&peer, &length,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    listener->on_accept(listener, fd, (struct sockaddr *)&peer, length);
    return 0;
}

static void handle_readable(uv_poll_t *poll, int status, int events)
{
    struct listener *listener = poll->data;
    (void)events; /* only readable was asked for */
    for (int i = 0; status == 0 && i < LISTENER_TURN_CONNECTIONS; i++) {
        status = accept_one(listener);
        if (status == -EINTR || status == -ECONNABORTED) {
            status = 0;
        }
    }
    if (status != 0 && status != -EAGAIN) {
        rest(listener, status);
    }
}

static void start_poll(struct listener *listener)
{
    int status = uv_poll_start(&listener->poll, UV_READABLE, handle_readable);
    if (status != 0) {
        rest(listener, status);
    }
}

int listener_start(struct listener *listener, uv_loop_t *loop, int fd,
                   listener_accept_cb on_accept, listener_refuse_cb on_refuse,
                   void *owner)
{
    listener->owner = owner;
    listener->fd = fd;
    listener->on_accept = on_accept;
    listener->on_refuse = on_refuse;
    listener->poll.data = listener;
    listener->pause.data = listener;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        return -errno;
    }
    int status = uv_poll_init(loop, &listener->poll, fd);
    if (status == 0) {
        status = uv_timer_init(loop, &listener->pause);
    }
    if (status == 0) {
        start_poll(listener);
    }
    return status;
}

void listener_stop(struct listener *listener)
{
    (void)uv_poll_stop(&listener->poll);   /* never fails */
    (void)uv_timer_stop(&listener->pause); /* never fails */
}

void listener_local_text(int fd, char *text, socklen_t size)
{
    struct sockaddr_storage storage = {0};
    socklen_t length = sizeof storage;
    text[0] = '\0';
    if (getsockname(fd, (struct sockaddr *)&storage, &length) != 0) {
        return;
    }
    const void *address = NULL;
    if (storage.ss_family == AF_INET) {
        address = &((struct sockaddr_in *)&storage)->sin_addr;
    } else if (storage.ss_family == AF_INET6) {
        address = &((struct sockaddr_in6 *)&storage)->sin6_addr;
    }
    if (address != NULL) {
        (void)inet_ntop(storage.ss_family, address, text,
                        size); /* fails on short buffers only */
    }
}

bool listener_is_local(int fd)
{
    int domain = AF_UNSPEC;
    socklen_t length = sizeof domain;
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
           domain == AF_UNIX;
}
