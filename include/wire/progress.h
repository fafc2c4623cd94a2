/*
 * progress.h - the page a prober shares with the supervisor, so that a stuck
 * or dead prober can be blamed on the right instance.
 *
 * The prober writes, the supervisor reads, both without waiting. It is
 * gossip: a task id that is not that prober's is nobody.
 */
#ifndef WIRE_PROGRESS_H
#define WIRE_PROGRESS_H

#include <stdatomic.h>
#include <stdint.h>

struct progress {
    _Atomic uint32_t turns;  /* grows with each turn of the loop */
    _Atomic uint32_t step;   /* enum step of the task inside */
    _Atomic uint64_t inside; /* id of the task whose callback runs; 0 = none */
};

/* Where helpers find what they inherit. */
enum helper_fd {
    HELPER_FD_CHANNEL = 3,
    HELPER_FD_SHARED = 4, /* prober: progress page; publisher, console:
                              the board; checker: where its answer goes */
    HELPER_FD_LISTEN = 5, /* console: the first listening socket; behind the
                             last one what --config-fd names */
    HELPER_FD_MOST = 31,
};

/* It leaves because a library leaks: the task inside is the first suspect. */
#define HELPER_EXIT_LEAKED 72
/* The board it inherited has another layout than it knows. */
#define HELPER_EXIT_ANOTHER_BUILD 79

/* A shared anonymous page of one struct progress; close-on-exec. Returns the
 * descriptor or a negative errno. */
int progress_create(struct progress **progress);

/* The prober's end: maps the page behind `fd` and closes `fd`. */
int progress_open(int fd, struct progress **progress);

/* Unmaps. NULL is fine. */
void progress_destroy(struct progress *progress);

#endif
