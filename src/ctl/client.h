/*
 * client.h - asks the agent's console. The one file that knows libcurl.
 */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_RUN_DIR "/run/sentinel-agent"
#define CLIENT_URL_BYTES 512
#define CLIENT_SOCKET_BYTES 108
#define CLIENT_PATH_BYTES 2048
#define CLIENT_ERROR_BYTES 512
#define CLIENT_ANSWER_BYTES_MOST (64u * 1024 * 1024)
#define CLIENT_CONNECT_MS 2000L
#define CLIENT_TOTAL_MS 5000L
/* A stream comments every 15 s: this long a silence is its end. */
#define CLIENT_SILENCE_S 40L

/* Where the agent is: by `url`, or through `socket_path`. */
struct client {
    char url[CLIENT_URL_BYTES];            /* without a slash at its end */
    char socket_path[CLIENT_SOCKET_BYTES]; /* "" = over TCP */
    long total_ms;                         /* for an answer */
};

struct answer {
    long code;
    char *bytes; /* owned; NUL-ended */
    size_t length;
};

/* By `url` when it is not NULL, else by the socket in the run directory of
 * the environment, else in the default one. 0, or -EINVAL and why. */
int client_init(struct client *client, const char *url, char *why,
                size_t why_size);

/* 0 and an answer of any code; or a negative errno, and why: a sentence that
 * says what to try. */
int client_get(const struct client *client, const char *path,
               struct answer *answer, char *why, size_t why_size);

/* The same as a POST, without a body: what changes something. Through the
 * socket only; -EPERM where the agent is known by its URL. */
int client_post(const struct client *client, const char *path,
                struct answer *answer, char *why, size_t why_size);

/* Takes bytes of a stream; false ends it. */
typedef bool (*client_bytes_cb)(void *context, const char *bytes,
                                size_t length);

/* Follows an answer without an end, from behind `last_id` on, and gives its
 * bytes away as they come. 0 when it ended, or on_bytes ended it; -ENOENT when
 * the agent has no such stream; or another negative errno, and why. */
int client_follow(const struct client *client, const char *path,
                  uint64_t last_id, client_bytes_cb on_bytes, void *context,
                  char *why, size_t why_size);

/* A text as it stands in a path or behind a "=" of a query; true if all of it
 * fitted. */
bool client_escape(char *target, size_t size, const char *text);

void client_answer_finish(struct answer *answer);

#endif
