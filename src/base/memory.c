/*
 * memory.c - see memory.h. Nothing here can fail in a way that matters: the
 * process is then larger than it need be.
 */
#include "base/memory.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* What nobody can have written to is on disk as it is here. */
static bool is_as_on_disk(const ElfW(Phdr) * segment)
{
    return segment->p_type == PT_LOAD && (segment->p_flags & PF_W) == 0;
}

static void forget_pages(uintptr_t begin, uintptr_t end)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    begin = (begin + page - 1) & ~(page - 1);
    end &= ~(page - 1);
    if (begin < end) {
        (void)madvise((void *)begin, end - begin,
                      MADV_DONTNEED); /* see above */
    }
}

static int forget_object(struct dl_phdr_info *object, size_t size,
                         void *context)
{
    (void)size;
    (void)context;
    if (strstr(object->dlpi_name, "linux-vdso") != NULL) {
        return 0; /* the kernel's own, of no file */
    }
    for (unsigned i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uintptr_t begin = object->dlpi_addr + segment->p_vaddr;
        if (is_as_on_disk(segment)) {
            forget_pages(begin, begin + segment->p_filesz);
        }
    }
    return 0;
}

void memory_forget_start(void)
{
    (void)dl_iterate_phdr(forget_object, NULL); /* as forget_object says: 0 */
}

void memory_forget(void *bytes, size_t size)
{
    uintptr_t begin = (uintptr_t)bytes;
    forget_pages(begin, begin + size);
}
