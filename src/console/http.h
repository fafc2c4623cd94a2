/*
 * http.h - HTTP/1.1 on connections accepted by our own listeners. Only
 * the http_* files know libmicrohttpd.
 */
#ifndef CONSOLE_HTTP_H
#define CONSOLE_HTTP_H

#include <stddef.h>
#include <uv.h>

#include "console/figures.h"
#include "console/listener.h"
#include "console/snapshot.h"
#include "wire/message.h"

/* What one client may cost, beside CONNECTIONS_MOST. */
#define HTTP_HEADER_BYTES 8192
#define HTTP_IDLE_S 5u
#define HTTP_UNSENT_BYTES (128 * 1024) /* the kernel doubles it */

#define HTTP_LISTENERS_MOST 4

/* Readers of /events/stream, and orders that wait for the supervisor: both
 * hold their connections. Some streams are kept for who comes through the unix
 * socket, so that a crowd of browsers does not blind the operator. */
#define HTTP_STREAMS_MOST 16
#define HTTP_STREAMS_LOCAL 4
#define HTTP_ORDERS_MOST 8
#define HTTP_ORDER_MS 2000
#define HTTP_BODY_BYTES 4096 /* of an order's body, which nobody reads */

/* Passes an order on to the supervisor. 0 or a negative errno. */
typedef int (*http_order_cb)(void *owner, const struct message_order *order);

/* All that was asked is answered. */
typedef void (*http_parted_cb)(void *owner);

struct http_spec {
    struct snapshot *snapshot; /* borrowed */
    const int *fds;            /* listening sockets, taken */
    size_t fd_count;
    int config_fd; /* the effective configuration; -1 = none */
    http_order_cb send_order;
    http_parted_cb on_parted;
    void *owner; /* their context; borrowed */
};

struct http;

/* Answers as `spec` says. 0 or a negative errno. */
int http_create(uv_loop_t *loop, const struct http_spec *spec,
                struct http **created);

/* The supervisor has answered an order. */
void http_take_ordered(struct http *http,
                       const struct message_ordered *ordered);

/* What /metrics shall say of ZooKeeper's pace from now on. */
void http_take_publishing(struct http *http,
                          const struct publishing *publishing);

/* Takes no more connections, answers what was asked, and says when it has. */
void http_part(struct http *http);

#endif
