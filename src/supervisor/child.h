/*
 * child.h - the only file that knows pids: forks and execs a helper, watches
 * its end, kills it, reaps it.
 *
 * A child is over when both its exit and the end of its stream were seen, in
 * either order; only then is its owner told, and only then may the struct be
 * used again. A killed child that does not die is killed again and again, and
 * waited for by nobody.
 */
#ifndef SUPERVISOR_CHILD_H
#define SUPERVISOR_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "model/tasks.h"
#include "supervisor/speech.h"
#include "wire/channel.h"

#define CHILD_LISTEN_MOST 4
/* After the exit the kernel has closed the child's end; should the stream
 * still not end in this time, it is taken as ended. */
#define CHILD_STREAM_GRACE_MS 500

/* A kill that had no effect is sent again after this. */
#define CHILD_KILL_AGAIN_MS 1000

struct child;

/* Says one good message. */
typedef void (*child_message_cb)(struct child *child,
                                 const struct message *message);
/* Its stream ended: nothing more will come. 0, or what was wrong with what
 * it said. Called once, before child_over_cb. */
typedef void (*child_ended_cb)(struct child *child, int status);
/* Exit and end were both seen: the struct is the owner's again. */
typedef void (*child_over_cb)(struct child *child);

enum child_state {
    CHILD_NONE, /* nothing runs; the struct may be started */
    CHILD_RUNNING,
    CHILD_KILLED, /* SIGKILL sent, exit not yet seen */
    CHILD_EXITED, /* exit seen, stream or handles still open */
};

struct child {
    void *owner; /* borrowed */
    enum child_state state;
    enum service_kind service;
    pid_t pid;
    int pidfd; /* -1: SIGCHLD is used instead */
    uint32_t generation;
    uint64_t task; /* in the task table */
    uint64_t started_ms;
    int wait_status;    /* after the exit */
    bool is_unkillable; /* it was killed, and lives on: told once */
    bool is_stream_ended;
    bool has_channel;
    struct speech speech;
    int open_handles;    /* closing libuv handles we wait for */
    struct tasks *tasks; /* borrowed */
    struct channel channel;
    uv_poll_t exit_poll;
    uv_signal_t exit_signal;
    uv_timer_t timer; /* kill again, or the stream's grace: by state */
    child_message_cb on_message;
    child_ended_cb on_ended;
    child_over_cb on_over;
};

struct child_spec {
    const char *program; /* path of the executable */
    const char *name;    /* argv[0] */
    const char *role;    /* --role ROLE; NULL = none */
    enum service_kind service;
    enum message_direction incoming;
    uint32_t generation;
    int shared_fd;         /* becomes HELPER_FD_SHARED; borrowed */
    const int *listen_fds; /* become HELPER_FD_LISTEN...; borrowed */
    int listen_count;
    int config_fd; /* becomes the one behind them, told by --config-fd;
                      borrowed; 0 or less: none */
    child_message_cb on_message;
    child_ended_cb on_ended;
    child_over_cb on_over;
};

/* Starts it. The struct must be zeroed or over. 0 or a negative errno (then
 * nothing was started and no callback comes); -EBUSY when the task table is
 * full. A program that cannot be executed starts and exits with 127. */
int child_start(struct child *child, uv_loop_t *loop, struct tasks *tasks,
                const struct child_spec *spec, void *owner);

/* Queues and flushes one message; the child is told nothing more once its
 * stream has ended. 0 or a negative errno: then it does not read, and the
 * owner acts on it. */
int child_send(struct child *child, const struct message *message);

/* SIGKILL, now, and again until its exit was seen. Nothing after that, so a
 * stranger with the same pid is never hit. */
void child_kill(struct child *child);

/* How many of all children were killed and have not gone in the time that a
 * kill takes: each stands in the table as a zombie past its deadline. */
uint32_t child_count_unkillable(const struct tasks *tasks, uint64_t now_ms);

/* What was wrong with what it said, by the status its stream ended with; NULL
 * when it said nothing wrong and the stream just ended or broke, and when it
 * is of another build, which was told. */
const char *child_nonsense(int status);

/* What it is to blame for, in an ending's words, by the same status; NULL =
 * nothing. */
const char *child_fault(int status);

/* "exited with 3", "died of SIGSEGV", ... of a child that has exited. */
void child_describe_end(const struct child *child, char *text, size_t size);

#endif
