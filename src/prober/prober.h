/*
 * prober.h - a disposable process that talks to Redis for the supervisor:
 * takes PROBE, gives one RESULT for each, leaves on RETIRE or when the
 * supervisor is gone.
 */
#ifndef PROBER_PROBER_H
#define PROBER_PROBER_H

#include <stdint.h>

#include "wire/progress.h"

/* More at once is a fault of the supervisor's. */
#define PROBER_PROBES_MOST 512

/* How it leaves. */
enum prober_exit {
    PROBER_EXIT_DONE = 0,    /* retired, or the supervisor is gone */
    PROBER_EXIT_USAGE = 64,  /* started by hand */
    PROBER_EXIT_ORDER = 70,  /* an order that cannot be: a task id twice, too
                                many at once, one after RETIRE, or no message */
    PROBER_EXIT_SYSTEM = 71, /* the system refused what it cannot do without */
    PROBER_EXIT_LEAKED = HELPER_EXIT_LEAKED
};

/* Serves the channel and the page it inherited until it may leave. Returns an
 * exit code; where nothing may be waited for, exits by itself. */
int prober_run(uint32_t generation);

#endif
