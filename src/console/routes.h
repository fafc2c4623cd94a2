/*
 * routes.h - what a request asks for: its target and its Host, as bytes a
 * stranger sent. Pure, and fuzzed.
 */
#ifndef CONSOLE_ROUTES_H
#define CONSOLE_ROUTES_H

#include <stdbool.h>

#include "model/settings.h"

/* A longer request target is refused before it is looked at. */
#define ROUTES_TARGET_BYTES 1024
#define ROUTES_AUTHORITY_BYTES 264

/* Every path the console answers. A path that ends in a slash, but for "/"
 * itself, takes the name of an instance behind it. */
#define ROUTE_TABLE(X)                 \
    X(ROUTE_PAGE, "/")                 \
    X(ROUTE_GOROUTINES, "/goroutines") \
    X(ROUTE_TASKS, "/tasks")           \
    X(ROUTE_STATUS, "/status")         \
    X(ROUTE_INSTANCE, "/status/")      \
    X(ROUTE_METRICS, "/metrics")       \
    X(ROUTE_HEALTHZ, "/healthz")       \
    X(ROUTE_READYZ, "/readyz")         \
    X(ROUTE_BOUNDS, "/bounds")         \
    X(ROUTE_CHARTS, "/debug/charts")   \
    X(ROUTE_BUILDINFO, "/buildinfo")

#define ROUTE_ENUM(constant, path) constant,
enum route_kind { ROUTE_TABLE(ROUTE_ENUM) ROUTE_COUNT };
#undef ROUTE_ENUM

struct route {
    enum route_kind kind;
    unsigned debug;                 /* ?debug=, 0 to 2; 0 when absent */
    char name[SETTINGS_NAME_BYTES]; /* of ROUTE_INSTANCE, else "" */
    /* host[:port] of a target in absolute form ("http://host/path"), which
     * then counts instead of the Host header; else "". */
    char authority[ROUTES_AUTHORITY_BYTES];
};

/* Reads a request target. 0; -ENOENT when nothing stands at that path;
 * -EINVAL when it is not a target or an argument is out of range. */
int routes_decode(const char *target, struct route *route);

/* True if a request for this host[:port] may be answered: `localhost`, a
 * loopback literal, or `local`, the literal address the client connected to
 * (NULL: none). A name is how a web page of a stranger would reach us through
 * the reader's own browser, so no other name is taken. */
bool routes_host_is_allowed(const char *host, const char *local);

#endif
