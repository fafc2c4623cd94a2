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
