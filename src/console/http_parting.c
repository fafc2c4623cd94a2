/*
 * http_parting.c - see http_parting.h.
 */
#include "console/http_parting.h"

#include "base/clock.h"
#include "console/http_streams.h"

#define LOOK_MS 10

static void handle_look(uv_timer_t *timer)
{
    struct http *http = timer->data;
    http_turn(http); /* what has come since is asked, too */
    if (!connections_is_any_owed(&http->connections, clock_monotonic_ms())) {
        http->spec.on_parted(http->spec.owner);
    }
}

void http_part(struct http *http)
{
    if (http->is_parting) {
        return;
    }
    http->is_parting = true;
    for (size_t i = 0; i < http->spec.fd_count; i++) {
        listener_stop(&http->listeners[i]);
    }
    http_streams_end_all(http);
    http_turn(http);
    (void)uv_timer_start(&http->parting, handle_look, 0,
                         LOOK_MS); /* fails only when closing */
}

int http_parting_init(struct http *http, uv_loop_t *loop)
{
    http->parting.data = http;
    return uv_timer_init(loop, &http->parting);
}
