/*
 * memory.h - how this process takes memory from the kernel, and gives back
 * what it needs no more. The same in every one of our processes: there are
 * five of them, so what one wastes counts five times.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Once, before the first thread. */
void memory_init(void);

/* When the start is over: pages of programs and libraries that were read to
 * link and to begin are let go; the kernel brings those back that are used. */
void memory_forget_start(void);

/* What stands here is needed no more: the whole pages within become zeroes that
 * cost nothing until they are touched again; at both ends bytes stay. */
void memory_forget(void *bytes, size_t size);

#endif
