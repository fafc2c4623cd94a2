/*
 * http_answer.h - a reply as libmicrohttpd sends it: its bytes, and the
 * headers that every answer carries.
 */
#ifndef CONSOLE_HTTP_ANSWER_H
#define CONSOLE_HTTP_ANSWER_H

#include <microhttpd.h>

#include "console/http_state.h"
#include "console/reply.h"

/* What we know of the client; NULL when there was no place for it. */
struct connection *http_answer_context(struct MHD_Connection *connection);

/* Takes the reply's body. MHD_NO closes the connection. */
enum MHD_Result http_answer_send(struct http *http,
                                 struct MHD_Connection *connection,
                                 struct reply *reply);

/* The reply as a response with the headers of every answer; its body is taken.
 * With `is_last` it ends its connection. NULL when there is no memory. */
struct MHD_Response *http_answer_make(struct reply *reply, bool is_last);

/* Queues what http_answer_make made as the last of its connection, and keeps
 * it: others may get it too. */
enum MHD_Result http_answer_again(struct http *http,
                                  struct MHD_Connection *connection,
                                  const struct http_kept *kept);

/* Queues `response` with the headers of every answer, counts it and lets go
 * of it. */
enum MHD_Result http_answer_queue(struct http *http,
                                  struct MHD_Connection *connection,
                                  unsigned code, const char *type,
                                  struct MHD_Response *response);

/* This answer takes its time: meanwhile the connection does not give way to
 * a new one. It ends with the answer. */
void http_answer_hold(struct MHD_Connection *connection);

#endif
