/*
 * child.c - see child.h.
 *
 *   state      kill          exit          stream end     both seen
 *   NONE       -             asserted      asserted       -
 *   RUNNING    KILLED        EXITED        told           -
 *   KILLED     sent again    EXITED        told           -
 *   EXITED     nothing       asserted      told           NONE, on_over
 *
 * uv_spawn is not used: it holds its caller until the child's exec is done
 * (2 s were seen with a slow exec), and it sets no PDEATHSIG. This process has
 * one thread, so a plain fork is safe; between fork and exec only
 * async-signal-safe calls are made.
 *
 * The exit is a pidfd readable in the loop. Where pidfds fail (valgrind 3.19
 * answers ENOSYS) it is SIGCHLD and a look at this one pid: never
 * waitpid(-1).
 */
#include "supervisor/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "wire/progress.h"

#define CHILD_EXEC_FAILED 127
/* Above every descriptor number a helper is given. */
#define CHILD_SCRATCH_FD 32

/* --- between fork and exec ---------------------------------------------- */

static void put_fd(int from, int to)
{
    if (dup2(from, to) != to) {
        _exit(CHILD_EXEC_FAILED);
    }
}

/* Leaves exactly: null, null, standard error, channel, shared, listeners. */
static void arrange_descriptors(const struct child_spec *spec, int channel_fd)
{
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    int moved[2 + CHILD_LISTEN_MOST];
    int count = 0;
    int next = HELPER_FD_LISTEN;

    moved[count++] = fcntl(channel_fd, F_DUPFD_CLOEXEC, CHILD_SCRATCH_FD);
    moved[count++] = fcntl(spec->shared_fd, F_DUPFD_CLOEXEC, CHILD_SCRATCH_FD);
    for (int i = 0; i < spec->listen_count; i++) {
        moved[count++] =
            fcntl(spec->listen_fds[i], F_DUPFD_CLOEXEC, CHILD_SCRATCH_FD);
    }
    put_fd(null_fd, STDIN_FILENO);
    put_fd(null_fd, STDOUT_FILENO);
    put_fd(moved[0], HELPER_FD_CHANNEL);
    put_fd(moved[1], HELPER_FD_SHARED);
    for (int i = 2; i < count; i++) {
        put_fd(moved[i], next++);
    }
    if (syscall(SYS_close_range, next, ~0U, 0) != 0) {
        for (int fd = next; fd < 1024; fd++) {
            (void)close(fd); /* most are not open */
        }
    }
}

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

static _Noreturn void become_helper(const struct child_spec *spec,
                                    int channel_fd, pid_t parent,
                                    const char *const *argv, char *const *envp)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        _exit(CHILD_EXEC_FAILED);
    }
    arrange_signals();
    arrange_descriptors(spec, channel_fd);
    /* execve changes nothing it is given; its prototype is older than const.
     * It returns only on failure. */
    (void)execve(spec->program, (char *const *)(uintptr_t)argv, envp);
    _exit(CHILD_EXEC_FAILED);
}

/* --- the environment helpers see ---------------------------------------- */

