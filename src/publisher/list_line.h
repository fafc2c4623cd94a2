/*
 * list_line.h - a node as a line of JSON. Pure. What strangers wrote, in bytes
 * or names, never makes it fail, and comes out as ASCII.
 */
#ifndef PUBLISHER_LIST_LINE_H
#define PUBLISHER_LIST_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "publisher/payload.h"

#define LIST_DATA_MOST PAYLOAD_READ_MOST /* more is no state of ours */

struct list_node {
    const char *path;
    const char *cluster;
    const char *host;
    const char *name;
    const char *bytes; /* NULL: none, or not to be read */
    size_t length;
    uint64_t owner;
    uint64_t czxid;
    uint64_t mzxid;
    uint64_t modified_wall_ms;
    int32_t version;
};

/* The line without its end, for free(); NULL for want of memory. */
char *list_line_create(const struct list_node *node);

#endif
