/*
 * spawn.h - another program of the house as a child, with a stream between.
 *
 * The one file of this command that knows pids. A child cannot outlive us:
 * the kernel ends it when we end, however we end; and it is always reaped, but
 * one that even the kernel cannot end, which is left to init.
 */
#ifndef CTL_SPAWN_H
#define CTL_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

#define SPAWN_GRACE_MS 1000   /* to leave by itself */
#define SPAWN_KILL_MS 1000    /* to be gone once killed */
#define SPAWN_EXEC_FAILED 127 /* the shell's code for the same */

struct spawn {
    pid_t pid;
    int fd; /* our end of the stream */
};

/* In the place of a shared page: what the stream is to a child that is no
 * helper. */
#define SPAWN_OUTPUT                                                          \
    (-1)                  /* its standard output; its errors go where ours do \
                           */
#define SPAWN_SPEECH (-2) /* both its standard output and its errors */

/* Runs argv[0] with `argv`. With `shared_fd` it is born a helper: the stream
 * is its channel, the descriptor its shared page. 0 or a negative errno. */
int spawn_start(struct spawn *spawn, const char *const *argv, int shared_fd);

/* Ends the stream, gives the child `grace_ms` to leave, kills it, reaps it
 * and closes our end. Its wait status; -1 if even killed it did not end. */
int spawn_end(struct spawn *spawn, uint32_t grace_ms);

#endif
