/*
 * patience.h - how long a probe waits for its server, and whether the silence
 * it met is the server's: time that our own loop lost, or this probe in files
 * of ours, never becomes evidence.
 *
 * Such time is given back once, and less of it than the supervisor's grace
 * after a timeout. When it was too much to be given back, the silence says
 * nothing of the server.
 */
#ifndef PROBER_PATIENCE_H
#define PROBER_PATIENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prober/turns.h"

/* What is given back at most; the supervisor waits BOUNDS_GRACE_MS. */
#define PATIENCE_BACK_MS 300
/* For who spoke at the very end: bytes lay there that we had not read. */
#define PATIENCE_HEARD_MS 50
/* Later than this at a deadline, and silence says nothing. */
#define PATIENCE_LATE_MS 200

struct patience {
    uint64_t timeout_ms;
    uint64_t deadline_ms; /* of the loop's clock */
    uint64_t lost_ms;     /* what the turns had lost when it began */
    uint64_t gained_ms;   /* what was given back */
    uint64_t files_us;    /* the turns' when it began */
    bool was_late;
    bool has_back; /* time was given back */
    /* The file of this probe that took longest. */
    uint64_t slowest_us;
    const char *what; /* "password file"; NULL = none */
    const char *path; /* borrowed */
};

/* Starts for an order read now, in the turn of the loop that woke at this
 * time. */
void patience_start(struct patience *patience, const struct turns *turns,
                    uint64_t woke_ms, uint64_t timeout_ms);

/* How long until the deadline; 0 = it is over. */
uint64_t patience_left(const struct patience *patience, uint64_t now_ms);

/* A file of ours, or what it holds, took so long. */
void patience_note_file(struct patience *patience, struct turns *turns,
                        const char *what, const char *path, uint64_t took_us);

/* The deadline came; has_heard: bytes were there that we had not read. Whether
 * time is given back: then wait what is left. */
bool patience_extend(struct patience *patience, const struct turns *turns,
                     uint64_t now_ms, bool has_heard);

/* Whether the silence met at the deadline is the server's. If not, `trouble`
 * is a sentence when files were to blame, else "". */
bool patience_is_fair(const struct patience *patience,
                      const struct turns *turns, uint64_t now_ms, char *trouble,
                      size_t size);

#endif
