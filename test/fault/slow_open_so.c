/*
 * slow_open_so.c - a disk that takes its time, for LD_PRELOAD: open() of a
 * path that contains SLOW_OPEN_PATH first sleeps SLOW_OPEN_MS.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int (*open_fn)(const char *, int, ...);

static void wait_if_slow(const char *path)
{
    const char *part = getenv("SLOW_OPEN_PATH");
    const char *wait = getenv("SLOW_OPEN_MS");
    if (part == NULL || wait == NULL || strstr(path, part) == NULL) {
        return;
    }
    long wait_ms = strtol(wait, NULL, 10);
    const struct timespec pause = {.tv_sec = wait_ms / 1000,
                                   .tv_nsec = wait_ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL); /* a signal may cut it short */
}

/* The C library's own names of its arguments are reserved. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    int mode = va_arg(rest, int);
    va_end(rest);
    open_fn real = (open_fn)dlsym(RTLD_NEXT, "open");
    wait_if_slow(path);
    return real(path, flags, mode);
}
