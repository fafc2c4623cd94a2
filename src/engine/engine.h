/*
 * engine.h - decides what is probed when, by which prober, what comes of it
 * and what we claim. Pure: it knows no clock, no descriptor, no libuv.
 *
 *     event, now -> own state changes, a list of actions
 *
 * The supervisor performs the actions for real; the simulation performs them
 * in virtual time. Rooms inside: schedule (when an instance is due), rounds
 * (the course of each), shard (which prober runs which task), registry
 * (attempts -> outcome -> claim), publication (claims looked at until
 * acknowledged).
 *
 * Probers are known here by a number that never comes back (their
 * generation). What a prober says is gossip: a result counts only for a task
 * that is live and runs in that very prober.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/bounds.h"
#include "model/instance.h"
#include "model/result.h"
#include "model/settings.h"
#include "model/tasks.h"

/* Tasks in one prober at most: it has room for as many more that close. */
#define ENGINE_SHARD_TASKS 256
#define ENGINE_PROBER_ROUNDS 1000   /* batches, then its spare replaces it */
#define ENGINE_PROBERS_MOST 64      /* alive at once, dying ones included */
#define ENGINE_PROBER_START_MS 2000 /* spawn to hello, else killed */
#define ENGINE_LOOK_AGAIN_MS 1000   /* an unacknowledged claim: look again */

enum engine_event_kind {
    ENGINE_TIME,           /* engine_next_ms has come */
    ENGINE_PROBER_SPAWNED, /* prober, pid: the fork worked */
    ENGINE_PROBER_FAILED,  /* prober: it could not be spawned */
    ENGINE_PROBER_READY,   /* prober: said hello */
    ENGINE_PROBER_RESULT,  /* prober, result */
    ENGINE_PROBER_STUCK,   /* prober, inside, is_burning: it is stuck in that
                              task's callback (0: stopped in none) and not
                              merely starved; said again while it lasts */
    ENGINE_PROBER_ENDED,   /* prober, inside, step, why: its stream ended, it
                              said nonsense, or it was killed and what it left
                              in the stream was read; nothing more will come.
                              After ENGINE_KILL say it at once: for 100 ms its
                              tasks wait for these last words */
    ENGINE_PROBER_REAPED,  /* prober: exit and EOF were both seen */
    ENGINE_PROBE_NOW,      /* instance: out of band, deep, at once */
    ENGINE_PUBLISHED,      /* instance, published: ZooKeeper's word */
    ENGINE_MAINT,          /* instance, maint: an operator drained it, or,
                              when that is not on, lifted it */
    ENGINE_CONTACT,        /* contact: the publisher's word on its session */
    ENGINE_STOP,           /* no new rounds, probes or probers; every task is
                              reaped and every prober killed */
};

/* How it stands between the publisher and ZooKeeper. */
struct engine_contact {
    bool is_connected;
    bool is_settled;  /* all nodes are as wanted */
    bool is_hindered; /* a node is another's, or may not be written */
    uint64_t session_id;
    uint64_t negotiated_ms;
};

struct engine_event {
    enum engine_event_kind kind;
    uint32_t prober;
    uint32_t instance;
    int32_t pid;
    const struct result *result;
    uint64_t inside; /* task whose callback ran, from the progress page */
    bool is_burning; /* CPU, in there */
    enum step step;
    const char *why; /* "killed by SIGSEGV", "hung", ...; for `detail` */
    struct publication published;
    const struct maint *maint;
    struct engine_contact contact;
};

enum engine_action_kind {
    ENGINE_SPAWN,   /* prober: fork one, then say SPAWNED or FAILED */
    ENGINE_PROBE,   /* prober, instance, task, timeout_ms, is_deep */
    ENGINE_RETIRE,  /* prober: let it finish and exit */
    ENGINE_KILL,    /* prober: SIGKILL, again until REAPED */
    ENGINE_CHANGED, /* instance: its claim changed from `before` */
    ENGINE_LOOK,    /* the publisher should look at the board */
};

struct engine_action {
    enum engine_action_kind kind;
    uint32_t prober;
    uint32_t instance;
    uint64_t task;
    uint32_t timeout_ms;
    bool is_deep;
    bool is_hung; /* KILL: because a task passed its deadline */
    enum state before;
};

struct engine;

/* `settings` and `tasks` are borrowed until engine_destroy. Rounds begin at
 * `now_ms`. 0 or -ENOMEM. */
int engine_create(const struct settings *settings, struct tasks *tasks,
                  uint64_t now_ms, struct engine **engine);

/* Before the first event: what a predecessor's board said of the instance.
 * Stamps in the future or on another claim than possible are not taken. */
void engine_adopt(struct engine *engine, uint32_t index,
                  const struct instance *instance, uint64_t now_ms);

/* Likewise, and after that: what the operators' file says of the instance, over
 * whatever the board said. */
void engine_restore_maint(struct engine *engine, uint32_t index,
                          const struct maint *maint, uint64_t now_ms,
                          uint64_t now_wall_ms);

/* An adopted instance is another server now, at another address: nothing that
 * was said of the old one is true of it. Its node stays as it was until the
 * first verdict. */
void engine_forget_server(struct engine *engine, uint32_t index);

/* Where a probe of the instance is sent, for a successor. */
void engine_note_address(struct engine *engine, uint32_t index,
                         const char *address);

/* Before the first event, for an engine that takes another's place in the same
 * process: prober numbers go on, so that what the old engine's probers still
 * say is nobody's, and so do the counts. */
void engine_continue(struct engine *engine, const struct engine *before);

/* Reacts. The actions are read with engine_action until it returns NULL,
 * before the next event. `now_ms` never goes back. */
void engine_on_event(struct engine *engine, const struct engine_event *event,
                     uint64_t now_ms, uint64_t now_wall_ms);
const struct engine_action *engine_action(struct engine *engine);

/* When ENGINE_TIME is wanted next; UINT64_MAX = never. */
uint64_t engine_next_ms(const struct engine *engine);

/* What is believed of an instance; and whether it changed since the last
 * call for it (then the board wants a copy). */
const struct instance *engine_instance(const struct engine *engine,
                                       uint32_t index);
bool engine_take_dirty(struct engine *engine, uint32_t *index);

/* How long each stage of the probes took, of all instances: STEP_COUNT. */
const struct histogram *engine_stages(const struct engine *engine);

struct engine_round {
    uint64_t number; /* scheduled rounds begun */
    uint64_t started_ms;
    uint64_t ended_ms; /* 0 while outcomes are missing */
    uint64_t late_results;
    bool is_complete; /* every instance has had an outcome */
};

void engine_round(const struct engine *engine, struct engine_round *round);

/* Times that we stood still for too long to judge anybody by it. */
struct engine_tilt {
    uint64_t count;
    uint64_t last_ms; /* when the last one was noticed; 0 = never */
    uint64_t lost_ms; /* by it */
};

void engine_tilt(const struct engine *engine, struct engine_tilt *tilt);

/* The worst that was seen of each promise; worst.h defines them. */
void engine_worst(const struct engine *engine, uint64_t now_ms,
                  struct bounds_worst *seen);

/* "spare", "shard", "solo", "retiring", "starting", "killed": for people. */
const char *engine_prober_note(const struct engine *engine, uint32_t prober);

void engine_destroy(struct engine *engine);

#endif
