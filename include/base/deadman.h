/*
 * deadman.h - the kernel kills this process when its loop stops turning.
 *
 * A POSIX timer on CLOCK_MONOTONIC delivers SIGKILL unless it is re-armed in
 * time. It needs no code of ours to run: it works against a deadlock with all
 * signals blocked, a spin, and SIGSTOP (timer_create(2); measured). It is not
 * inherited by fork or exec.
 */
#ifndef BASE_DEADMAN_H
#define BASE_DEADMAN_H

#include <stdint.h>

/* How long a process may be silent, and how often it speaks. */
#define DEADMAN_LIMIT_MS 3000
#define DEADMAN_HEARTBEAT_MS 1000

/* Creates and arms the one timer of this process. 0 or a negative errno. */
int deadman_start(void);

/* Gives the process another DEADMAN_LIMIT_MS. Call it from the main loop
 * only, every DEADMAN_HEARTBEAT_MS. Does nothing before deadman_start. */
void deadman_feed(void);

/* Gives the process exactly `limit_ms` and no more: for the way out. */
void deadman_final(uint32_t limit_ms);

#endif
