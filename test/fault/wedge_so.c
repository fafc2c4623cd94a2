/*
 * wedge_so.c - wedges the loop of one of our programs, by LD_PRELOAD.
 *
 * $WEDGE names a file of a byte for each program, in the order of `programs`.
 * It is mapped at the start, for later a confined helper may open nothing. A
 * loop that comes to its wait and finds 'h' for its program there hangs for
 * ever, one that finds 's' spins; a second byte, WEDGED_AT behind the first,
 * then says so.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#define WEDGED_AT 8
#define PAGE_BYTES 16

typedef int (*wait_fn)(int, struct epoll_event *, int, int);
typedef int (*pwait_fn)(int, struct epoll_event *, int, int, const sigset_t *);

static const char *const programs[] = {"sentinel-agent", "sentinel-prober",
                                       "sentinel-publisher",
                                       "sentinel-console"};

static volatile char *mine; /* our program's byte; NULL = nobody's */

static volatile char *map_page(void)
{
    const char *path = getenv("WEDGE");
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) {
        return NULL;
    }
    void *page =
        mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd); /* the mapping holds it */
    return page != MAP_FAILED ? page : NULL;
}

__attribute__((constructor)) static void find_mine(void)
{
    volatile char *page = map_page();
    for (size_t i = 0; page != NULL && i < sizeof(programs) / sizeof(char *);
         i++) {
        if (strcmp(program_invocation_short_name, programs[i]) == 0) {
            mine = page + i;
        }
    }
}

static void wedge_if_ordered(void)
{
    char deed = '\0';
    if (mine != NULL) {
        deed = *mine;
    }
    if (deed != 'h' && deed != 's') {
        return;
    }
    mine[WEDGED_AT] = deed;
    for (;;) {
        if (deed == 'h') {
            (void)pause(); /* a signal only makes it hang again */
        }
    }
}

/* What stands for the C library's may name its parameters as it likes. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

int epoll_wait(int epfd, struct epoll_event *events, int most, int timeout)
{
    wait_fn real = (wait_fn)dlsym(RTLD_NEXT, "epoll_wait");
    wedge_if_ordered();
    return real(epfd, events, most, timeout);
}

int epoll_pwait(int epfd, struct epoll_event *events, int most, int timeout,
                const sigset_t *mask)
{
    pwait_fn real = (pwait_fn)dlsym(RTLD_NEXT, "epoll_pwait");
    wedge_if_ordered();
    return real(epfd, events, most, timeout, mask);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
