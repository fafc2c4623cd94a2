/*
 * http_kept.h - large answers, given again for a moment to whoever asks next.
 *
 * With a thousand instances an answer takes ten milliseconds to make, or more.
 * Sixty clients who each want sixteen would keep us from everybody else, and
 * from our heartbeat until we are taken for dead. So one answer serves all who
 * ask within a time that grows with its size: most of our time stays free, and
 * the bytes are there once and not once a client. A small answer is made anew
 * each time, unless it is long in the making: charts, descriptors, and what
 * looks through all instances of a large fleet.
 */
#ifndef CONSOLE_HTTP_KEPT_H
#define CONSOLE_HTTP_KEPT_H

#include "console/http_state.h"
#include "console/reply.h"

/* Smaller ones cost next to nothing. */
#define HTTP_KEPT_BYTES_LEAST (128 * 1024)
/* They are made at some 150 bytes a microsecond: ten times as long. */
#define HTTP_KEPT_BYTES_A_MS 16384
#define HTTP_KEPT_SMALL_MS 50

/* The answer to give again, as http_answer_again does; NULL when there is none
 * that is young enough. */
struct http_kept *http_kept_find(struct http *http, const struct route *route,
                                 uint64_t now_ms);

/* Takes the reply's body if it is of the kind that is kept, begun at `now_ms`;
 * else NULL, and the reply is untouched. */
struct http_kept *http_kept_take(struct http *http, const struct route *route,
                                 struct reply *reply, uint64_t now_ms);

/* What they tell is true no more: an order was carried out. */
void http_kept_forget(struct http *http);

#endif
