/*
 * client.c - one question, with a deadline, no proxy and no redirect; and a
 * stream that is followed until it ends or falls silent.
 *
 * The agent is on this host as a rule, reached through its unix socket; only
 * who may read the run directory gets that far.
 */
#include "ctl/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define RUN_DIR_VARIABLE "SENTINEL_AGENT_RUN_DIR"

static int take_url(struct client *client, const char *url, char *why,
                    size_t why_size)
{
    bool is_http =
        strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
    if (!is_http || !text_copy(client->url, sizeof client->url, url)) {
        (void)text_format(why, why_size,
                          "--url must look like http://127.0.0.1:6060, not "
                          "\"%s\"",
                          url); /* cutting is fine */
        return -EINVAL;
    }
    size_t length = strlen(client->url);
    while (length > 0 && client->url[length - 1] == '/') {
        client->url[--length] = '\0';
    }
    return 0;
}

int client_init(struct client *client, const char *url, char *why,
                size_t why_size)
{
    *client = (struct client){.total_ms = CLIENT_TOTAL_MS};
    if (url != NULL) {
        return take_url(client, url, why, why_size);
    }
    const char *run_dir = getenv(RUN_DIR_VARIABLE);
    if (run_dir == NULL || run_dir[0] == '\0') {
        run_dir = CLIENT_RUN_DIR;
    }
    (void)text_copy(client->url, sizeof client->url, "http://localhost");
    if (!text_format(client->socket_path, sizeof client->socket_path,
                     "%s/console.sock", run_dir)) {
        (void)text_format(why, why_size, "%s is too long a path",
                          RUN_DIR_VARIABLE); /* fits */
        return -EINVAL;
    }
    return 0;
}

/* libcurl's way to hand over bytes; less than given stops the transfer. */
static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct answer *answer = context;
    size_t length = size * count;
    if (length > CLIENT_ANSWER_BYTES_MOST - answer->length) {
        return 0;
    }
    char *grown = realloc(answer->bytes, answer->length + length + 1);
    if (grown == NULL) {
        return 0;
    }
    memcpy(grown + answer->length, bytes, length);
    answer->bytes = grown;
    answer->length += length;
    answer->bytes[answer->length] = '\0';
    return length;
}

struct number {
    CURLoption option;
    long value;
};

static CURLcode set_numbers(CURL *curl, const struct number *numbers,
                            size_t count)
{
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < count && code == CURLE_OK; i++) {
        code = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
    }
    return code;
}

/* What every question has. 0 or a negative errno, and why. */
static int prepare(CURL *curl, const struct client *client, const char *path,
                   char *why, size_t why_size)
{
    char url[CLIENT_URL_BYTES + CLIENT_PATH_BYTES];
    static const struct number numbers[] = {
        {CURLOPT_NOSIGNAL, 1L},
        {CURLOPT_FOLLOWLOCATION, 0L},
        {CURLOPT_CONNECTTIMEOUT_MS, CLIENT_CONNECT_MS},
    };
    if (!text_format(url, sizeof url, "%s%s", client->url, path)) {
        (void)text_copy(why, why_size, "the question is too long"); /* fits */
        return -EMSGSIZE;
    }
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);
    if (code == CURLE_OK && client->socket_path[0] != '\0') {
        code = curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH,
                                client->socket_path);
    }
    if (code == CURLE_OK) {
        code = set_numbers(curl, numbers, sizeof numbers / sizeof numbers[0]);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    }
    if (code != CURLE_OK) {
        (void)text_copy(why, why_size, curl_easy_strerror(code)); /* cut */
        return -EINVAL;
    }
    return 0;
}

/* Says where nobody answered, why, and what to try. */
static void explain(const struct client *client, CURL *curl, CURLcode code,
                    char *why, size_t why_size)
{
    long cause = 0;
    bool is_socket = client->socket_path[0] != '\0';
    (void)curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &cause); /* 0 is fine */
    const char *error = cause != 0 && code == CURLE_COULDNT_CONNECT
                            ? strerror((int)cause)
                            : curl_easy_strerror(code);
    const char *advice = "; is sentinel-agent running? Try its log";
    if (is_socket && cause == EACCES) {
        advice = "; try it as root or as the agent's user";
    } else if (is_socket) {
        advice = "; is sentinel-agent running? Try SENTINEL_AGENT_RUN_DIR=DIR "
                 "or --url http://127.0.0.1:6060";
    }
    (void)text_format(why, why_size, "no answer from %s: %s%s",
                      is_socket ? client->socket_path : client->url, error,
                      advice); /* cutting is fine */
}

