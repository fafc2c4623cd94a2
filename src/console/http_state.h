/*
 * http_state.h - what the http_* files share of one HTTP server; nobody else
 * includes this.
 */
#ifndef CONSOLE_HTTP_STATE_H
#define CONSOLE_HTTP_STATE_H

#include <stdbool.h>
#include <uv.h>

#include "console/connections.h"
#include "console/figures.h"
#include "console/http.h"
#include "console/listener.h"
#include "console/routes.h"
#include "console/snapshot.h"

struct MHD_Daemon;

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

#endif
