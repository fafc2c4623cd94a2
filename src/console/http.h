/*
 * http.h - HTTP/1.1 on connections accepted by our own listeners. Only
 * the http_* files know libmicrohttpd.
 */
#ifndef CONSOLE_HTTP_H
#define CONSOLE_HTTP_H

#include <stddef.h>
#include <uv.h>

#include "console/listener.h"
#include "console/snapshot.h"

/* What one client may cost, beside CONNECTIONS_MOST. */
#define HTTP_HEADER_BYTES 8192
#define HTTP_IDLE_S 5u

#define HTTP_LISTENERS_MOST 4

struct http;

/* Answers from `snapshot` (borrowed) on the listening sockets `fds`, which it
 * takes. 0 or a negative errno. */
int http_create(uv_loop_t *loop, struct snapshot *snapshot, const int *fds,
                size_t fd_count, struct http **created);

#endif
