/*
 * http_request.h - one request from its first line to its answer: who may
 * ask, what is asked, and what is refused before it is looked at. These are
 * libmicrohttpd's callbacks; `context` is the struct http.
 */
#ifndef CONSOLE_HTTP_REQUEST_H
#define CONSOLE_HTTP_REQUEST_H

#include <microhttpd.h>

/* The first line has come. What is returned is the request's memory. */
void *http_request_begin(void *context, const char *target,
                         struct MHD_Connection *connection);

/* Called once when the header has come, for each piece of a body, when the
 * request is whole, and once more when its order has an outcome. An answer at
 * the first call makes the library close the connection behind it: right for
 * what has a body and should not. */
enum MHD_Result http_request_handle(void *context,
                                    struct MHD_Connection *connection,
                                    const char *url, const char *method,
                                    const char *version, const char *upload,
                                    size_t *upload_size, void **memory);

/* A request is over, well or not: the connection begins to wait anew. */
void http_request_end(void *context, struct MHD_Connection *connection,
                      void **memory, enum MHD_RequestTerminationCode code);

#endif
