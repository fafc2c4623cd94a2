/*
 * roster.h - our processes with what each last told of itself: the
 * supervisor, its helpers, and the console as it is now.
 */
#ifndef CONSOLE_ROSTER_H
#define CONSOLE_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "console/snapshot.h"

#define ROSTER_MOST (BOARD_SERVICES_MOST + 1)
#define ROSTER_EXIT_BYTES 64

struct roster_process {
    int32_t pid; /* 0: it does not run now */
    const char *role;
    const char *note; /* borrowed of the snapshot */
    uint32_t generation;
    uint64_t started_ms;
    uint64_t starts;
    uint64_t restarts;
    char last_exit[ROSTER_EXIT_BYTES]; /* "" = none that is known */
    uint64_t told_ms;                  /* 0 = never: no vitals */
    struct vitals vitals;
};

struct roster {
    uint32_t count;
    struct roster_process list[ROSTER_MOST];
};

/* Needs SNAPSHOT_SERVICES. */
void roster_take(struct roster *roster, const struct snapshot *snapshot);

/* All descriptors of it. */
uint32_t roster_fds(const struct vitals *vitals);

#endif