static bool is_withheld(const char *entry)
{
    static const char *const withheld[] = {
        "NOTIFY_SOCKET=", "WATCHDOG_", "LISTEN_", "SENTINEL_AGENT_LOG_LEVEL="};

    for (size_t i = 0; i < sizeof(withheld) / sizeof(withheld[0]); i++) {
        if (strncmp(entry, withheld[i], strlen(withheld[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Ours, less what is between the service manager and us, plus the log level.
 * The array is the caller's to free; its texts are borrowed. */
static char **helper_environment(char *level_entry)
{
    size_t count = 0;
    size_t kept = 0;

    while (environ[count] != NULL) {
        count++;
    }
    char **envp = calloc(count + 2, sizeof(*envp));
    if (envp == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_withheld(environ[i])) {
            envp[kept++] = environ[i];
        }
    }
    envp[kept] = level_entry;
    return envp;
}

/* --- fork ---------------------------------------------------------------- */

static pid_t fork_helper(const struct child_spec *spec, int channel_fd)
{
    char level_entry[48];
    char generation[16];
    char listen_count[16];
    const char *argv[] = {spec->name, "--generation", generation,
                          NULL,       NULL,           NULL};
    sigset_t all;
    sigset_t before;
    pid_t parent = getpid();

    (void)text_format(generation, sizeof(generation), "%u",
                      spec->generation); /* fits */
    if (spec->listen_count > 0) {
        (void)text_format(listen_count, sizeof(listen_count), "%d",
                          spec->listen_count); /* fits */
        argv[3] = "--listen-fds";
        argv[4] = listen_count;
    }
    (void)text_format(level_entry, sizeof(level_entry),
                      "SENTINEL_AGENT_LOG_LEVEL=%s",
                      log_level_name(log_get_level())); /* fits */
    char **envp = helper_environment(level_entry);
    if (envp == NULL) {
        return -ENOMEM;
    }
    /* A signal between fork and exec would otherwise run libuv's handler in
     * the child and write into the parent's signal pipe. */
    (void)sigfillset(&all);                        /* cannot fail */
    (void)sigprocmask(SIG_SETMASK, &all, &before); /* cannot fail */
    pid_t pid = fork();
    int error = errno;
    if (pid == 0) {
        become_helper(spec, channel_fd, parent, argv, envp);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* cannot fail */
    free(envp);
    return pid > 0 ? pid : -error;
}

/* --- the end ------------------------------------------------------------- */

static void finish_if_over(struct child *child)
{
    if (child->state != CHILD_EXITED || !child->is_stream_ended ||
        child->open_handles > 0) {
        return;
    }
    if (child->pidfd >= 0) {
        (void)close(child->pidfd); /* nothing can be done about it */
        child->pidfd = -1;
    }
    child->state = CHILD_NONE;
    child->on_over(child);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct child *child = handle->data;

    child->open_handles--;
    finish_if_over(child);
}

static void on_channel_closed(struct channel *channel)
{
    struct child *child = channel->owner;

    child->open_handles--;
    finish_if_over(child);
}

/* The grace timer is wanted from the exit until the stream's end. */
static void close_grace_if_both_seen(struct child *child)
{
    uv_handle_t *grace = (uv_handle_t *)&child->stream_grace;

    if (child->state == CHILD_EXITED && child->is_stream_ended &&
        !uv_is_closing(grace)) {
        uv_close(grace, on_handle_closed);
    }
}

static void stream_has_ended(struct child *child, int status)
{
    if (child->is_stream_ended) {
        return;
    }
    child->is_stream_ended = true;
    if (child->has_channel) {
        channel_close(&child->channel, on_channel_closed);
    }
    child->on_ended(child, status);
    close_grace_if_both_seen(child);
}

static void handle_channel_message(struct channel *channel,
                                   const struct message *message)
{
    struct child *child = channel->owner;

    child->on_message(child, message);
}

static void handle_channel_end(struct channel *channel, int status)
{
    stream_has_ended(channel->owner, status);
}

static void handle_stream_grace(uv_timer_t *timer)
{
    stream_has_ended(timer->data, -ETIMEDOUT);
}

static void account_for_the_end(struct child *child)
{
    bool by_itself =
        WIFEXITED(child->wait_status) && WEXITSTATUS(child->wait_status) == 0;

    if (by_itself) {
        (void)tasks_finish(child->tasks, child->task); /* it is live */
    } else {
        (void)tasks_reap(child->tasks, child->task); /* it is live */
    }
    child->task = 0;
}

/* Looks whether this one child has exited; reaps it if so. */
static void reap_if_exited(struct child *child)
{
    int status = 0;

    if (child->state != CHILD_RUNNING && child->state != CHILD_KILLED) {
        return;
    }
    pid_t got = waitpid(child->pid, &status, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR)) {
        return;
    }
    /* got < 0 otherwise means somebody else reaped it: it is over anyhow. */
    child->wait_status = got == child->pid ? status : W_EXITCODE(0, SIGKILL);
    child->state = CHILD_EXITED;
    account_for_the_end(child);
    uv_handle_t *watch = child->pidfd >= 0 ? (uv_handle_t *)&child->exit_poll
                                           : (uv_handle_t *)&child->exit_signal;
    uv_close(watch, on_handle_closed);
    if (!child->is_stream_ended) {
        (void)uv_timer_start(&child->stream_grace, handle_stream_grace,
                             CHILD_STREAM_GRACE_MS, 0); /* initialized */
    }
    close_grace_if_both_seen(child);
}

static void handle_exit_poll(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    reap_if_exited(poll->data);
}

static void handle_exit_signal(uv_signal_t *watch, int number)
{
    (void)number;
    reap_if_exited(watch->data);
}

static void watch_exit(struct child *child, uv_loop_t *loop)
{
    int error = -ENOSYS;

    child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    if (child->pidfd >= 0) {
        error = uv_poll_init(loop, &child->exit_poll, child->pidfd);
    }
    if (error == 0) {
        child->exit_poll.data = child;
        child->open_handles++;
        (void)uv_poll_start(&child->exit_poll, UV_READABLE,
                            handle_exit_poll); /* initialized, not closing */
        return;
    }
    if (child->pidfd >= 0) {
        (void)close(child->pidfd); /* not needed any more */
        child->pidfd = -1;
    }
    (void)uv_signal_init(loop, &child->exit_signal); /* the loop is up */
    child->exit_signal.data = child;
    child->open_handles++;
    error = uv_signal_start(&child->exit_signal, handle_exit_signal, SIGCHLD);
    if (error != 0) {
        log_event(LEVEL_ERROR, "child_unwatched", LOG_NUMBER("pid", child->pid),
                  LOG_TEXT("error", uv_strerror(error)));
    }
}

/* Without a channel the child is of no use: it is killed, and its stream
 * counts as ended in the next turn of the loop. */
static void open_channel(struct child *child, uv_loop_t *loop, int fd,
                         const struct child_spec *spec)
{
    int error = channel_start(&child->channel, loop, fd, spec->incoming,
                              spec->generation, handle_channel_message,
                              handle_channel_end, child);
    if (error == 0) {
        child->has_channel = true;
        child->open_handles++;
        return;
    }
    child_kill(child);
    (void)uv_timer_start(&child->stream_grace, handle_stream_grace, 0,
                         0); /* initialized */
}

/* --- public -------------------------------------------------------------- */

int child_start(struct child *child, uv_loop_t *loop, struct tasks *tasks,
                const struct child_spec *spec, void *owner)
{
    int pair[2];

    assert(child->state == CHILD_NONE);
    if (tasks->live >= TASKS_MOST) {
        return -EBUSY;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return -errno;
    }
    pid_t pid = fork_helper(spec, pair[1]);
    (void)close(pair[1]); /* the child's end */
    if (pid < 0) {
        (void)close(pair[0]); /* nobody is at the other end */
        return pid;
    }
    memset(child, 0, sizeof(*child));
    child->owner = owner;
    child->state = CHILD_RUNNING;
    child->service = spec->service;
    child->pid = pid;
    child->pidfd = -1;
    child->generation = spec->generation;
    child->started_ms = clock_monotonic_ms();
    child->tasks = tasks;
    child->on_message = spec->on_message;
    child->on_ended = spec->on_ended;
    child->on_over = spec->on_over;
    child->task =
        tasks_start(tasks, &(struct task){.kind = TASK_SERVICE,
                                          .service = spec->service,
                                          .instance = -1,
                                          .pid = pid,
                                          .started_ms = child->started_ms});
    (void)uv_timer_init(loop, &child->stream_grace); /* cannot fail */
    child->stream_grace.data = child;
    child->open_handles++;
    watch_exit(child, loop);
    open_channel(child, loop, pair[0], spec);
    return 0;
}

void child_kill(struct child *child)
{
    if (child->state != CHILD_RUNNING && child->state != CHILD_KILLED) {
        return;
    }
    if (child->state == CHILD_RUNNING) {
        struct task *task = tasks_find(child->tasks, child->task);

        child->state = CHILD_KILLED;
        if (task != NULL) {
            task->kind = TASK_ZOMBIE;
            tasks_touch(child->tasks);
        }
    }
    if (child->pidfd < 0 ||
        syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0) != 0) {
        (void)kill(child->pid, SIGKILL); /* not reaped yet: the pid is its */
    }
}

void child_describe_end(const struct child *child, char *text, size_t size)
{
    int status = child->wait_status;

    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        (void)text_format(text, size, "died of SIG%s",
                          name != NULL ? name : "?"); /* may be cut */
    } else if (WEXITSTATUS(status) == CHILD_EXEC_FAILED) {
        (void)text_copy(text, size, "could not be executed"); /* may be cut */
    } else {
        (void)text_format(text, size, "exited with %d",
                          WEXITSTATUS(status)); /* may be cut */
    }
}
