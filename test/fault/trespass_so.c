/*
 * trespass_so.c - a library that was taken over, for LD_PRELOAD: from inside
 * getrusage(), which each of our processes calls now and then, it tries what
 * it has no business to, and says on standard error how that went:
 *
 *     trespass name=sentinel-prober dumpable=0 make=13 write=13 cut=13
 *     remove=13 execute=13 read=0 keep=13
 *
 * 0 or the errno. TRESPASS names a directory with the files "write" and "cut"
 * and one named after each program, to be removed; TRESPASS_KEEP is the run
 * directory, where one is made and removed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES_MOST 30 /* of a process */

typedef int (*getrusage_fn)(int, struct rusage *);

static int try_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno;
    }
    (void)close(fd); /* nothing was written */
    return 0;
}

static int try_make(const char *directory)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/made-%d", directory, (int)getpid());
    int error = try_open(path, O_WRONLY | O_CREAT | O_EXCL);
    if (error == 0 && unlink(path) != 0) {
        error = errno;
    }
    return error;
}

static int try_file(const char *directory, const char *name, int flags)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    return try_open(path, flags);
}

static int try_cut(const char *directory)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/cut", directory);
    return truncate(path, 0) == 0 ? 0 : errno;
}

/* Put back if that went well: each program has one of its own. */
static int try_remove(const char *directory)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s", directory,
                   program_invocation_short_name);
    if (unlink(path) != 0) {
        return errno;
    }
    return try_open(path, O_WRONLY | O_CREAT);
}

static int try_execute(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        (void)execl("/bin/true", "true", (char *)NULL);
        _exit(errno);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status)
                                                      : errno;
}

static void trespass(const char *directory, const char *kept)
{
    char line[PATH_MAX];
    int length = snprintf(
        line, sizeof(line),
        "trespass name=%s dumpable=%d make=%d write=%d cut=%d remove=%d "
        "execute=%d read=%d keep=%d\n",
        program_invocation_short_name, prctl(PR_GET_DUMPABLE),
        try_make(directory), try_file(directory, "write", O_WRONLY),
        try_cut(directory), try_remove(directory), try_execute(),
        try_file(directory, "write", O_RDONLY), try_make(kept));
    (void)!write(STDERR_FILENO, line, (size_t)length); /* one line, whole */
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int getrusage(__rusage_who_t who, struct rusage *usage)
{
    static int tries;
    const char *directory = getenv("TRESPASS");
    const char *kept = getenv("TRESPASS_KEEP");
    getrusage_fn real = (getrusage_fn)dlsym(RTLD_NEXT, "getrusage");
    if (directory != NULL && kept != NULL && tries < TRIES_MOST) {
        tries++;
        int before = errno;
        trespass(directory, kept);
        errno = before;
    }
    return real(who, usage);
}
