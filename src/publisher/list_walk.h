/*
 * list_walk.h - walks the state tree, root / cluster / host / name, with many
 * requests under way at a time, and prints a line for each node of the last
 * level. Blocks until the end.
 *
 * The library's completion thread does all of the work, the caller waits: a
 * walk has one owner at a time. Answers come in the order of the requests, so
 * the lines are in the order of the paths.
 */
#ifndef PUBLISHER_LIST_WALK_H
#define PUBLISHER_LIST_WALK_H

#include <stdint.h>
#include <stdio.h>

#define LIST_FLIGHT_MOST 32 /* requests; an answer may have a megabyte */
#define LIST_NODES_MOST 1000000
#define LIST_SESSION_MS 10000
#define LIST_CLOSE_MS 500 /* for the session's orderly end */

struct list_request {
    const char *servers;    /* as the library wants them */
    const char *root;       /* "" or "/a/b" */
    const char *credential; /* "user:password"; NULL: none */
    uint32_t timeout_ms;    /* for all of it */
    FILE *out;
};

enum list_end {
    LIST_COMPLETE,
    LIST_NO_CONNECTION, /* not once in time */
    LIST_CUT_OFF,       /* connection lost, or the time is over */
    LIST_REFUSED,       /* a part of the tree may not be listed */
    LIST_BAD_PATH,
    LIST_TOO_MUCH, /* more than LIST_NODES_MOST */
    LIST_FAILED,   /* memory, threads, output */
};

/* Once a process: after it the library's threads may still be there. */
enum list_end list_walk(const struct list_request *request);

#endif
