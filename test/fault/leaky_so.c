/*
 * leaky_so.c - a program that leaks, for LD_PRELOAD: the soak is proved by it.
 *
 * In the program named LEAK_IN, each LEAK_EVERY_MS of its loop's life: LEAK
 * "bytes" forgets 16 bytes; "descriptor" and "zombie" forget one of these each
 * hundredth time.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LEAK_BYTES 16
#define SELDOM 100

typedef int (*wait_fn)(int, struct epoll_event *, int, int);
typedef int (*masked_wait_fn)(int, struct epoll_event *, int, int,
                              const sigset_t *);

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* No signal tells of its end, so nobody who waits for children by SIGCHLD
 * takes it by chance. */
static void leave_zombie(void)
{
    if (syscall(SYS_clone, 0, NULL, NULL, NULL, NULL) == 0) {
        _exit(0);
    }
}

static void leak(const char *what, uint64_t count)
{
    if (strcmp(what, "bytes") == 0) {
        void *volatile forgotten = malloc(LEAK_BYTES);
        forgotten = NULL;
        (void)forgotten;
    } else if (count % SELDOM != 0) {
        return;
    } else if (strcmp(what, "descriptor") == 0) {
        (void)!dup(STDERR_FILENO); /* none left: nothing is leaked */
    } else if (strcmp(what, "zombie") == 0) {
        leave_zombie();
    }
}

static void leak_if_due(void)
{
    static uint64_t begun_ms, done;
    const char *what = getenv("LEAK");
    const char *program = getenv("LEAK_IN");
    const char *every = getenv("LEAK_EVERY_MS");
    if (what == NULL || program == NULL || every == NULL ||
        strcmp(program, program_invocation_short_name) != 0) {
        return;
    }
    uint64_t now = now_ms();
    begun_ms = begun_ms == 0 ? now : begun_ms;
    uint64_t due = (now - begun_ms) / strtoull(every, NULL, 10);
    for (; done < due; done++) {
        leak(what, done + 1);
    }
}

/* What libuv waits with, by its version. The C library's own names are
 * reserved. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int epoll_pwait(int epoll, struct epoll_event *events, int most, int wait_ms,
                const sigset_t *mask)
{
    masked_wait_fn real = (masked_wait_fn)dlsym(RTLD_NEXT, "epoll_pwait");
    leak_if_due();
    return real(epoll, events, most, wait_ms, mask);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int epoll_wait(int epoll, struct epoll_event *events, int most, int wait_ms)
{
    wait_fn real = (wait_fn)dlsym(RTLD_NEXT, "epoll_wait");
    leak_if_due();
    return real(epoll, events, most, wait_ms);
}