static int perform(CURL *curl, const struct client *client,
                   struct answer *answer, char *why, size_t why_size)
{
    CURLcode code =
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, client->total_ms);
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    }
    if (code == CURLE_OK) {
        code = curl_easy_perform(curl);
    }
    if (code == CURLE_OK) {
        code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->code);
    }
    if (code != CURLE_OK) {
        explain(client, curl, code, why, why_size);
        return -EHOSTUNREACH;
    }
    return 0;
}

static int ask(const struct client *client, bool is_post, const char *path,
               struct answer *answer, char *why, size_t why_size)
{
    *answer = (struct answer){0};
    CURL *curl = curl_easy_init();
    CURLcode code = CURLE_OK;
    if (curl != NULL && is_post) {
        code = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
    }
    if (curl == NULL || code != CURLE_OK) {
        curl_easy_cleanup(curl);
        (void)text_copy(why, why_size, "out of memory"); /* fits */
        return -ENOMEM;
    }
    int status = prepare(curl, client, path, why, why_size);
    if (status == 0) {
        status = perform(curl, client, answer, why, why_size);
    }
    curl_easy_cleanup(curl);
    if (status != 0) {
        client_answer_finish(answer);
    }
    return status;
}

int client_get(const struct client *client, const char *path,
               struct answer *answer, char *why, size_t why_size)
{
    return ask(client, false, path, answer, why, why_size);
}

int client_post(const struct client *client, const char *path,
                struct answer *answer, char *why, size_t why_size)
{
    if (client->socket_path[0] == '\0') {
        *answer = (struct answer){0};
        (void)text_copy(why, why_size,
                        "the agent takes orders through its socket only: "
                        "leave out --url, and try "
                        "SENTINEL_AGENT_RUN_DIR=DIR"); /* cutting is fine */
        return -EPERM;
    }
    return ask(client, true, path, answer, why, why_size);
}

/* --- streams ------------------------------------------------------------- */

struct stream {
    client_bytes_cb on_bytes;
    void *context;
    bool is_ended; /* by on_bytes */
};

static size_t pass_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct stream *stream = context;
    stream->is_ended = !stream->on_bytes(stream->context, bytes, size * count);
    return stream->is_ended ? 0 : size * count;
}

static CURLcode set_stream(CURL *curl, struct stream *stream,
                           struct curl_slist *headers)
{
    static const struct number numbers[] = {
        {CURLOPT_FAILONERROR, 1L},
        {CURLOPT_LOW_SPEED_LIMIT, 1L},
        {CURLOPT_LOW_SPEED_TIME, CLIENT_SILENCE_S},
    };
    CURLcode code =
        set_numbers(curl, numbers, sizeof numbers / sizeof numbers[0]);
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, pass_bytes);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, stream);
    }
    return code;
}

static int perform_stream(CURL *curl, const struct client *client,
                          struct stream *stream, struct curl_slist *headers,
                          char *why, size_t why_size)
{
    CURLcode code = set_stream(curl, stream, headers);
    if (code == CURLE_OK) {
        code = curl_easy_perform(curl);
    }
    if (code == CURLE_OK || stream->is_ended) {
        return 0;
    }
    explain(client, curl, code, why, why_size);
    return code == CURLE_HTTP_RETURNED_ERROR ? -ENOENT : -EHOSTUNREACH;
}

int client_follow(const struct client *client, const char *path,
                  uint64_t last_id, client_bytes_cb on_bytes, void *context,
                  char *why, size_t why_size)
{
    char last[64];
    struct stream stream = {.on_bytes = on_bytes, .context = context};
    (void)text_format(last, sizeof last, "Last-Event-ID: %" PRIu64,
                      last_id); /* fits */
    struct curl_slist *headers = curl_slist_append(NULL, last);
    CURL *curl = curl_easy_init();
    int status = -ENOMEM;
    (void)text_copy(why, why_size, "out of memory"); /* until it is not */
    if (headers != NULL && curl != NULL) {
        status = prepare(curl, client, path, why, why_size);
    }
    if (status == 0) {
        status = perform_stream(curl, client, &stream, headers, why, why_size);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return status;
}

bool client_escape(char *target, size_t size, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789-._~";
    bool fits = true;
    target[0] = '\0';
    for (; *text != '\0' && fits; text++) {
        bool is_plain = strchr(plain, *text) != NULL;
        int byte = (unsigned char)*text;
        fits = is_plain ? text_append(target, size, "%c", byte)
                        : text_append(target, size, "%%%02X", byte);
    }
    return fits;
}

void client_answer_finish(struct answer *answer)
{
    free(answer->bytes);
    *answer = (struct answer){0};
}
