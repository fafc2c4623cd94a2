/*
 * deep_stacks_so.c - LD_PRELOAD for test/system: no thread gets a stack of less
 * than 8 MiB. So it is with the pool of newer libuv (1.50), which asks for as
 * much whatever the limit of stacks says; older ones ask for the limit.
 */
#include <dlfcn.h>
#include <pthread.h>

#define STACK_BYTES (8UL * 1024 * 1024)

/* The C library's own names of its arguments are reserved. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size)
{
    int (*real)(pthread_attr_t *, size_t) =
        (int (*)(pthread_attr_t *, size_t))dlsym(RTLD_NEXT,
                                                 "pthread_attr_setstacksize");
    return real(attributes, size < STACK_BYTES ? STACK_BYTES : size);
}
