/*
 * routes.h - what a request asks for: its target, as bytes a stranger sent.
 * Pure, and fuzzed.
 */
#ifndef CONSOLE_ROUTES_H
#define CONSOLE_ROUTES_H

#include <stdbool.h>

#include "console/arguments.h"
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
    X(ROUTE_PROCS, "/debug/procs")     \
    X(ROUTE_HEAP, "/debug/heap")       \
    X(ROUTE_FDS, "/debug/fds")         \
    X(ROUTE_BUILDINFO, "/buildinfo")   \
    X(ROUTE_CHECK, "/check/")          \
    X(ROUTE_EVENTS, "/events")         \
    X(ROUTE_STREAM, "/events/stream")  \
    X(ROUTE_SD, "/sd")                 \
    X(ROUTE_CONFIG, "/config")

/* What changes something: by POST, and through the unix socket alone. */
#define ROUTE_ORDER_TABLE(X)      \
    X(ROUTE_DRAIN, "/drain/")     \
    X(ROUTE_UNDRAIN, "/undrain/") \
    X(ROUTE_RELOAD, "/reload")    \
    X(ROUTE_PROBE, "/probe/")

#define ROUTE_ENUM(constant, path) constant,
enum route_kind {
    ROUTE_TABLE(ROUTE_ENUM) ROUTE_ORDER_TABLE(ROUTE_ENUM) ROUTE_COUNT
};
#undef ROUTE_ENUM

struct route {
    enum route_kind kind;
    char name[SETTINGS_NAME_BYTES]; /* of a path that takes one, else "" */
    struct arguments arguments;
    /* host[:port] of a target in absolute form ("http://host/path"), which
     * then counts instead of the Host header; else "". */
    char authority[ROUTES_AUTHORITY_BYTES];
};

/* Reads a request target. 0; -ENOENT when nothing stands at that path;
 * -EINVAL when it is not a target; -ERANGE when an argument is not understood,
 * and then the rest of the route is good. */
int routes_decode(const char *target, struct route *route);

/* True for a path that takes an order. */
bool routes_is_order(enum route_kind kind);

#endif
