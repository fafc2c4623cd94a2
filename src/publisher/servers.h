/*
 * servers.h - the configured servers as a numeric list, before the library
 * sees them: it would resolve names on every turn of its own thread, and a
 * hanging name server would cost a healthy session (libzookeeper 3.8.0).
 *
 * One name at a time, in libuv's pool: a hanging lookup holds one thread of
 * it and nothing else; the owner's own deadline ends the process.
 */
#ifndef PUBLISHER_SERVERS_H
#define PUBLISHER_SERVERS_H

#include <uv.h>

#include "model/settings.h"

/* An IPv6 address with its port and comma, for several addresses each. */
#define SERVERS_NUMERIC_BYTES 2048

struct servers;

/* 0 and `numeric` is good; -EINVAL: the list is malformed; -ENOENT: no name
 * resolved. Not called inside servers_resolve. */
typedef void (*servers_cb)(struct servers *servers, int status);

struct servers {
    void *owner;
    uv_loop_t *loop;
    uv_getaddrinfo_t request;
    uv_timer_t soon; /* the callback comes from the loop, also without names */
    servers_cb callback;
    char rest[SETTINGS_SERVERS_BYTES];
    size_t at; /* in rest: the next server's text */
    char port[8];
    char numeric[SERVERS_NUMERIC_BYTES];
    int status;
};

/* `list` is "host:port,host:port". The struct must live until the callback. */
void servers_resolve(struct servers *servers, uv_loop_t *loop, const char *list,
                     servers_cb callback, void *owner);

#endif
