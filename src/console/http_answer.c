/*
 * http_answer.c - see http_answer.h.
 */
#include "console/http_answer.h"

#include <stdlib.h>

#include "console/page_policy.h"

/* What every answer carries: nobody may keep it, guess its type, or frame
 * the page; the page itself may load nothing. */
static const char *const headers[][2] = {
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Content-Security-Policy", PAGE_POLICY},
};

static bool add_headers(struct MHD_Response *response, const char *type)
{
    bool is_added = MHD_add_response_header(response, "Content-Type", type);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        is_added = is_added && MHD_add_response_header(response, headers[i][0],
                                                       headers[i][1]);
    }
    return is_added;
}

struct connection *http_answer_context(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

/* The library answers all that came in one go before anybody else is heard:
 * hundreds of requests fit into one packet. So a connection gets some answers,
 * or some bytes, and who wants more has to queue again. */
static bool is_last_answer(const struct http *http,
                           struct MHD_Connection *connection, size_t bytes)
{
    struct connection *context = http_answer_context(connection);
    if (context == NULL) {
        return false;
    }
    context->answers++;
    context->bytes += bytes;
    return http->is_parting || context->answers >= CONNECTION_ANSWERS_MOST ||
           context->bytes >= CONNECTION_BYTES_MOST;
}

void http_answer_hold(struct MHD_Connection *connection)
{
    struct connection *context = http_answer_context(connection);
    if (context != NULL) {
        context->is_held = true;
        context->answers = CONNECTION_ANSWERS_MOST;
    }
}

static bool add_close(struct MHD_Response *response)
{
    return MHD_add_response_header(response, "Connection", "close") == MHD_YES;
}

static enum MHD_Result queue(struct http *http,
                             struct MHD_Connection *connection, unsigned code,
                             struct MHD_Response *response)
{
    figures_count(&http->figures, code);
    return MHD_queue_response(connection, code, response);
}

enum MHD_Result http_answer_queue(struct http *http,
                                  struct MHD_Connection *connection,
                                  unsigned code, const char *type,
                                  struct MHD_Response *response)
{
    enum MHD_Result result = MHD_NO;
    bool is_ready = add_headers(response, type);
    if (is_last_answer(http, connection, 0)) {
        is_ready = is_ready && add_close(response);
    }
    if (is_ready) {
        result = queue(http, connection, code, response);
    }
    MHD_destroy_response(response);
    return result;
}

struct MHD_Response *http_answer_make(struct reply *reply, bool is_last)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(
            reply->body.length, reply->body.bytes, free);
    if (response == NULL) {
        body_finish(&reply->body);
        return NULL;
    }
    bool is_ready = add_headers(response, reply->type);
    if (reply->allow != NULL) {
        is_ready = is_ready && MHD_add_response_header(response, "Allow",
                                                       reply->allow) == MHD_YES;
    }
    if (is_ready && (!is_last || add_close(response))) {
        return response;
    }
    MHD_destroy_response(response);
    return NULL;
}

enum MHD_Result http_answer_again(struct http *http,
                                  struct MHD_Connection *connection,
                                  const struct http_kept *kept)
{
    if (kept->response == NULL) {
        return MHD_NO;
    }
    return queue(http, connection, kept->code, kept->response);
}

enum MHD_Result http_answer_send(struct http *http,
                                 struct MHD_Connection *connection,
                                 struct reply *reply)
{
    bool is_last = is_last_answer(http, connection, reply->body.length);
    struct MHD_Response *response = http_answer_make(reply, is_last);
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result result = queue(http, connection, reply->code, response);
    MHD_destroy_response(response);
    return result;
}
