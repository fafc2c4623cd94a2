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

/* So many writes may follow each other freely... */
#define DAMPER_WRITES 20
/* ...and one more each time so long has passed. */
#define DAMPER_AGAIN_MS 3000

/* All zero: nothing was written yet. */
struct damper {
    uint32_t spent;    /* writes not yet forgiven */
    uint64_t since_ms; /* when the oldest of them began to be forgiven */
};

/* A write is made now. */
void damper_spend(struct damper *damper, uint64_t now_ms);

/* When news that can wait may be written: now_ms, or later. */
uint64_t damper_free_ms(const struct damper *damper, uint64_t now_ms);

#endif
