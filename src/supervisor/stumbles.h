/*
 * stumbles.h - tells that this host or this process stumbled: we stood still
 * (engine/tilt.h noticed), or the wall clock stepped. Nobody is judged by
 * either; people shall know.
 *
 * A host that stumbles once stumbles often: an episode gets a line when it
 * begins, and one when it has been over for STUMBLES_OVER_MS.
 */
#ifndef SUPERVISOR_STUMBLES_H
#define SUPERVISOR_STUMBLES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"

#define STUMBLES_OVER_MS 10000
/* Less than this in a second is no step: clocks are slewed slower. */
#define STUMBLES_STEP_MS 500

/* All zero: nothing was looked at yet. */
struct stumbles {
    uint64_t count;    /* tilts that are known here */
    uint64_t since_ms; /* of the episode; 0 = there is none */
    uint64_t episode;  /* tilts in it */
    uint64_t lost_ms;  /* by them */
    int64_t wall_ms;   /* wall clock less the monotonic one; 0 = unknown */
};

/* After an event, and now and then: tells what is new of it. */
void stumbles_note_tilt(struct stumbles *stumbles,
                        const struct engine_tilt *tilt, uint64_t now_ms);

/* Now and then: both clocks, read together. */
void stumbles_note_clocks(struct stumbles *stumbles, uint64_t now_ms,
                          uint64_t now_wall_ms);

#endif
