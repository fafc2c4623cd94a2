/*
 * child.c - see child.h.
 *
 *   state     child_kill   timer             exit     stream end  both seen
 *   NONE      nothing      (closed)          (closed) (closed)    -
 *   RUNNING   KILLED       (not set)         EXITED   told        -
 *   KILLED    sent again   looked, sent on   EXITED   told        -
 *   EXITED    nothing      stream is ended   (closed) told        NONE, on_over
 *
 * What stands in parentheses cannot come: its handle is closed, or its timer
 * is not set. The stream's end is told once, whatever comes after it. SIGKILL
 * is sent again every CHILD_KILL_AGAIN_MS until the exit was seen; from the
 * second one on the child counts as one that cannot be killed.
 *
 * uv_spawn is not used: it holds its caller until the child's exec is done
 * (2 s were seen with a slow exec), and it sets no PDEATHSIG. This process has
 * one thread, so a plain fork is safe; between fork and exec only
 * async-signal-safe calls are made.
 *
 * The exit is a pidfd readable in the loop. Where pidfds fail (valgrind 3.19
 * answers ENOSYS) it is SIGCHLD and a look at this one pid, which nobody else
 * can have before we have reaped it: never waitpid(-1).
 */
#include "supervisor/child.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/kernel_view.h"
#include "base/log.h"
#include "model/ending.h"
#include "supervisor/child_exec.h"

/* --- fork ---------------------------------------------------------------- */

static pid_t fork_helper(const struct child_spec *spec, int channel_fd)
{
    struct child_exec birth;
    sigset_t all;
    sigset_t before;
    int error = child_exec_init(&birth, spec, channel_fd);

    if (error != 0) {
        return error;
    }
    /* A signal between fork and exec would otherwise run libuv's handler in
     * the child and write into the parent's signal pipe. */
    (void)sigfillset(&all);                        /* cannot fail */
    (void)sigprocmask(SIG_SETMASK, &all, &before); /* cannot fail */
    pid_t pid = fork();
    error = -errno;
    if (pid == 0) {
        child_exec_become(&birth);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* cannot fail */
    child_exec_finish(&birth);
    return pid > 0 ? pid : error;
}

/* --- the end ------------------------------------------------------------- */

static void handle_timer(uv_timer_t *timer);

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

/* The timer is wanted from the first kill, or the exit, until both exit and
 * stream's end were seen. */
static void close_timer_if_both_seen(struct child *child)
{
    uv_handle_t *timer = (uv_handle_t *)&child->timer;

    if (child->state == CHILD_EXITED && child->is_stream_ended &&
        !uv_is_closing(timer)) {
        uv_close(timer, on_handle_closed);
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
    close_timer_if_both_seen(child);
}

static void refuse_build(struct child *child, uint32_t format)
{
    log_event(LEVEL_ERROR, "helper_of_another_build",
              LOG_TEXT("helper", service_name(child->service)),
              LOG_NUMBER("pid", child->pid), LOG_NUMBER("format", format),
              LOG_NUMBER("ours", MESSAGE_FORMAT),
              LOG_TEXT("hint", "restart the agent"));
    child_kill(child);
    stream_has_ended(child, -EPROTONOSUPPORT);
}

static void refuse_flood(struct child *child)
{
    if (child->state == CHILD_RUNNING) {
        log_event(LEVEL_WARNING, "helper_flooded",
                  LOG_TEXT("helper", service_name(child->service)),
                  LOG_NUMBER("pid", child->pid));
        child_kill(child);
    }
}

static void handle_channel_message(struct channel *channel,
                                   const struct message *message)
{
    struct child *child = channel->owner;

    switch (speech_judge(&child->speech, message, clock_monotonic_ms())) {
    case SPEECH_FINE:
        child->on_message(child, message);
        break;
    case SPEECH_OF_ANOTHER_BUILD:
        refuse_build(child, message->format);
        break;
    case SPEECH_FLOOD:
        refuse_flood(child);
        break;
    }
}

static void handle_channel_end(struct channel *channel, int status)
{
    stream_has_ended(channel->owner, status);
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
        (void)uv_timer_start(&child->timer, handle_timer, CHILD_STREAM_GRACE_MS,
                             0); /* initialized */
    }
    close_timer_if_both_seen(child);
}

static void send_kill(const struct child *child)
{
    if (child->pidfd < 0 ||
        syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0) != 0) {
        (void)kill(child->pid, SIGKILL); /* not reaped yet: the pid is its */
    }
}

/* It does not go, or its exit was not told. */
static void kill_again(struct child *child)
{
    char kernel[ENDING_KERNEL_BYTES];

    reap_if_exited(child);
    if (child->state != CHILD_KILLED) {
        return;
    }
    if (!child->is_unkillable) {
        child->is_unkillable = true;
        kernel_view_read("/proc", child->pid, false, kernel, sizeof(kernel));
        log_event(LEVEL_WARNING, "child_unkillable",
                  LOG_TEXT("helper", service_name(child->service)),
                  LOG_NUMBER("pid", child->pid), LOG_TEXT("kernel", kernel));
    }
    send_kill(child);
}

static void handle_timer(uv_timer_t *timer)
{
    struct child *child = timer->data;

    if (child->state == CHILD_EXITED) {
        stream_has_ended(child, -ETIMEDOUT);
    } else if (child->state == CHILD_KILLED && !child->has_channel &&
               !child->is_stream_ended) {
        stream_has_ended(child, -EPIPE); /* it never had one */
    } else if (child->state == CHILD_KILLED) {
        kill_again(child);
    }
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
                  LOG_TEXT("error", strerror(-error)));
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
    (void)uv_timer_start(&child->timer, handle_timer, 0,
                         CHILD_KILL_AGAIN_MS); /* initialized */
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
    (void)uv_timer_init(loop, &child->timer); /* cannot fail */
    child->timer.data = child;
    child->open_handles++;
    watch_exit(child, loop);
    open_channel(child, loop, pair[0], spec);
    if (child->pidfd < 0) {
        reap_if_exited(child); /* SIGCHLD may have come before its handler */
    }
    return 0;
}

int child_send(struct child *child, const struct message *message)
{
    if (!child->has_channel || child->is_stream_ended) {
        return -EPIPE;
    }
    int error = channel_send(&child->channel, message);
    return error != 0 ? error : channel_flush(&child->channel);
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
            task->deadline_ms = clock_monotonic_ms() + CHILD_KILL_AGAIN_MS;
            tasks_touch(child->tasks);
        }
        (void)uv_timer_start(&child->timer, handle_timer, CHILD_KILL_AGAIN_MS,
                             CHILD_KILL_AGAIN_MS); /* initialized */
    }
    send_kill(child);
}

uint32_t child_count_unkillable(const struct tasks *tasks, uint64_t now_ms)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < tasks->live; i++) {
        const struct task *task = &tasks->list[i];
        count += task->kind == TASK_ZOMBIE && now_ms >= task->deadline_ms;
    }
    return count;
}
