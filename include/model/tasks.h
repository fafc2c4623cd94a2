/*
 * tasks.h - the table of everything alive: probes in flight, helper processes
 * and killed children not yet reaped. `curl /goroutines` counts it.
 *
 * Invariant, at every moment: started == finished + reaped + live. Each of
 * the four is counted where it happens; none is computed from the others.
 * The table is plain memory of a fixed capacity, empty when zeroed; adding,
 * finding and removing take the same short time however full it is.
 */
#ifndef MODEL_TASKS_H
#define MODEL_TASKS_H

#include <stdint.h>

#include "model/settings.h"
#include "model/verdict.h"

/* Probes, one per instance at most, and processes. */
#define TASKS_PROCESSES_MOST 128
#define TASKS_MOST (SETTINGS_INSTANCES_MOST + TASKS_PROCESSES_MOST)
#define TASKS_INDEX 16384 /* a power of two, at least twice TASKS_MOST */

#define TASK_KIND_TABLE(X)     \
    X(TASK_PROBE, "probe")     \
    X(TASK_SERVICE, "service") \
    X(TASK_ZOMBIE, "zombie")

#define TASK_ENUM(constant, text) constant,
enum task_kind { TASK_KIND_TABLE(TASK_ENUM) TASK_KIND_COUNT };
#undef TASK_ENUM

/* Which program a TASK_SERVICE or TASK_ZOMBIE is. */
#define SERVICE_TABLE(X)              \
    X(SERVICE_NONE, "")               \
    X(SERVICE_PROBER, "prober")       \
    X(SERVICE_PUBLISHER, "publisher") \
    X(SERVICE_CONSOLE, "console")     \
    X(SERVICE_CHECKER, "checker")     \
    X(SERVICE_DISCOVERY, "discovery") \
    X(SERVICE_RESOLVER, "resolver")

#define SERVICE_ENUM(constant, text) constant,
enum service_kind { SERVICE_TABLE(SERVICE_ENUM) SERVICE_COUNT };
#undef SERVICE_ENUM

struct task {
    uint64_t id; /* never 0, never used twice in one supervisor's life */
    enum task_kind kind;
    enum service_kind service;
    int32_t instance; /* index; -1 for processes */
    uint64_t round;   /* of the instance; 0 for processes */
    uint64_t started_ms;
    uint64_t deadline_ms; /* 0 = none */
    enum step step;       /* probes: as far as the supervisor knows */
    int32_t pid;          /* of the process it is, or runs in; 0 = queued */
};

struct tasks {
    uint64_t started;
    uint64_t finished;
    uint64_t reaped;
    uint32_t live;
    uint64_t last_id;
    uint64_t changes; /* grows with every change: worth storing again? */
    struct task list[TASKS_MOST]; /* the first `live` of them */
    /* From an id to its place in `list`, counted from 1; 0 = empty. The last
     * field: it does not go onto the board, and a copy read from there has
     * none, so tasks_find and the enders are for the owner's table only. */
    uint16_t index[TASKS_INDEX];
};

const char *task_kind_name(enum task_kind kind);
const char *service_name(enum service_kind kind);

/* Adds a task with a new id and returns that id, or 0 when the table is full
 * (the caller must then not start it). `task->id` is ignored. */
uint64_t tasks_start(struct tasks *tasks, const struct task *task);

/* NULL if no such task is live. The pointer is good until the next start or
 * end of any task. A caller that changes the task calls tasks_touch. */
struct task *tasks_find(struct tasks *tasks, uint64_t id);
void tasks_touch(struct tasks *tasks);

/* It ended by itself. Does nothing and returns -ENOENT if it is not live. */
int tasks_finish(struct tasks *tasks, uint64_t id);

/* It was ended by us, or died. Same errors. */
int tasks_reap(struct tasks *tasks, uint64_t id);

#endif
