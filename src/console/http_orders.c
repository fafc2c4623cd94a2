/*
 * http_orders.c - see http_orders.h.
 *
 *   ask -> ORDER to the supervisor -> ORDERED -> 200, 404, 409, 500
 *                                  '-> nothing in time -> 504
 */
#include "console/http_orders.h"

#include <microhttpd.h>

#include "base/text.h"
#include "console/http_answer.h"
#include "console/http_kept.h"
#include "console/view.h"

static void make_outcome(struct reply *reply, unsigned code, const char *text)
{
    struct view view;
    *reply = (struct reply){.code = code, .type = REPLY_JSON};
    body_init(&reply->body);
    view_init(&view, &reply->body);
    view_open_object(&view, NULL);
    view_number(&view, "v", 1);
    view_flag(&view, "ok", code == MHD_HTTP_OK);
    view_text(&view, "text", text);
    view_close_object(&view);
    body_text(&reply->body, "\n");
    if (reply->body.is_failed) {
        body_finish(&reply->body);
        reply_refuse(reply, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
    }
}

/* --- the outcome --------------------------------------------------------- */

static void conclude(struct http_order *order, unsigned code, const char *text)
{
    struct http *http = order->http;
    struct request *request = order->request;
    make_outcome(&request->outcome, code, text);
    request->has_outcome = true;
    request->order = NULL;
    http_orders_forget(order);
    MHD_resume_connection(request->connection);
    http_turn(http);
}

static void handle_timeout(uv_timer_t *timer)
{
    conclude(timer->data, MHD_HTTP_GATEWAY_TIMEOUT,
             "the supervisor has not answered in time; the order may yet be "
             "carried out");
}

static unsigned code_of(enum order_outcome outcome)
{
    switch (outcome) {
    case ORDER_DONE:
        return MHD_HTTP_OK;
    case ORDER_NO_SUCH_INSTANCE:
        return MHD_HTTP_NOT_FOUND;
    case ORDER_REFUSED:
        return MHD_HTTP_CONFLICT;
    case ORDER_FAILED:
    case ORDER_OUTCOME_COUNT:
        break;
    }
    return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

void http_take_ordered(struct http *http, const struct message_ordered *ordered)
{
    http_kept_forget(http);
    snapshot_forget(http->spec.snapshot);
    for (int i = 0; i < HTTP_ORDERS_MOST; i++) {
        struct http_order *order = &http->orders[i];
        if (order->id != 0 && order->id == ordered->id) {
            conclude(order, code_of(ordered->outcome), ordered->text);
            return;
        }
    }
}

void http_orders_forget(struct http_order *order)
{
    order->id = 0;
    order->request = NULL;
    (void)uv_timer_stop(&order->timer); /* never fails */
}

/* --- the order ----------------------------------------------------------- */

static enum order_verb verb_of(enum route_kind kind)
{
    return kind == ROUTE_DRAIN     ? ORDER_DRAIN
           : kind == ROUTE_UNDRAIN ? ORDER_UNDRAIN
           : kind == ROUTE_RELOAD  ? ORDER_RELOAD
                                   : ORDER_PROBE;
}

static struct http_order *find_free(struct http *http)
{
    for (int i = 0; i < HTTP_ORDERS_MOST; i++) {
        if (http->orders[i].id == 0) {
            return &http->orders[i];
        }
    }
    return NULL;
}

static uint32_t next_id(struct http *http)
{
    http->order_id++;
    http->order_id += http->order_id == 0 ? 1 : 0; /* 0 is none */
    return http->order_id;
}

/* The texts are of the same sizes on both sides. */
static int tell(struct http *http, uint32_t id, const struct route *route)
{
    struct message_order message = {.id = id, .verb = verb_of(route->kind)};
    const struct arguments *arguments = &route->arguments;
    (void)text_copy(message.name, sizeof message.name, route->name);
    (void)text_copy(message.operator_name, sizeof message.operator_name,
                    arguments->operator_name);
    (void)text_copy(message.reason, sizeof message.reason, arguments->reason);
    return http->spec.send_order(http->spec.owner, &message);
}

bool http_orders_ask(struct http *http, struct request *request,
                     const struct route *route, struct reply *reply)
{
    struct http_order *order = find_free(http);
    if (order == NULL) {
        make_outcome(reply, MHD_HTTP_SERVICE_UNAVAILABLE,
                     "as many orders are under way as there may be");
        return false;
    }
    uint32_t id = next_id(http);
    if (tell(http, id, route) != 0) {
        make_outcome(reply, MHD_HTTP_SERVICE_UNAVAILABLE,
                     "the supervisor cannot be told");
        return false;
    }
    order->id = id;
    order->request = request;
    request->order = order;
    (void)uv_timer_start(&order->timer, handle_timeout, HTTP_ORDER_MS,
                         0); /* fails only when closing */
    MHD_suspend_connection(request->connection);
    return true;
}

int http_orders_init(struct http *http, uv_loop_t *loop)
{
    int status = 0;
    for (int i = 0; status == 0 && i < HTTP_ORDERS_MOST; i++) {
        http->orders[i].http = http;
        http->orders[i].timer.data = &http->orders[i];
        status = uv_timer_init(loop, &http->orders[i].timer);
    }
    return status;
}
