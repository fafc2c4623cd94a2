/*
 * damper.h - how often one instance's node may be written for news that can
 * wait. Pure.
 *
 * An instance that flaps would have every watcher of a fleet run. Bad news is
 * never held back; good news and small print are, once they have come too
 * often: then the node goes on saying the worse.
 */
#ifndef PUBLISHER_DAMPER_H
#define PUBLISHER_DAMPER_H

#include <stdbool.h>
#include <stdint.h>

#include "model/verdict.h"

/* So many writes may follow each other freely... */
#define DAMPER_WRITES 20
/* ...and one more each time so long has passed. */
#define DAMPER_AGAIN_MS 3000

/* All zero: nothing was written yet. */
struct damper {
    uint32_t spent;    /* writes not yet forgiven */
    uint64_t since_ms; /* when the oldest of them began to be forgiven */
};

/* What consumers act on, of what the node says. */
struct damper_said {
    enum state state;
    enum ability readable;
    enum ability writable;
    enum role role;
};

void damper_note(struct damper_said *said, const struct verdict *verdict);

/* Better news, or the same in other words. A server that loses its role or may
 * do less than was said is bad news, also while its state stays: a master that
 * became a replica is `up` before and after. */
bool damper_can_wait(const struct damper_said *said,
                     const struct verdict *news);

/* A write is made now. */
void damper_spend(struct damper *damper, uint64_t now_ms);

/* When news that can wait may be written: now_ms, or later. */
uint64_t damper_free_ms(const struct damper *damper, uint64_t now_ms);

#endif
