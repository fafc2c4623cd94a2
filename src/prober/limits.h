/*
 * limits.h - what a prober gives up before its first word with a stranger:
 * what confine.h has for helpers, and memory, descriptors and CPU without end.
 */
#ifndef PROBER_LIMITS_H
#define PROBER_LIMITS_H

#include <stdbool.h>

/* All but CPU are final from here on. `threads` will be libuv's. 0 or a
 * negative errno. */
int limits_set(unsigned threads);

/* Grants a few seconds of CPU more than were used so far; beyond them the
 * kernel ends this process. Call it with each feeding of the dead-man: a
 * process that spins does not. */
void limits_grant_cpu(void);

/* Whether this process holds more memory or descriptors than all its probes
 * together may need: a library leaks. Well below the hard limits, so that those
 * who come next do not pay for it. Asked after each probe, which is then the
 * first suspect. */
bool limits_are_neared(void);

#endif
