/*
 * http_streams.h - /events/stream: answers that go on for as long as the
 * reader stays.
 *
 * While there is nothing to say the connection is suspended: it costs the
 * loop nothing and no time-out ends it. A reader who does not take what was
 * said is ended by the idle limit like any other.
 */
#ifndef CONSOLE_HTTP_STREAMS_H
#define CONSOLE_HTTP_STREAMS_H

#include <microhttpd.h>

#include "console/http_state.h"

/* Once. 0 or a negative errno. */
int http_streams_init(struct http *http, uv_loop_t *loop);

/* Answers with the stream itself; or makes `reply`, which says why there is
 * none, and returns MHD_NO. */
enum MHD_Result http_streams_open(struct http *http,
                                  struct MHD_Connection *connection,
                                  const struct arguments *arguments,
                                  struct reply *reply);

/* Their readers come back, and find a successor. */
void http_streams_end_all(struct http *http);

#endif
