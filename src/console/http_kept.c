/*
 * http_kept.c - see http_kept.h. The library counts who uses a response; the
 * last one, client or us, frees it.
 */
#include "console/http_kept.h"

#include <microhttpd.h>
#include <stddef.h>

#include "console/http_answer.h"

/* Those that grow with the instances and depend on the path alone. */
static const enum route_kind kinds[HTTP_KEPT_KINDS] = {ROUTE_PAGE, ROUTE_STATUS,
                                                       ROUTE_METRICS, ROUTE_SD};

static struct http_kept *place_of(struct http *http, enum route_kind kind)
{
    for (int i = 0; i < HTTP_KEPT_KINDS; i++) {
        if (kinds[i] == kind) {
            return &http->kept[i];
        }
    }
    return NULL;
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
    struct http_kept *kept = place_of(http, route->kind);
    bool is_young = kept != NULL && now_ms < kept->until_ms;
    return is_young && kept->response != NULL ? kept : NULL;
}

struct http_kept *http_kept_take(struct http *http, const struct route *route,
                                 struct reply *reply, uint64_t now_ms)
{
    struct http_kept *kept = place_of(http, route->kind);
    size_t length = reply->body.length;
    if (kept == NULL || length < HTTP_KEPT_BYTES_LEAST) {
        return NULL;
    }
    forget(kept);
    *kept = (struct http_kept){
        .response = http_answer_make(reply, true),
        .code = reply->code,
        .until_ms = now_ms + length / HTTP_KEPT_BYTES_A_MS,
    };
    return kept;
}

void http_kept_forget(struct http *http)
{
    for (int i = 0; i < HTTP_KEPT_KINDS; i++) {
        forget(&http->kept[i]);
    }
}
