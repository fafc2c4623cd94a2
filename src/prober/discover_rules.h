/*
 * discover_rules.h - what names, titles and answers mean to a search for
 * servers. Pure.
 */
#ifndef PROBER_DISCOVER_RULES_H
#define PROBER_DISCOVER_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "prober/evidence.h"

#define DISCOVER_RULES_PATH_BYTES 108 /* sun_path */

/* A name of Redis or of what grew out of it: worth a look at its sockets. */
bool discover_rules_is_name(const char *name);

/* What a server writes over its own command line, "redis-server *:6379
 * [cluster]", says to everybody on the host. */
struct discover_title {
    bool is_sentinel;
    uint16_t port;                        /* 0: none told */
    char path[DISCOVER_RULES_PATH_BYTES]; /* "": none told */
};

void discover_rules_read_title(const char *title, struct discover_title *read);

enum discover_answer {
    DISCOVER_STRANGER, /* no Redis, or nothing that proves it one */
    DISCOVER_SERVER,   /* it told of itself */
    DISCOVER_LOCKED,   /* a Redis by its words, that tells nothing */
    DISCOVER_SENTINEL
};

enum discover_answer discover_rules_judge(const struct evidence *evidence);

#endif
