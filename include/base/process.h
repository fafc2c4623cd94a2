/*
 * process.h - a process as /proc shows it, by what cannot hang: its stat. The
 * pid and the start together name a process for ever; a pid alone does not.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#define PROCESS_NAME_BYTES 64 /* comm is 15 bytes; more for kernel threads */

enum process_state {
    PROCESS_UNKNOWN, /* not looked at, or not to be seen */
    PROCESS_GONE,
    PROCESS_SLEEPING, /* S, I: waits for something that may be us */
    PROCESS_RUNNING,  /* R: busy */
    PROCESS_WAITING,  /* D: for the disk, mostly */
    PROCESS_STOPPED,  /* T, t */
    PROCESS_ZOMBIE    /* Z, X */
};

struct process {
    enum process_state state;
    char letter;          /* the kernel's own for it; '\0' = not seen */
    uint64_t cpu_ms;      /* user and system, in steps of a clock tick */
    uint64_t start_ticks; /* clock ticks since boot (proc(5), field 22) */
    char name[PROCESS_NAME_BYTES];
};

/* Reads <proc>/<pid>/stat; `proc` is "/proc" but in tests. 0; -ENOENT when
 * there is none (state PROCESS_GONE); another negative errno when it cannot be
 * seen or read. Where /proc hides others' processes all of them look gone: so
 * only one that was seen before can be called that. */
int process_look(const char *proc, uint32_t pid, struct process *process);

/* Whether what began at `start_ticks` can have been up for `uptime_s`, within
 * two seconds. `now_ticks` is CLOCK_BOOTTIME in clock ticks (sysconf
 * _SC_CLK_TCK). */
bool process_start_fits(uint64_t start_ticks, uint64_t uptime_s,
                        uint64_t now_ticks);

#endif
