/*
 * probers.h - the pool of prober processes: how many there shall be, which of
 * them may be given work, which are on their way out.
 *
 *                 READY event   alarm            stream ended     reaped
 *     STARTING    READY         KILLED (early)   ENDED (early)    FREE (early)
 *     READY       -             (none is set)    ENDED            FREE
 *     RETIRING    -             KILLED           ENDED            FREE
 *     KILLED      -             KILL again       ENDED            FREE
 *     ENDED       -             KILL again       -                FREE
 *
 * "Early": it died before it was of any use, so the next one is spawned after
 * a growing pause. One that died after READY is replaced at once, unless
 * many did in a row without a result (PROBERS_BARREN_MOST). A slot is free
 * again only when its process was reaped: what cannot be killed is counted
 * against the pool, never waited for.
 */
#ifndef ENGINE_PROBERS_H
#define ENGINE_PROBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/actions.h"
#include "engine/timers.h"

#define PROBERS_PAUSE_FIRST_MS 100
/* While no process can be made a try costs little; when one can be again, all
 * must be right within C, which has this much to spare. */
#define PROBERS_PAUSE_MOST_MS 1000
/* So many ends in a row without one result from anybody: then the next spawns
 * pause, lest a prober that dies of its hello be forked without end. */
#define PROBERS_BARREN_MOST 8
#define PROBERS_BARREN_MS 250
#define PROBERS_LAST_WORDS_MS 100 /* from KILL until we stop listening */
#define PROBERS_KILL_AGAIN_MS 1000
#define PROBERS_NONE UINT32_MAX
/* So many that were killed and are not gone: no more for single suspects. */
#define PROBERS_DYING_MOST 16

enum prober_state {
    PROBER_FREE,
    PROBER_STARTING,
    PROBER_READY,
    PROBER_RETIRING,
    PROBER_KILLED,
    PROBER_ENDED
};

/* A chain of probes, by instance; the links stand in the probes. */
struct chain {
    uint32_t first;
    uint32_t last;
    uint32_t count;
};

struct prober {
    enum prober_state state;
    uint32_t number; /* never comes back */
    int32_t pid;
    uint32_t lane;        /* whose tasks it takes; shard.h */
    uint32_t batches;     /* dispatched to it so far */
    uint64_t batch_ms;    /* the last one */
    uint64_t deadline_ms; /* the latest of its tasks */
    bool is_hung;         /* killed because something passed its deadline */
    struct chain running;
};

struct probers {
    struct actions *actions; /* borrowed */
    struct timers *timers;   /* borrowed */
    uint32_t alarm_base;     /* slot s owns alarm_base + s, the pause the next
                                one after them */
    uint32_t last_number;
    uint64_t pause_ms; /* before the next spawn after an early death; 0 = no
                          early death lately */
    uint64_t spawn_after_ms;
    uint32_t barren; /* ends since the last result */
    bool is_stopping;
    struct prober list[ENGINE_PROBERS_MOST];
};

/* Somebody gave a result. */
static inline void probers_on_result(struct probers *probers)
{
    probers->barren = 0;
}

/* How many there shall be. */
struct probers_need {
    uint32_t shared;  /* for the shared lane; one spare comes on top */
    uint32_t waiting; /* lanes that want a fresh prober of their own */
};

#define PROBERS_ALARMS (ENGINE_PROBERS_MOST + 1)

void probers_init(struct probers *probers, struct actions *actions,
                  struct timers *timers, uint32_t alarm_base);

/* The slot of a prober by its number; PROBERS_NONE if it is none of ours. */
uint32_t probers_find(const struct probers *probers, uint32_t number);

void probers_on_spawned(struct probers *probers, uint32_t slot, int32_t pid);
void probers_on_failed(struct probers *probers, uint32_t slot, uint64_t now_ms);
void probers_on_ready(struct probers *probers, uint32_t slot);
void probers_on_ended(struct probers *probers, uint32_t slot, uint64_t now_ms);
void probers_on_reaped(struct probers *probers, uint32_t slot, uint64_t now_ms);
void probers_on_alarm(struct probers *probers, uint32_t slot, uint64_t now_ms);

void probers_kill(struct probers *probers, uint32_t slot, uint64_t now_ms);
void probers_retire(struct probers *probers, uint32_t slot, uint64_t now_ms);

/* Spawns what is missing, retires what is worn out or one too many. */
void probers_balance(struct probers *probers, const struct probers_need *need,
                     uint64_t now_ms);

/* Ready ones that take shared work, with room or not. */
uint32_t probers_ready_count(const struct probers *probers);

/* Killed or ended, and not yet reaped. */
uint32_t probers_dying_count(const struct probers *probers);

/* Time in which nobody of us ran: waits that were on move on by it. */
void probers_forgive(struct probers *probers, uint64_t lost_ms);

/* Kills them all; none is spawned any more. */
void probers_stop(struct probers *probers, uint64_t now_ms);

#endif
