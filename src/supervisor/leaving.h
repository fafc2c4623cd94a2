/*
 * leaving.h - signals, and the way out: withdraw, kill, reap, go, within 2 s
 * whatever hangs.
 */
#ifndef SUPERVISOR_LEAVING_H
#define SUPERVISOR_LEAVING_H

#include "supervisor/supervisor.h"

/* From the first moment on, so that a signal that comes before they are
 * watched is answered and not died of. */
void leaving_hold_signals(void);

/* Listens to SIGTERM, SIGINT, SIGHUP, SIGUSR1 and SIGUSR2. */
void leaving_watch_signals(struct supervisor *supervisor);

/* A helper or a prober is gone: perhaps it was the last one. */
void leaving_on_helper_gone(struct supervisor *supervisor);

/* The last thing: closes what the loop holds. With helpers still there it does
 * not return but ends the process, as an orderly end. */
void leaving_close_loop(struct supervisor *supervisor);

#endif
