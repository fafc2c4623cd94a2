/*
 * when.h - a moment as a person reads it, and the log writes it. Pure.
 */
#ifndef CTL_WHEN_H
#define CTL_WHEN_H

#include <stddef.h>
#include <stdint.h>

#define WHEN_TEXT_BYTES 32

/* "2026-11-22T02:51:26.123Z"; "-" for 0 and for what no calendar has. */
void when_text(char *target, size_t size, int64_t wall_ms);

#endif
