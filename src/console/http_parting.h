/*
 * http_parting.h - a console that is to be replaced first answers what was
 * asked of it.
 *
 * It takes no more connections: whoever comes now waits in the queue of the
 * listening sockets, which the supervisor holds open, for the successor.
 * Streams end, for their readers come back. The supervisor waits for at most
 * a second.
 */
#ifndef CONSOLE_HTTP_PARTING_H
#define CONSOLE_HTTP_PARTING_H

#include "console/http_state.h"

/* Once. 0 or a negative errno. */
int http_parting_init(struct http *http, uv_loop_t *loop);

#endif
