/*
 * child_exec.c - see child_exec.h.
 */
#include "supervisor/child_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "wire/progress.h"

/* Above every descriptor number a helper is given. */
#define SCRATCH_FD (HELPER_FD_MOST + 1)
/* Where close_range is missing (before Linux 5.9): as many as we ever open. */
#define DESCRIPTORS_MOST 1024

/* --- before the fork ------------------------------------------------------ */

/* Between the service manager and us, or said anew below. */
static bool is_withheld(const char *entry)
{
    static const char *const withheld[] = {"NOTIFY_SOCKET=", "WATCHDOG_",
                                           "LISTEN_", LOG_LEVEL_VARIABLE "=",
                                           LOG_FORMAT_VARIABLE "="};

    for (size_t i = 0; i < sizeof(withheld) / sizeof(withheld[0]); i++) {
        if (strncmp(entry, withheld[i], strlen(withheld[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Ours, so that a loader's or a sanitizer's variables reach the helper. */
static char **make_environment(struct child_exec *birth)
{
    size_t count = 0;
    size_t kept = 0;

    while (environ[count] != NULL) {
        count++;
    }
    char **envp = calloc(count + 3, sizeof(*envp));
    if (envp == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_withheld(environ[i])) {
            envp[kept++] = environ[i];
        }
    }
    envp[kept++] = birth->log_level;
    envp[kept] = birth->log_format;
    return envp;
}

int child_exec_init(struct child_exec *birth, const struct child_spec *spec,
                    int channel_fd)
{
    *birth = (struct child_exec){.spec = spec,
                                 .channel_fd = channel_fd,
                                 .parent = getpid(),
                                 .argv = {spec->name, "--generation"}};
    /* All of them fit. */
    (void)text_format(birth->generation, sizeof(birth->generation), "%u",
                      spec->generation);
    (void)text_format(birth->listen_count, sizeof(birth->listen_count), "%d",
                      spec->listen_count);
    (void)text_format(birth->config_fd, sizeof(birth->config_fd), "%d",
                      HELPER_FD_LISTEN + spec->listen_count);
    (void)text_format(birth->log_level, sizeof(birth->log_level),
                      LOG_LEVEL_VARIABLE "=%s",
                      log_level_name(log_get_level()));
    (void)text_format(birth->log_format, sizeof(birth->log_format),
                      LOG_FORMAT_VARIABLE "=%s",
                      log_format_name(log_get_format()));
    birth->argv[2] = birth->generation;
    if (spec->listen_count > 0) {
        birth->argv[3] = "--listen-fds";
        birth->argv[4] = birth->listen_count;
    } else if (spec->role != NULL) {
        birth->argv[3] = "--role";
        birth->argv[4] = spec->role;
    }
    if (spec->listen_count > 0 && spec->config_fd > 0) {
        birth->argv[5] = "--config-fd";
        birth->argv[6] = birth->config_fd;
    }
    birth->envp = make_environment(birth);
    return birth->envp != NULL ? 0 : -ENOMEM;
}

void child_exec_finish(struct child_exec *birth)
{
    free(birth->envp);
    birth->envp = NULL;
}

/* --- between fork and exec ------------------------------------------------ */

static void put_fd(int from, int to)
{
    if (dup2(from, to) != to) {
        _exit(CHILD_EXEC_FAILED);
    }
}

/* Out of the way of the numbers that are given out. -1 is refused by put_fd. */
static int lift_fd(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, SCRATCH_FD);
}

/* Leaves exactly: null, null, standard error, channel, shared, listeners,
 * configuration. */
static void arrange_descriptors(const struct child_exec *birth)
{
    const struct child_spec *spec = birth->spec;
    int listeners[CHILD_LISTEN_MOST];
    int null_fd = lift_fd(open("/dev/null", O_RDWR | O_CLOEXEC));
    int channel_fd = lift_fd(birth->channel_fd);
    int shared_fd = lift_fd(spec->shared_fd);
    int config_fd = spec->config_fd > 0 ? lift_fd(spec->config_fd) : -1;
    int next = HELPER_FD_LISTEN;

    for (int i = 0; i < spec->listen_count; i++) {
        listeners[i] = lift_fd(spec->listen_fds[i]);
    }
    put_fd(null_fd, STDIN_FILENO);
    put_fd(null_fd, STDOUT_FILENO);
    put_fd(channel_fd, HELPER_FD_CHANNEL);
    put_fd(shared_fd, HELPER_FD_SHARED);
    for (int i = 0; i < spec->listen_count; i++) {
        put_fd(listeners[i], next++);
    }
    if (spec->config_fd > 0) {
        put_fd(config_fd, next++);
    }
    if (syscall(SYS_close_range, next, ~0U, 0) != 0) {
        for (int fd = next; fd < DESCRIPTORS_MOST; fd++) {
            (void)close(fd); /* most are not open */
        }
    }
}

/* Only the supervisor hears the terminal and the service manager. */
static void arrange_signals(void)
{
    static const int ignored[] = {SIGINT,  SIGTERM, SIGHUP,
                                  SIGUSR1, SIGUSR2, SIGPIPE};
    sigset_t none;

    (void)signal(SIGCHLD, SIG_DFL); /* cannot fail for a valid number */
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
        (void)signal(ignored[i], SIG_IGN); /* survives exec; cannot fail */
    }
    (void)sigemptyset(&none);                    /* cannot fail */
    (void)sigprocmask(SIG_SETMASK, &none, NULL); /* cannot fail */
}

_Noreturn void child_exec_become(const struct child_exec *birth)
{
    /* The parent may have died before the prctl: then nobody would end us. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != birth->parent) {
        _exit(CHILD_EXEC_FAILED);
    }
    arrange_signals();
    arrange_descriptors(birth);
    /* execve changes nothing it is given; its prototype is older than const.
     * It returns only on failure. */
    (void)execve(birth->spec->program, (char *const *)(uintptr_t)birth->argv,
                 birth->envp);
    _exit(CHILD_EXEC_FAILED);
}
