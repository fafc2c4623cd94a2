/*
 * clock.h - the one source of time.
 *
 * Deadlines, ages and leases use the monotonic clock, which all processes of
 * one boot share, so a stamp written by one of them can be judged by another
 * and by a successor. The wall clock is for people and for `since` only; it
 * may step, and nothing may be decided by it.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC. Never 0 on a running system. */
uint64_t clock_monotonic_ms(void);

/* Microseconds of CLOCK_MONOTONIC, for stage timings. */
uint64_t clock_monotonic_us(void);

/* Milliseconds of CLOCK_BOOTTIME, suspension included: what /proc counts the
 * start of a process in. */
uint64_t clock_boot_ms(void);

/* Milliseconds since the epoch, CLOCK_REALTIME. */
uint64_t clock_wall_ms(void);

#endif
