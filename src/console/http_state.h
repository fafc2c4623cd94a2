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
#include "console/reply.h"
#include "console/routes.h"
#include "console/snapshot.h"
#include "console/stream.h"

struct MHD_Connection;
struct MHD_Daemon;
struct MHD_Response;

/* One reader of events. `connection` NULL: free. */
struct http_stream {
    struct http *http; /* borrowed */
    struct MHD_Connection *connection;
    int fd;          /* borrowed */
    bool is_waiting; /* suspended until there is news */
    bool is_gone;    /* the reader has closed: the stream ends */
    struct stream stream;
};

/* An order that the supervisor has not answered yet. `id` 0: free. */
struct http_order {
    struct http *http; /* borrowed */
    uint32_t id;
    struct request *request; /* borrowed; it knows us too */
    uv_timer_t timer;        /* when it has taken too long */
};

/* A large answer that is given again for a while; see http_kept.h. */
#define HTTP_KEPT_KINDS 9

struct http_kept {
    struct MHD_Response *response; /* owned; NULL = none */
    unsigned code;
    uint64_t until_ms;
};

struct http {
    struct MHD_Daemon *daemon;
    struct http_spec spec;
    struct figures figures;
    uv_poll_t poll;
    uv_timer_t timer;
    struct listener listeners[HTTP_LISTENERS_MOST];
    struct connections connections;
    uint32_t stream_count;
    struct http_stream streams[HTTP_STREAMS_MOST];
    uv_timer_t look; /* for news; runs while somebody reads */
    uint32_t order_id;
    struct http_order orders[HTTP_ORDERS_MOST];
    struct http_kept kept[HTTP_KEPT_KINDS];
    bool is_parting;
    uv_timer_t parting; /* looks whether it may go */
};

/* One request, from its first line to the end of its answer. */
struct request {
    struct MHD_Connection *connection; /* borrowed */
    bool is_begun;
    bool is_too_long;
    char target[ROUTES_TARGET_BYTES];
    struct http_order *order; /* it waits for this one; NULL = for none */
    bool has_outcome;         /* of its order: */
    struct reply outcome;     /* then owned, until it is sent */
};

/* Has the library do what is due, and sets the timer to what is due next.
 * Never from inside one of its callbacks. */
void http_turn(struct http *http);

#endif
