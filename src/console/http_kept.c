/*
 * http_kept.c - see http_kept.h. The library counts who uses a response; the
 * last one, client or us, frees it.
 */
#include "console/http_kept.h"

#include <microhttpd.h>
#include <stddef.h>

#include "console/http_answer.h"

/* Those that take long and depend on nothing but this. */
static const struct {
    enum route_kind kind;
    bool is_text;
    uint64_t for_ms; /* however small it is */
} kinds[HTTP_KEPT_KINDS] = {
    {ROUTE_PAGE, false, 0},
    {ROUTE_STATUS, false, 0},
    {ROUTE_METRICS, false, 0},
    {ROUTE_SD, false, 0},
    {ROUTE_HEALTHZ, false, 0},
    {ROUTE_BOUNDS, false, 0},
    {ROUTE_CHARTS, false, HTTP_KEPT_SMALL_MS},
    {ROUTE_FDS, false, HTTP_KEPT_SMALL_MS},
    {ROUTE_FDS, true, HTTP_KEPT_SMALL_MS},
};

/* HTTP_KEPT_KINDS when it is none of them. */
static int kind_of(const struct route *route)
{
    bool is_text = route->kind == ROUTE_FDS && route->arguments.wants_text;
    int kind = 0;
    while (kind < HTTP_KEPT_KINDS && (kinds[kind].kind != route->kind ||
                                      kinds[kind].is_text != is_text)) {
        kind++;
    }
    return kind;
}

/* 0: it is not kept. */
static uint64_t serves_ms(const struct http *http, int kind, size_t length)
{
    uint64_t for_ms = snapshot_serves_ms(http->spec.snapshot);
    if (for_ms < kinds[kind].for_ms) {
        for_ms = kinds[kind].for_ms;
    }
    if (for_ms < length / HTTP_KEPT_BYTES_A_MS &&
        length >= HTTP_KEPT_BYTES_LEAST) {
        for_ms = length / HTTP_KEPT_BYTES_A_MS;
    }
    return for_ms;
}

static void forget(struct http_kept *kept)
{
    if (kept->response != NULL) {
        MHD_destroy_response(kept->response);
    }
    *kept = (struct http_kept){0};
}

struct http_kept *http_kept_find(struct http *http, const struct route *route,
                                 uint64_t now_ms)
{
    int kind = kind_of(route);
    if (kind == HTTP_KEPT_KINDS || now_ms >= http->kept[kind].until_ms) {
        return NULL;
    }
    struct http_kept *kept = &http->kept[kind];
    return kept->response != NULL ? kept : NULL;
}

struct http_kept *http_kept_take(struct http *http, const struct route *route,
                                 struct reply *reply, uint64_t now_ms)
{
    int kind = kind_of(route);
    uint64_t for_ms =
        kind < HTTP_KEPT_KINDS ? serves_ms(http, kind, reply->body.length) : 0;
    if (for_ms == 0) {
        return NULL;
    }
    struct http_kept *kept = &http->kept[kind];
    forget(kept);
    *kept = (struct http_kept){
        .response = http_answer_make(reply, true),
        .code = reply->code,
        .until_ms = now_ms + for_ms,
    };
    return kept;
}

void http_kept_forget(struct http *http)
{
    for (int i = 0; i < HTTP_KEPT_KINDS; i++) {
        forget(&http->kept[i]);
    }
}
