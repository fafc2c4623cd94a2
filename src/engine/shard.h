/*
 * shard.h - which prober runs which probe, and what becomes of the probes of
 * a prober that died or hung.
 *
 * Each attempt at an instance is a fresh task; when its prober is lost it is
 * reaped, and the attempt goes on as another fresh task while its time lasts:
 * until bounds_task_ms since it began.
 *
 *     IDLE -> QUEUED -> RUNNING -> IDLE     with a result, or failed
 *               ^----------'                its prober was lost
 *
 * Work goes out by lanes. The shared lane is for everybody: as few probers as
 * will do, so that the spare stays warm and untouched. When a prober is lost,
 * the instance that it was busy with gets a lane of its own (alone, in a fresh
 * prober), all others together another one. Nobody known to blame and lost
 * again: the company is halved until the culprit is alone. Only who fails
 * alone has failed. It starts alone in the next round, as does one that was
 * stuck for a while, and a culprit that was named when the time of all was
 * over, so that it does not take the others down again; a lane short of probers
 * waits, the shared one comes first. While many of those that were killed do
 * not go (PROBERS_DYING_MOST), nobody is started alone: each of them may cost
 * another one.
 */
#ifndef ENGINE_SHARD_H
#define ENGINE_SHARD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/probers.h"
#include "model/result.h"
#include "model/settings.h"
#include "model/tasks.h"

#define SHARD_LANES_MOST 26
#define SHARD_LANE_SHARED 0u /* always open, any number of probers */
#define SHARD_LANE_NONE 1u   /* waits for a lane of its own to come free */
#define SHARD_LANE_OWN 2u    /* the first of the lanes with their own prober */
#define SHARD_WHY_BYTES 48
#define SHARD_BATCH_MS 100 /* work handed over within this is one batch */

enum probe_phase { PROBE_IDLE, PROBE_QUEUED, PROBE_RUNNING };

struct probe {
    enum probe_phase phase;
    bool is_deep;
    bool is_stale;       /* we all stood still while it ran */
    bool is_quarantined; /* failed alone or was stuck: it starts alone */
    bool was_stuck;      /* in this attempt, and may yet have answered */
    uint32_t burnt;      /* attempts that were ended alone while they burnt
                            CPU, since one was not */
    uint64_t task;       /* the live one's id; 0 = none */
    uint64_t round;
    uint64_t bound_ms;      /* the attempt's end, whatever happens */
    uint64_t dispatched_ms; /* of the last task; at first the attempt's start */
    uint64_t deadline_ms;   /* of the live task */
    uint32_t lane;
    uint32_t slot; /* while RUNNING */
    uint32_t next; /* in the lane's or the prober's chain */
    uint32_t previous;
    uint64_t given_up_task; /* the last one that reached the bound, */
    uint32_t given_up_by;   /* and the number of the prober it ran in */
    enum step lost_step;    /* how its last prober was lost, for people */
    char lost_why[SHARD_WHY_BYTES];
};

struct lane {
    bool is_open;
    bool is_alone;  /* for one probe */
    uint32_t slot;  /* its prober; PROBERS_NONE = it has none yet */
    uint32_t count; /* its probes, queued and running */
    struct chain queue;
};

struct shard {
    const struct settings *settings; /* borrowed */
    struct tasks *tasks;             /* borrowed */
    struct actions *actions;         /* borrowed */
    struct timers *timers;           /* borrowed; instance i owns alarm i */
    struct probe *probes;            /* owned; one per instance */
    uint32_t *failed;                /* owned; instances not yet told of */
    uint32_t failed_count;
    uint32_t wanted; /* probers that the instances fill */
    struct lane lanes[SHARD_LANES_MOST];
    struct probers probers;
};

/* 0 or -ENOMEM. `alarm_base` is the first of PROBERS_ALARMS alarms. */
int shard_init(struct shard *shard, const struct settings *settings,
               struct tasks *tasks, struct actions *actions,
               struct timers *timers, uint32_t alarm_base);
void shard_finish(struct shard *shard);

/* Starts an attempt at an instance that has none. */
void shard_start(struct shard *shard, uint32_t index, uint64_t round,
                 bool is_deep, uint64_t now_ms);

bool shard_is_busy(const struct shard *shard, uint32_t index);

/* A result came from the prober of that number. True if it is the answer to a
 * live task of that very prober: the attempt is then over. */
bool shard_take_result(struct shard *shard, uint32_t number,
                       const struct result *result, uint32_t *index);

/* The stream of the prober in `slot` ended, or we stop listening to it. */
struct last_words {
    uint64_t inside;
    enum step step;
    const char *why;
};
void shard_on_lost(struct shard *shard, uint32_t slot,
                   const struct last_words *words, uint64_t now_ms);

/* The alarm of an instance that is busy: a deadline or the bound. */
void shard_on_alarm(struct shard *shard, uint32_t index, uint64_t now_ms);

/* An attempt that ended without a result: whose, and why for people. */
bool shard_take_failed(struct shard *shard, uint32_t *index, char *detail,
                       size_t size);

/* Sends out what is queued, and keeps the pool at its size. Call it when an
 * event was handled. */
void shard_settle(struct shard *shard, uint64_t now_ms);

/* Time in which nobody of us ran: deadlines move on by it. */
void shard_forgive(struct shard *shard, uint64_t lost_ms);

/* Reaps every task, without outcome, and kills every prober. */
void shard_stop(struct shard *shard, uint64_t now_ms);

#endif
