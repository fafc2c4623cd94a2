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

#endif
