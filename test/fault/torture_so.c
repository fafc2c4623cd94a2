/*
 * torture_so.c - fails the nth call of one kind in one of our programs, once
 * or for ever after, by LD_PRELOAD.
 *
 * $TORTURE names a file that holds a struct page, mapped by all processes
 * under test and by the runner (test/torture/page.py knows its layout): the
 * runner writes what is to fail, the processes count what they call. The count
 * is a program's, not a process': it goes on in whoever takes the place of one
 * that ended.
 *
 * Each call fails with what the kernel or the C library would say when it runs
 * out, and only where it really can: a read or write of a socket or a file,
 * but not of a pipe or an eventfd; an epoll_ctl that adds. Memory is malloc,
 * calloc and realloc together; in a sanitized program they are the
 * sanitizer's, and none of them comes here.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum call {
    CALL_MEMORY,
    CALL_OPEN,
    CALL_SOCKET,
    CALL_CONNECT,
    CALL_PIPE,
    CALL_FORK,
    CALL_READ,
    CALL_WRITE,
    CALL_EPOLL,
    CALL_COUNT
};

#define PROGRAMS 4
static const char *const programs[PROGRAMS] = {
    "sentinel-agent", "sentinel-prober", "sentinel-publisher",
    "sentinel-console"};

struct page {
    _Atomic uint32_t program; /* index of the one that is tortured */
    _Atomic uint32_t call;
    _Atomic uint32_t nth;  /* 0 = nothing fails */
    _Atomic uint32_t ever; /* not once, but for ever after */
    _Atomic uint32_t failed;
    _Atomic uint32_t counts[PROGRAMS][CALL_COUNT];
};

static struct page *page; /* NULL = nobody is tortured here */
static uint32_t own_program;

/* The C library's own; its malloc's names are exported for such as us. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

__attribute__((constructor)) static void map_page(void)
{
    const char *path = getenv("TORTURE");
    int fd = path != NULL
                 ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC)
                 : -1;
    void *map = MAP_FAILED;
    if (fd >= 0) {
        map = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE,
                   MAP_SHARED, fd, 0);
        (void)close(fd); /* the mapping holds it */
    }
    for (uint32_t i = 0; map != MAP_FAILED && i < PROGRAMS; i++) {
        if (strcmp(program_invocation_short_name, programs[i]) == 0) {
            own_program = i;
            page = map;
        }
    }
}

/* Counts this call; true: it is to fail, with this error. */
static bool fails(enum call call, int error)
{
    if (page == NULL) {
        return false;
    }
    uint32_t count = 1 + atomic_fetch_add(&page->counts[own_program][call], 1);
    uint32_t nth = atomic_load(&page->nth);
    bool is_chosen = nth != 0 && atomic_load(&page->program) == own_program &&
                     atomic_load(&page->call) == (uint32_t)call;
    if (!is_chosen ||
        (count != nth && !(count > nth && atomic_load(&page->ever) != 0))) {
        return false;
    }
    atomic_fetch_add(&page->failed, 1);
    errno = error;
    return true;
}

/* What stands for the C library's may name its parameters as it likes. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

/* --- memory --------------------------------------------------------------- */

void *malloc(size_t size)
{
    return fails(CALL_MEMORY, ENOMEM) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(CALL_MEMORY, ENOMEM) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails(CALL_MEMORY, ENOMEM) ? NULL : __libc_realloc(old, size);
}

/* --- descriptors and processes ------------------------------------------- */

static int open_at(int directory, const char *path, int flags, mode_t mode)
{
    if (fails(CALL_OPEN, EMFILE)) {
        return -1;
    }
    return (int)syscall(SYS_openat, directory, path, flags, mode);
}

/* Mode is there only when something may be made; else it is not looked at. */
#define TAKE_MODE(flags, mode)                    \
    mode_t mode = 0;                              \
    if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
        va_list rest;                             \
        va_start(rest, flags);                    \
        mode = va_arg(rest, mode_t);              \
        va_end(rest);                             \
    }

int open(const char *path, int flags, ...)
{
    TAKE_MODE(flags, mode)
    return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    TAKE_MODE(flags, mode)
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
    TAKE_MODE(flags, mode)
    return open_at(directory, path, flags, mode);
}

int socket(int domain, int type, int protocol)
{
    if (fails(CALL_SOCKET, EMFILE)) {
        return -1;
    }
    return (int)syscall(SYS_socket, domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int pair[2])
{
    if (fails(CALL_SOCKET, EMFILE)) {
        return -1;
    }
    return (int)syscall(SYS_socketpair, domain, type, protocol, pair);
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
    if (fails(CALL_CONNECT, EAGAIN)) {
        return -1;
    }
    return (int)syscall(SYS_connect, fd, address, size);
}

int pipe(int ends[2])
{
    return fails(CALL_PIPE, EMFILE) ? -1 : (int)syscall(SYS_pipe2, ends, 0);
}

int pipe2(int ends[2], int flags)
{
    return fails(CALL_PIPE, EMFILE) ? -1 : (int)syscall(SYS_pipe2, ends, flags);
}

pid_t fork(void)
{
    typedef pid_t (*fork_fn)(void);
    fork_fn real = (fork_fn)dlsym(RTLD_NEXT, "fork");
    return fails(CALL_FORK, EAGAIN) ? -1 : real();
}

int epoll_ctl(int epfd, int operation, int fd, struct epoll_event *event)
{
    if (operation == EPOLL_CTL_ADD && fails(CALL_EPOLL, ENOSPC)) {
        return -1;
    }
    return (int)syscall(SYS_epoll_ctl, epfd, operation, fd, event);
}

/* --- reading and writing -------------------------------------------------- */

/* Whether it is one that can fail, and does. */
static bool fails_at(enum call call, int fd, int error_of_socket,
                     int error_of_file)
{
    struct stat file;
    int before = errno;
    if (page == NULL || fstat(fd, &file) != 0) {
        errno = before;
        return false;
    }
    if (S_ISSOCK(file.st_mode)) {
        return fails(call, error_of_socket);
    }
    return S_ISREG(file.st_mode) && fails(call, error_of_file);
}

static bool read_fails(int fd)
{
    return fails_at(CALL_READ, fd, ECONNRESET, EIO);
}

static bool write_fails(int fd)
{
    return fails_at(CALL_WRITE, fd, EPIPE, ENOSPC);
}

ssize_t read(int fd, void *bytes, size_t size)
{
    return read_fails(fd) ? -1 : syscall(SYS_read, fd, bytes, size);
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
    return read_fails(fd) ? -1 : syscall(SYS_readv, fd, parts, count);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    return read_fails(fd)
               ? -1
               : syscall(SYS_recvfrom, fd, bytes, size, flags, NULL, NULL);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    return read_fails(fd) ? -1 : syscall(SYS_recvmsg, fd, message, flags);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    return write_fails(fd) ? -1 : syscall(SYS_write, fd, bytes, size);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return write_fails(fd) ? -1 : syscall(SYS_writev, fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    return write_fails(fd)
               ? -1
               : syscall(SYS_sendto, fd, bytes, size, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return write_fails(fd) ? -1 : syscall(SYS_sendmsg, fd, message, flags);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
