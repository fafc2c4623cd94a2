/*
 * vitals.h - what a process says of itself: memory, descriptors, threads,
 * CPU, the lateness of its loop.
 *
 * Each process reads its own: they are not dumpable, so nobody else may.
 */
#ifndef BASE_VITALS_H
#define BASE_VITALS_H

#include <stdint.h>

/* How often a helper tells its own. */
#define VITALS_EVERY_MS 10000

#define VITALS_FD_TABLE(X)                                                \
    X(VITALS_FD_FILE, "file")                                             \
    X(VITALS_FD_SOCKET, "socket")                                         \
    X(VITALS_FD_PIPE, "pipe")                                             \
    X(VITALS_FD_ANON, "anon") /* epoll, eventfd, timerfd, pidfd, memfd */ \
    X(VITALS_FD_OTHER, "other")

#define VITALS_ENUM(constant, text) constant,
enum vitals_fd { VITALS_FD_TABLE(VITALS_ENUM) VITALS_FD_KINDS };
#undef VITALS_ENUM

/* 0: not known. */
struct vitals {
    uint64_t rss_kb;
    uint64_t pss_kb;
    uint64_t heap_kb;      /* malloc's blocks in use */
    uint64_t heap_free_kb; /* what malloc holds beside them */
    uint64_t cpu_ms;       /* user and system */
    uint64_t lag_ms;       /* the latest turn of its loop since the last time */
    uint32_t threads;
    uint32_t fds[VITALS_FD_KINDS];
};

const char *vitals_fd_name(enum vitals_fd kind);

/* The kind of a descriptor, by what its link in /proc/PID/fd says. */
enum vitals_fd vitals_fd_kind(const char *link);

/* Of this process; `lag_ms` is left 0, its loop knows. Costs about 100 us,
 * opens /proc/self and never waits. What cannot be read is 0; descriptors are
 * counted even when there is none left to open their list with. */
void vitals_read(struct vitals *vitals);

#endif
