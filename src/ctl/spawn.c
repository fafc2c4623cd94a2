/*
 * spawn.c - see spawn.h.
 *
 * The descriptors are those of include/wire/progress.h, as the supervisor
 * gives them. Between fork and exec only async-signal-safe calls are made, for
 * libcurl may have had threads. SIGCHLD is blocked and waited for: it works on
 * every kernel, and one that comes early is not lost.
 */
#include "ctl/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "wire/progress.h"

/* Above every descriptor number a child is given. */
#define SCRATCH_FD 32
/* Where close_range is missing (before Linux 5.9): as many as we ever open. */
#define DESCRIPTORS_MOST 1024

/* --- between fork and exec ----------------------------------------------- */

struct birth {
    const char *const *argv;
    int stream_fd; /* the child's end */
    int shared_fd; /* or SPAWN_OUTPUT, SPAWN_SPEECH */
    pid_t parent;
};

/* -1 is refused by put_fd. */
static int lift_fd(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, SCRATCH_FD);
}

static void put_fd(int from, int to)
{
    if (dup2(from, to) != to) {
        _exit(SPAWN_EXEC_FAILED);
    }
}

/* Leaves exactly: null, null or the stream, standard error, and for a helper
 * channel and page. */
static void arrange_descriptors(const struct birth *birth)
{
    bool is_helper = birth->shared_fd >= 0;
    int null_fd = lift_fd(open("/dev/null", O_RDWR | O_CLOEXEC));
    int stream_fd = lift_fd(birth->stream_fd);
    int shared_fd = is_helper ? lift_fd(birth->shared_fd) : -1;
    int next = is_helper ? HELPER_FD_LISTEN : HELPER_FD_CHANNEL;

    put_fd(null_fd, STDIN_FILENO);
    put_fd(is_helper ? null_fd : stream_fd, STDOUT_FILENO);
    if (birth->shared_fd == SPAWN_SPEECH) {
        put_fd(stream_fd, STDERR_FILENO);
    }
    if (is_helper) {
        put_fd(stream_fd, HELPER_FD_CHANNEL);
        put_fd(shared_fd, HELPER_FD_SHARED);
    }
    if (syscall(SYS_close_range, next, ~0U, 0) != 0) {
        for (int fd = next; fd < DESCRIPTORS_MOST; fd++) {
            (void)close(fd); /* most are not open */
        }
    }
}

/* What the terminal says is said to us; our end is the child's. */
static void arrange_signals(void)
{
    static const int ignored[] = {SIGINT,  SIGTERM, SIGHUP,
                                  SIGQUIT, SIGTSTP, SIGPIPE};
    sigset_t none;

    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
        (void)signal(ignored[i], SIG_IGN); /* survives exec; cannot fail */
    }
    (void)sigemptyset(&none);                    /* cannot fail */
    (void)sigprocmask(SIG_SETMASK, &none, NULL); /* cannot fail */
}

static _Noreturn void become(const struct birth *birth)
{
    /* The parent may have died before the prctl: then nobody would end us. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != birth->parent) {
        _exit(SPAWN_EXEC_FAILED);
    }
    arrange_signals();
    arrange_descriptors(birth);
    /* execve changes nothing it is given; its prototype is older than const.
     * It returns only on failure. */
    (void)execve(birth->argv[0], (char *const *)(uintptr_t)birth->argv,
                 environ);
    _exit(SPAWN_EXEC_FAILED);
}

/* --- the start ----------------------------------------------------------- */

/* What a service manager told us is not for a child to answer; and of its log
 * only faults are for the screen. */
static int prepare_environment(void)
{
    static const char *const withheld[] = {"NOTIFY_SOCKET", "WATCHDOG_USEC",
                                           "WATCHDOG_PID",  "LISTEN_PID",
                                           "LISTEN_FDS",    "LISTEN_FDNAMES"};

    for (size_t i = 0; i < sizeof(withheld) / sizeof(withheld[0]); i++) {
        (void)unsetenv(withheld[i]); /* fails for bad names only */
    }
    return setenv(LOG_LEVEL_VARIABLE, log_level_name(LEVEL_ERROR), 1) == 0
               ? 0
               : -ENOMEM;
}

/* The set of SIGCHLD alone. */
static void set_of_children(sigset_t *set)
{
    (void)sigemptyset(set);        /* cannot fail */
    (void)sigaddset(set, SIGCHLD); /* cannot fail for a valid number */
}

/* Ends of children wait for us. Inherited as ignored, the signal would never
 * come and the child be reaped by nobody's hand. */
static void hold_children(void)
{
    sigset_t children;
    set_of_children(&children);
    (void)signal(SIGCHLD, SIG_DFL);                /* cannot fail */
    (void)sigprocmask(SIG_BLOCK, &children, NULL); /* cannot fail */
}

int spawn_start(struct spawn *spawn, const char *const *argv, int shared_fd)
{
    int ends[2];
    int status = prepare_environment();
    if (status != 0) {
        return status;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return -errno;
    }
    hold_children();
    const struct birth birth = {argv, ends[1], shared_fd, getpid()};
    pid_t pid = fork();
    if (pid == 0) {
        become(&birth);
    }
    status = pid < 0 ? -errno : 0;
    (void)close(ends[1]); /* the child's */
    if (status != 0) {
        (void)close(ends[0]); /* nobody is at the other end */
        return status;
    }
    *spawn = (struct spawn){.pid = pid, .fd = ends[0]};
    return 0;
}

/* --- the end ------------------------------------------------------------- */

/* Reaps the child if it ends within the time. */
static bool reap(pid_t pid, uint64_t within_ms, int *status)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + within_ms;
    sigset_t children;
    set_of_children(&children);
    for (;;) {
        if (waitpid(pid, status, WNOHANG) == pid) {
            return true;
        }
        uint64_t now_ms = clock_monotonic_ms();
        if (now_ms >= deadline_ms) {
            return false;
        }
        uint64_t left_ms = deadline_ms - now_ms;
        const struct timespec left = {.tv_sec = (time_t)(left_ms / 1000),
                                      .tv_nsec =
                                          (long)(left_ms % 1000) * 1000000};
        (void)sigtimedwait(&children, NULL, &left); /* or look again */
    }
}

int spawn_end(struct spawn *spawn, uint32_t grace_ms)
{
    int status = 0;
    (void)shutdown(spawn->fd, SHUT_RDWR); /* its other end may be gone */
    bool is_reaped = reap(spawn->pid, grace_ms, &status);
    if (!is_reaped) {
        (void)kill(spawn->pid, SIGKILL); /* ours: not reaped yet */
        is_reaped = reap(spawn->pid, SPAWN_KILL_MS, &status);
    }
    (void)close(spawn->fd); /* shut down above */
    spawn->fd = -1;
    return is_reaped ? status : -1;
}
