/*
 * memory.c - see memory.h. Nothing here can fail in a way that matters: malloc
 * then works as it does for others.
 */
#include "base/memory.h"

#include <malloc.h>

/* A larger block is a mapping of its own: of a table made for the most there
 * can be only the pages in use are there, for calloc need not clear it, and
 * what is freed is gone. */
#define OWN_MAPPING_BYTES (32 * 1024)
/* Else each thread has pages of its own, and reserves 64 MiB. */
#define ARENAS_MOST 1

void memory_init(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES); /* see above */
    (void)mallopt(M_ARENA_MAX, ARENAS_MOST);            /* see above */
}
