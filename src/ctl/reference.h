/*
 * reference.h - the reference page of sentinelctl, made from the tables of
 * verbs and of options so that it cannot lag behind.
 */
#ifndef CTL_REFERENCE_H
#define CTL_REFERENCE_H

#include <stdio.h>

/* `paper` is markdown (docs/sentinelctl.md) or man (section 1). 0, or
 * CTL_EXIT_STALE when the stream does not take it. */
int reference_print(const char *paper, FILE *stream);

#endif
