/*
 * fd_list.h - the open descriptors of our processes, by the links in their
 * /proc/PID/fd: no file is touched.
 */
#ifndef CONSOLE_FD_LIST_H
#define CONSOLE_FD_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vitals.h"
#include "console/sockets.h"

#define FD_LIST_MOST 2048 /* of all processes */
#define FD_LIST_WHAT_BYTES 256

struct fd_entry {
    int32_t pid;
    int number;
    enum vitals_fd kind;
    uint64_t inode;                /* of a socket; else 0 */
    char what[FD_LIST_WHAT_BYTES]; /* a path, "[eventpoll]", "tcp ..." */
};

struct fd_list {
    uint32_t count;
    bool is_cut; /* there were more */
    struct fd_entry entries[FD_LIST_MOST];
};

/* Adds those of one process in order of their numbers: 0, or a negative errno,
 * as another's is only for who may trace it. `proc` is "/proc" but in tests.
 * Sockets bear their inode, not yet their ends. */
int fd_list_add(const char *proc, int32_t pid, struct fd_list *list);

/* Gives the sockets of the list their ends. -ENOMEM: they keep what their
 * links say. */
int fd_list_name_sockets(const char *net, struct fd_list *list);

#endif
