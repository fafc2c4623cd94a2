/*
 * sockets.h - who is at both ends of a socket, by its inode: what the kernel
 * lists of this network namespace. One pass over its tables answers for all
 * that were asked.
 */
#ifndef CONSOLE_SOCKETS_H
#define CONSOLE_SOCKETS_H

#include <stdint.h>

#define SOCKETS_TEXT_BYTES 160

struct socket_question {
    uint64_t inode;
    /* "tcp 127.0.0.1:6060 listens", "tcp 10.0.0.7:40112 10.0.0.7:6379
     * established", "unix /run/x.sock"; "" = not found. */
    char text[SOCKETS_TEXT_BYTES];
};

/* Answers them all; `net` is "/proc/self/net" but in tests. Reorders them by
 * inode. Bounded: past SOCKETS_LINES_MOST lines of a table the rest stays
 * unknown. */
#define SOCKETS_LINES_MOST 50000
void sockets_answer(const char *net, struct socket_question *questions,
                    uint32_t count);

#endif
