/*
 * http_request.c - see http_request.h.
 *
 * libmicrohttpd 0.9.75 answers what is not HTTP (bad lengths, endless lines)
 * by itself, before we are asked; the head of such an answer it may write
 * twice before it closes.
 */
#include "console/http_request.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "console/http_answer.h"

struct hosts {
    const char *first;
    int count;
};

static enum MHD_Result count_host(void *context, enum MHD_ValueKind kind,
                                  const char *key, const char *value)
{
    struct hosts *hosts = context;
    (void)kind; /* headers only were asked for */
    if (strcasecmp(key, MHD_HTTP_HEADER_HOST) == 0) {
        hosts->first = hosts->count == 0 ? value : hosts->first;
        hosts->count++;
    }
    return MHD_YES;
}

/* Without a Host only who came through the unix socket is let in: no browser
 * can be led there. */
static bool is_host_allowed(struct MHD_Connection *connection,
                            const char *authority)
{
    char local[INET6_ADDRSTRLEN];
    struct hosts hosts = {0};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    listener_local_text(info->connect_fd, local, sizeof local);
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_host,
                                    &hosts); /* the count is in `hosts` */
    if (hosts.count > 1) {
        return false;
    }
    if (authority[0] != '\0') {
        hosts.first = authority;
    }
    if (hosts.first == NULL) {
        return local[0] == '\0';
    }
    return routes_host_is_allowed(hosts.first, local[0] != '\0' ? local : NULL);
}

static size_t header_bytes(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info != NULL ? info->header_size : 0;
}

static bool is_method(const char *method)
{
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
           strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

static void answer(struct http *http, struct MHD_Connection *connection,
                   const struct request *request, const char *method,
                   struct reply *reply)
{
    struct route route = {0};
    int status = routes_decode(request->target, &route);
    if (!is_host_allowed(connection, route.authority)) {
        reply_refuse(reply, MHD_HTTP_FORBIDDEN,
                     "this Host is not one of ours\n");
    } else if (!is_method(method)) {
        reply_refuse(reply, MHD_HTTP_METHOD_NOT_ALLOWED,
                     "only GET and HEAD are answered\n");
    } else if (request->is_too_long) {
        reply_refuse(reply, MHD_HTTP_URI_TOO_LONG, "this path is too long\n");
    } else if (header_bytes(connection) > HTTP_HEADER_BYTES) {
        reply_refuse(reply, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
                     "at most 8 KiB of header are taken\n");
    } else if (status == -ENOENT) {
        reply_refuse(reply, MHD_HTTP_NOT_FOUND, "nothing stands here\n");
    } else if (status != 0) {
        reply_refuse(reply, MHD_HTTP_BAD_REQUEST,
                     "this path or argument is not understood\n");
    } else {
        reply_make(reply, &route, http->snapshot, &http->figures);
    }
}

static bool has_body(struct MHD_Connection *connection)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                       MHD_HTTP_HEADER_CONTENT_LENGTH) ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                       MHD_HTTP_HEADER_TRANSFER_ENCODING);
}

enum MHD_Result http_request_handle(void *context,
                                    struct MHD_Connection *connection,
                                    const char *url, const char *method,
                                    const char *version, const char *upload,
                                    size_t *upload_size, void **memory)
{
    struct request *request = *memory;
    struct reply reply;
    (void)url;         /* decoded; the target is read as it came */
    (void)version;     /* the library speaks both */
    (void)upload;      /* there is none: */
    (void)upload_size; /* with a body the first call answers */
    if (request == NULL) {
        return MHD_NO;
    }
    if (!request->is_begun && is_method(method) && !has_body(connection)) {
        request->is_begun = true;
        return MHD_YES;
    }
    answer(context, connection, request, method, &reply);
    return http_answer_send(context, connection, &reply);
}

void *http_request_begin(void *context, const char *target,
                         struct MHD_Connection *connection)
{
    (void)context;    /* nothing is kept */
    (void)connection; /* nor asked */
    struct request *request = calloc(1, sizeof *request);
    if (request != NULL) {
        request->is_too_long =
            !text_copy(request->target, sizeof request->target, target);
    }
    return request;
}

void http_request_end(void *context, struct MHD_Connection *connection,
                      void **memory, enum MHD_RequestTerminationCode code)
{
    struct http *http = context;
    struct connection *waiting = http_answer_context(connection);
    (void)code; /* all ends are the same to us */
    free(*memory);
    *memory = NULL;
    if (waiting != NULL) {
        connections_renew(&http->connections, waiting);
    }
}
