/*
 * memory.h - how malloc takes memory from the kernel, the same in every one of
 * our processes: there are five of them, so what one wastes counts five times.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

/* Once, before the first thread. */
void memory_init(void);

#endif
