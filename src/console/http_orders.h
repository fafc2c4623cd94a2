/*
 * http_orders.h - what an operator asks for by POST: told to the supervisor,
 * answered when he has answered.
 *
 * Meanwhile the connection is suspended and nobody else waits. Orders are
 * few; an answer that comes after HTTP_ORDER_MS is nobody's.
 */
#ifndef CONSOLE_HTTP_ORDERS_H
#define CONSOLE_HTTP_ORDERS_H

#include "console/http_state.h"

/* Once. 0 or a negative errno. */
int http_orders_init(struct http *http, uv_loop_t *loop);

/* Passes the order on. True: `request` waits for its outcome. False: `reply`
 * says why it was not passed on. */
bool http_orders_ask(struct http *http, struct request *request,
                     const struct route *route, struct reply *reply);

/* The request has ended while its order was under way: nobody is told. */
void http_orders_forget(struct http_order *order);

#endif
