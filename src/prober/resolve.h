/*
 * resolve.h - a disposable process that looks names up: the role `resolve` of
 * sentinel-prober. It says HELLO, a RESOLVED for each RESOLVE, and leaves on
 * RETIRE when all is answered.
 *
 * The system's resolver may hang, crash or leak in it. Each lookup has a
 * thread to hang in, so that a name costs no other; whoever asked decides how
 * long that may last, and kills.
 */
#ifndef PROBER_RESOLVE_H
#define PROBER_RESOLVE_H

#include <stdint.h>

#define RESOLVE_ROLE "resolve"
/* More at once is a fault of the supervisor's. */
#define RESOLVE_LOOKUPS_MOST 64

/* Serves the channel it inherited. Ends the process: what still hangs is not
 * waited for. The exit codes are the prober's. */
_Noreturn int resolve_run(uint32_t generation);

#endif
