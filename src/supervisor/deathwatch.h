/*
 * deathwatch.h - sees the end of a Redis process at once: a pidfd of each one
 * that is known, in the supervisor's loop.
 *
 * Which process an instance is, the prober proved (facts.h). Its start is
 * compared once more when the pidfd is open, so that a pid's next owner is
 * never watched in its place. A process behind several instances is watched
 * once. It takes no right over the process, and none of its memory is read.
 *
 * What cannot be watched (a kernel without pidfds, no descriptor left) costs
 * promptness alone: the next round finds out.
 */
#ifndef SUPERVISOR_DEATHWATCH_H
#define SUPERVISOR_DEATHWATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "model/facts.h"

/* Descriptors that the supervisor keeps for everything else. */
#define DEATHWATCH_RESERVE 512

struct deathwatch;
struct vigil;

/* The process behind this instance is no more. Not `was_watched`: it was over
 * when it was first noted, so maybe for long. */
typedef void (*deathwatch_end_cb)(struct deathwatch *watch, uint32_t instance,
                                  uint32_t pid, bool was_watched);

/* Of one instance: its process as last noted. */
struct ward {
    uint32_t pid;
    uint64_t start_ticks; /* 0 = none is known */
    bool is_settled;      /* its end was told, or it cannot be watched */
    struct vigil *vigil;  /* NULL = not watched */
};

struct deathwatch {
    void *owner; /* borrowed */
    uv_loop_t *loop;
    deathwatch_end_cb on_end;
    struct ward *wards;   /* owned; SETTINGS_INSTANCES_MOST of them */
    struct vigil *vigils; /* a list of all, by `next` */
    uint32_t count;       /* of them: processes watched */
    uint32_t room;        /* descriptors they may take */
    uint64_t ends;        /* that were seen, since the start */
    bool is_impossible;   /* this kernel has no pidfds */
    bool has_complained;  /* of one that could not be watched */
};

/* 0 or -ENOMEM: then nobody is ever watched. Raises this process' soft limit
 * of descriptors where every instance could not be watched with it. */
int deathwatch_init(struct deathwatch *watch, uv_loop_t *loop,
                    deathwatch_end_cb on_end, void *owner);

/* What is known of the instance's process now; cheap when that is nothing
 * new. May call on_end before it returns: it was over already. */
void deathwatch_note(struct deathwatch *watch, uint32_t instance,
                     const struct facts *facts);

/* Nobody is watched any more: instances have other numbers now, or none. The
 * descriptors are closed at once, memory is freed by the loop's next turns. */
void deathwatch_stop(struct deathwatch *watch);

/* After the loop's end. */
void deathwatch_finish(struct deathwatch *watch);

#endif
