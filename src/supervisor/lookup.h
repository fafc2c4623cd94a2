/*
 * lookup.h - disposable processes that look names up: a prober in its role
 * `resolve`, one at a time, started when a name of its lane is due and gone
 * when all is answered.
 *
 * What it says is gossip, and one that says nonsense, dies or hangs costs the
 * lookups it had under way.
 */
#ifndef SUPERVISOR_LOOKUP_H
#define SUPERVISOR_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "model/tasks.h"
#include "supervisor/child.h"
#include "supervisor/names.h"
#include "wire/progress.h"

#define LOOKUP_RETIRE_MS 1000 /* all answered to its end, else killed */
/* After a process that died before any answer: not at once again, and later
 * and later. The first time is free. */
#define LOOKUP_PAUSE_LEAST_MS 100
#define LOOKUP_PAUSE_MOST_MS 5000

/* Such as are killed and cannot die; then no further one is started. */
#define LOOKUP_PROCESSES_MOST 4

struct lookup;

/* Something happened: tend to it. */
typedef void (*lookup_event_cb)(struct lookup *lookup);

struct lookup_process {
    struct lookup *lookup;
    struct child child;
    struct progress *progress;
    bool is_alive;    /* until it was reaped */
    uint64_t kill_ms; /* when it is killed, again; 0 = it is the current one */
};

struct lookup {
    void *owner; /* borrowed, as all of these */
    uv_loop_t *loop;
    struct tasks *tasks;
    const char *program;
    struct names *names;
    enum names_lane lane;
    lookup_event_cb on_event;
    struct lookup_process processes[LOOKUP_PROCESSES_MOST];
    struct lookup_process *current; /* takes questions; NULL = none does */
    uint32_t generation;
    uint64_t pause_ms; /* after the next death */
    uint64_t start_ms; /* not before */
};

/* Does what is to be done now. */
void lookup_tend(struct lookup *lookup, uint64_t now_ms);

/* When it is to be tended to next; UINT64_MAX = after an event. */
uint64_t lookup_next_ms(const struct lookup *lookup);

/* Kills the current process, if there is one, and hears nothing of it any
 * more. What it had under way is the caller's to ask again. */
void lookup_dismiss(struct lookup *lookup, uint64_t now_ms);

/* Kills whatever is alive. */
void lookup_stop(struct lookup *lookup);

/* Every process was reaped. */
bool lookup_is_idle(const struct lookup *lookup);

#endif
