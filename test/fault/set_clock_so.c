/*
 * set_clock_so.c - a wall clock that can be set under a running process, for
 * LD_PRELOAD: SET_CLOCK names a file of eight bytes, the seconds by which the
 * wall clock is off, as this machine writes an int64_t. It is mapped, so a
 * step reaches every process at once. Other clocks are as they are.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef int (*clock_gettime_fn)(clockid_t, struct timespec *);

static int64_t offset_s(void)
{
    static const volatile int64_t *mapped;
    const char *path = getenv("SET_CLOCK");
    if (mapped == NULL && path != NULL) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        void *page =
            fd < 0 ? MAP_FAILED
                   : mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
        if (page == MAP_FAILED) {
            abort(); /* the test's own fault */
        }
        (void)close(fd);
        mapped = page;
    }
    return mapped == NULL ? 0 : *mapped;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    static clock_gettime_fn real;
    if (real == NULL) {
        real = (clock_gettime_fn)dlsym(RTLD_NEXT, "clock_gettime");
    }
    int status = real(clock, now);
    if (status == 0 &&
        (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += offset_s();
    }
    return status;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int gettimeofday(struct timeval *now, void *zone)
{
    struct timespec precise;
    (void)zone; /* nobody asks for it any more */
    int status = clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return status;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
time_t time(time_t *told)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail */
    if (told != NULL) {
        *told = now.tv_sec;
    }
    return now.tv_sec;
}
