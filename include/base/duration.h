/*
 * duration.h - a span of time as a person says it.
 */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stddef.h>
#include <stdint.h>

#define DURATION_TEXT_BYTES 32

/* "480 ms", "12 s", "3 min 20 s", "2 h 5 min", "4 d 3 h": two units at most,
 * the smaller one left out when it is 0. Cut if `size` is too small. */
void duration_text(char *target, size_t size, uint64_t duration_ms);

#endif
