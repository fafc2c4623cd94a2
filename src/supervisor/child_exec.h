/*
 * child_exec.h - what a helper is born with: descriptors, signals, arguments,
 * environment. Prepared before the fork, put on between fork and exec.
 *
 * Only child.c uses it.
 */
#ifndef SUPERVISOR_CHILD_EXEC_H
#define SUPERVISOR_CHILD_EXEC_H

#include <sys/types.h>

#include "supervisor/child.h"
#include "wire/progress.h"

#define CHILD_EXEC_FAILED 127 /* the shell's code for the same */
/* So many a limit must allow, or no helper is born: what it is given is
 * first put above every number it may end at. */
#define CHILD_EXEC_DESCRIPTORS (HELPER_FD_MOST + 5 + CHILD_LISTEN_MOST)

struct child_exec {
    const struct child_spec *spec; /* borrowed */
    int channel_fd;                /* borrowed: the helper's end */
    pid_t parent;
    char generation[16];
    char listen_count[16];
    char config_fd[16];
    char log_level[48];
    char log_format[48];
    const char *argv[8];
    char **envp; /* the array is owned, its texts are borrowed */
};

/* Before the fork. 0 or -ENOMEM. */
int child_exec_init(struct child_exec *birth, const struct child_spec *spec,
                    int channel_fd);
void child_exec_finish(struct child_exec *birth);

/* In the forked process: only async-signal-safe calls, and no way back. */
_Noreturn void child_exec_become(const struct child_exec *birth);

#endif
