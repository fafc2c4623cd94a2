/*
 * reply.h - the answer to one request: reads what the path needs from the
 * board, writes the bytes. No HTTP library, no descriptor.
 */
#ifndef CONSOLE_REPLY_H
#define CONSOLE_REPLY_H

#include "console/body.h"
#include "console/figures.h"
#include "console/routes.h"
#include "console/snapshot.h"

#define REPLY_TEXT "text/plain; charset=utf-8"
#define REPLY_JSON "application/json"
#define REPLY_HTML "text/html; charset=utf-8"
#define REPLY_EVENTS "text/event-stream"
#define REPLY_YAML "text/yaml; charset=utf-8"
#define REPLY_METRICS "text/plain; version=0.0.4; charset=utf-8"

struct reply {
    unsigned code;
    const char *type;
    const char *allow; /* of 405: the methods that are answered; else NULL */
    struct body body;  /* owned; body_finish, or taken */
};

/* Where answers come from; borrowed. */
struct reply_sources {
    struct snapshot *snapshot;
    const struct figures *figures;
    int config_fd; /* the effective configuration; -1 = not handed down */
};

/* Answers `route`, one of ROUTE_TABLE but ROUTE_STREAM, as of now. */
void reply_make(struct reply *reply, const struct route *route,
                const struct reply_sources *sources);

/* An answer without a route: a short text. */
void reply_refuse(struct reply *reply, unsigned code, const char *text);

#endif
