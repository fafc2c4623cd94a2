/*
 * full_table_so.c - a machine whose table of open files is full, for
 * LD_PRELOAD: while the file that FULL_TABLE names is there, every call of the
 * program or its libraries that would open something fails with ENFILE. What
 * is open stays open.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

typedef int (*open_fn)(const char *, int, ...);
typedef int (*socket_fn)(int, int, int);
typedef int (*socketpair_fn)(int, int, int, int[2]);
typedef int (*accept4_fn)(int, struct sockaddr *, socklen_t *, int);
typedef int (*pipe2_fn)(int[2], int);
typedef int (*epoll_create1_fn)(int);
typedef int (*eventfd_fn)(unsigned, int);

static bool is_full(void)
{
    const char *path = getenv("FULL_TABLE");
    int before = errno;
    bool is_there = path != NULL && access(path, F_OK) == 0;
    errno = is_there ? ENFILE : before;
    return is_there;
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
    return is_full() ? -1 : real(path, flags, mode);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int socket(int domain, int type, int protocol)
{
    socket_fn real = (socket_fn)dlsym(RTLD_NEXT, "socket");
    return is_full() ? -1 : real(domain, type, protocol);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int socketpair(int domain, int type, int protocol, int ends[2])
{
    socketpair_fn real = (socketpair_fn)dlsym(RTLD_NEXT, "socketpair");
    return is_full() ? -1 : real(domain, type, protocol, ends);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int accept4(int listener, struct sockaddr *peer, socklen_t *length, int flags)
{
    accept4_fn real = (accept4_fn)dlsym(RTLD_NEXT, "accept4");
    return is_full() ? -1 : real(listener, peer, length, flags);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int pipe2(int ends[2], int flags)
{
    pipe2_fn real = (pipe2_fn)dlsym(RTLD_NEXT, "pipe2");
    return is_full() ? -1 : real(ends, flags);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int epoll_create1(int flags)
{
    epoll_create1_fn real = (epoll_create1_fn)dlsym(RTLD_NEXT, "epoll_create1");
    return is_full() ? -1 : real(flags);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int eventfd(unsigned count, int flags)
{
    eventfd_fn real = (eventfd_fn)dlsym(RTLD_NEXT, "eventfd");
    return is_full() ? -1 : real(count, flags);
}
