/*
 * tilt.h - notices that we stood still: our alarm was heard late, so we got no
 * CPU, were stopped or frozen, and maybe the probers too.
 *
 * What is judged by how long something took is then looked at again before it
 * is believed (rounds.h, shard.h). The wall clock may step as it likes:
 * nothing is judged by it.
 */
#ifndef ENGINE_TILT_H
#define ENGINE_TILT_H

#include <stdint.h>

/* An alarm heard later than this: we stood still, and so may the others. */
#define TILT_LATE_MS 250
/* While probes are out there is an alarm at least this often, so that no
 * standing still is slept through. */
#define TILT_TICK_MS 250

/* All zero but `heard_ms`: it never happened. */
struct tilt {
    uint64_t heard_ms; /* the last event */
    uint64_t count;    /* times that we stood still */
    uint64_t last_ms;  /* when the last of them was noticed; 0 = never */
    uint64_t lost_ms;  /* by it */
};

/* An event came; `alarm_ms` is what the earliest alarm was set to. How long we
 * stood still before it; 0 = we did not. */
uint64_t tilt_on_event(struct tilt *tilt, uint64_t alarm_ms, uint64_t now_ms);

#endif
