/*
 * shard.c - see shard.h. Sends out, takes back, and gives up what ran out of
 * time; what happens to the probes of a lost prober is in loss.c's hands.
 */
#include "engine/shard.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "engine/chain.h"
#include "engine/loss.h"
#include "model/bounds.h"

static void dispatch(struct shard *shard, uint32_t index, uint32_t slot,
                     uint64_t now_ms)
{
    const struct instance_settings *settings =
        &shard->settings->instances[index];
    struct probe *probe = &shard->probes[index];
    struct prober *prober = &shard->probers.list[slot];
    struct task *task = tasks_find(shard->tasks, probe->task);

    chain_remove(&shard->lanes[probe->lane].queue, shard->probes, index);
    chain_push(&prober->running, shard->probes, index);
    probe->phase = PROBE_RUNNING;
    probe->slot = slot;
    probe->is_stale = false;
    probe->dispatched_ms = now_ms;
    probe->deadline_ms = now_ms + settings->timeout_ms + BOUNDS_GRACE_MS;
    if (probe->deadline_ms > prober->deadline_ms) {
        prober->deadline_ms = probe->deadline_ms;
    }
    if (prober->batches == 0 || now_ms - prober->batch_ms >= SHARD_BATCH_MS) {
        prober->batches++;
        prober->batch_ms = now_ms;
    }
    timers_set(shard->timers, index,
               probe->deadline_ms < probe->bound_ms ? probe->deadline_ms
                                                    : probe->bound_ms);
    task->pid = prober->pid;
    task->step = STEP_CONNECT;
    task->deadline_ms = probe->deadline_ms;
    tasks_touch(shard->tasks);
    actions_add(
        shard->actions,
        &(struct engine_action){.kind = ENGINE_PROBE,
                                .prober = prober->number,
                                .instance = index,
                                .task = probe->task,
                                .timeout_ms = (uint32_t)settings->timeout_ms,
                                .is_deep = probe->is_deep});
}

/* Takes the probe out of its chain and its lane; the task must be ended by
 * the caller. */
static void take_out(struct shard *shard, uint32_t index)
{
    struct probe *probe = &shard->probes[index];
    struct lane *lane = &shard->lanes[probe->lane];
    chain_remove(probe->phase == PROBE_RUNNING
                     ? &shard->probers.list[probe->slot].running
                     : &lane->queue,
                 shard->probes, index);
    timers_set(shard->timers, index, TIMERS_NEVER);
    probe->phase = PROBE_IDLE;
    probe->task = 0;
    loss_leave_lane(shard, probe->lane);
}

static void fail(struct shard *shard, uint32_t index)
{
    (void)tasks_reap(shard->tasks, shard->probes[index].task); /* it is live */
    take_out(shard, index);
    shard->failed[shard->failed_count++] = index;
}

/* The fullest ready prober with room, the most used among equals: so that
 * the spare stays empty and fresh. */
static uint32_t pick_shared(const struct shard *shard)
{
    uint32_t found = PROBERS_NONE;
    for (uint32_t slot = 0; slot < ENGINE_PROBERS_MOST; slot++) {
        const struct prober *prober = &shard->probers.list[slot];
        if (prober->state != PROBER_READY ||
            prober->lane != SHARD_LANE_SHARED ||
            prober->running.count >= ENGINE_SHARD_TASKS) {
            continue;
        }
        const struct prober *best =
            found == PROBERS_NONE ? NULL : &shard->probers.list[found];
        if (best == NULL || prober->running.count > best->running.count ||
            (prober->running.count == best->running.count &&
             prober->batches > best->batches)) {
            found = slot;
        }
    }
    return found;
}

/* An empty ready prober, the least used one; never used if `is_fresh`. */
static uint32_t pick_empty(const struct shard *shard, bool is_fresh)
{
    uint32_t found = PROBERS_NONE;
    for (uint32_t slot = 0; slot < ENGINE_PROBERS_MOST; slot++) {
        const struct prober *prober = &shard->probers.list[slot];
        if (prober->state == PROBER_READY &&
            prober->lane == SHARD_LANE_SHARED && prober->running.count == 0 &&
            (prober->batches == 0 || !is_fresh) &&
            (found == PROBERS_NONE ||
             prober->batches < shard->probers.list[found].batches)) {
            found = slot;
        }
    }
    return found;
}

static void serve_shared(struct shard *shard, uint64_t now_ms)
{
    struct chain *queue = &shard->lanes[SHARD_LANE_SHARED].queue;
    while (queue->count > 0) {
        uint32_t slot = pick_shared(shard);
        if (slot == PROBERS_NONE) {
            return;
        }
        const struct chain *running = &shard->probers.list[slot].running;
        while (queue->count > 0 && running->count < ENGINE_SHARD_TASKS) {
            dispatch(shard, queue->first, slot, now_ms);
        }
    }
}

/* How many probers the shared lane needs: those in lanes of many come back to
 * it when they are done, and bear its load meanwhile. */
static uint32_t count_shared(const struct shard *shard)
{
    uint32_t count = shard->wanted;
    for (uint32_t number = SHARD_LANE_OWN; number < SHARD_LANES_MOST;
         number++) {
        const struct lane *lane = &shard->lanes[number];
        bool bears =
            lane->is_open && !lane->is_alone && lane->slot != PROBERS_NONE;
        count -= bears && count > 0;
    }
    return count;
}

/* May it have a prober at all? One for a suspect may be the next that cannot
 * be killed. */
static bool is_admitted(const struct shard *shard, const struct lane *lane)
{
    return !lane->is_alone ||
           probers_dying_count(&shard->probers) < PROBERS_DYING_MOST;
}

static bool is_spared(const struct shard *shard, const struct lane *lane)
{
    return !lane->is_alone ||
           probers_ready_count(&shard->probers) > count_shared(shard);
}

static void serve_lane(struct shard *shard, uint32_t number, uint64_t now_ms)
{
    struct lane *lane = &shard->lanes[number];
    if (lane->slot == PROBERS_NONE) {
        bool may_have = is_admitted(shard, lane) && is_spared(shard, lane);
        lane->slot =
            may_have ? pick_empty(shard, lane->is_alone) : PROBERS_NONE;
        if (lane->slot == PROBERS_NONE) {
            return;
        }
        shard->probers.list[lane->slot].lane = number;
    }
    while (lane->queue.count > 0) {
        dispatch(shard, lane->queue.first, lane->slot, now_ms);
    }
}

/* Those who wait for a lane of their own get one, first come, first served. */
static void hand_out_lanes(struct shard *shard)
{
    struct chain *queue = &shard->lanes[SHARD_LANE_NONE].queue;
    while (queue->count > 0) {
        uint32_t number = loss_open_lane(shard, true);
        if (number == SHARD_LANE_NONE) {
            return;
        }
        uint32_t index = queue->first;
        chain_remove(queue, shard->probes, index);
        shard->lanes[SHARD_LANE_NONE].count--;
        loss_join_lane(shard, index, number);
    }
}

static void serve_lanes(struct shard *shard, bool is_alone, uint64_t now_ms)
{
    for (uint32_t number = SHARD_LANE_OWN; number < SHARD_LANES_MOST;
         number++) {
        const struct lane *lane = &shard->lanes[number];
        if (lane->is_open && lane->is_alone == is_alone) {
            serve_lane(shard, number, now_ms);
        }
    }
}

static uint32_t count_waiting_lanes(const struct shard *shard)
{
    uint32_t count = 0;
    for (uint32_t number = SHARD_LANE_OWN; number < SHARD_LANES_MOST;
         number++) {
        const struct lane *lane = &shard->lanes[number];
        count += lane->is_open && lane->slot == PROBERS_NONE &&
                 is_admitted(shard, lane);
    }
    return count;
}

void shard_settle(struct shard *shard, uint64_t now_ms)
{
    hand_out_lanes(shard);
    serve_lanes(shard, false, now_ms);
    serve_shared(shard, now_ms);
    serve_lanes(shard, true, now_ms);
    probers_balance(
        &shard->probers,
        &(struct probers_need){.shared = count_shared(shard),
                               .waiting = count_waiting_lanes(shard)},
        now_ms);
}

void shard_start(struct shard *shard, uint32_t index, uint64_t round,
                 bool is_deep, uint64_t now_ms)
{
    struct probe *probe = &shard->probes[index];
    probe->round = round;
    probe->is_deep = is_deep;
    probe->dispatched_ms = now_ms;
    probe->lost_why[0] = '\0';
    probe->was_stuck = false;
    probe->bound_ms =
        now_ms + bounds_task_ms(shard->settings->instances[index].timeout_ms);
    uint32_t lane = SHARD_LANE_SHARED;
    if (probe->is_quarantined) {
        lane = loss_open_lane(shard, true);
    }
    if (!loss_queue(shard, index, lane, now_ms)) {
        shard->failed[shard->failed_count++] = index;
    }
}

bool shard_is_busy(const struct shard *shard, uint32_t index)
{
    return shard->probes[index].phase != PROBE_IDLE;
}

bool shard_take_result(struct shard *shard, uint32_t number,
                       const struct result *result, uint32_t *index)
{
    uint32_t slot = probers_find(&shard->probers, number);
    const struct task *task = tasks_find(shard->tasks, result->task);
    if (slot == PROBERS_NONE || task == NULL || task->kind != TASK_PROBE) {
        return false;
    }
    uint32_t instance = (uint32_t)task->instance;
    struct probe *probe = &shard->probes[instance];
    if (probe->phase != PROBE_RUNNING || probe->slot != slot ||
        probe->is_deep != result->is_deep ||
        result->verdict.state == STATE_NONE) {
        return false;
    }
    probers_on_result(&shard->probers);
    (void)tasks_finish(shard->tasks, probe->task); /* just found: live */
    take_out(shard, instance);
    probe->is_quarantined = probe->was_stuck;
    probe->burnt = 0;
    *index = instance;
    return true;
}

void shard_on_lost(struct shard *shard, uint32_t slot,
                   const struct last_words *words, uint64_t now_ms)
{
    uint32_t culprit = loss_take(shard, slot, words, now_ms);
    if (culprit != LOSS_NOBODY) {
        shard->probes[culprit].is_quarantined = true;
        fail(shard, culprit);
    }
}

/* The attempt is over although the prober still has it. Its last words may
 * yet name the culprit. */
static void give_up(struct shard *shard, struct probe *probe, uint64_t now_ms)
{
    struct prober *prober = &shard->probers.list[probe->slot];
    bool is_alone = shard->lanes[probe->lane].is_alone;
    probe->given_up_task = probe->task;
    probe->given_up_by = prober->number;
    probe->is_quarantined = probe->is_quarantined || is_alone;
    if (is_alone || now_ms >= probe->deadline_ms) {
        prober->is_hung = true;
        probers_kill(&shard->probers, probe->slot, now_ms);
    } else {
        probers_retire(&shard->probers, probe->slot, now_ms);
    }
}

void shard_on_alarm(struct shard *shard, uint32_t index, uint64_t now_ms)
{
    struct probe *probe = &shard->probes[index];
    if (probe->phase == PROBE_RUNNING && now_ms < probe->bound_ms) {
        shard->probers.list[probe->slot].is_hung = true;
        probers_kill(&shard->probers, probe->slot, now_ms);
        timers_set(shard->timers, index, probe->bound_ms);
        return;
    }
    if (probe->phase == PROBE_RUNNING) {
        give_up(shard, probe, now_ms);
    }
    fail(shard, index);
}

bool shard_take_failed(struct shard *shard, uint32_t *index, char *detail,
                       size_t size)
{
    if (shard->failed_count == 0) {
        return false;
    }
    *index = shard->failed[--shard->failed_count];
    const struct probe *probe = &shard->probes[*index];
    if (probe->lost_why[0] == '\0') {
        (void)text_copy(detail, size, "no prober was ready"); /* it fits */
    } else if (probe->lost_step > STEP_QUEUED) {
        (void)text_format(detail, size, "prober %s in %s", probe->lost_why,
                          step_name(probe->lost_step)); /* may be cut */
    } else {
        (void)text_format(detail, size, "prober %s",
                          probe->lost_why); /* may be cut */
    }
    return true;
}

void shard_forgive(struct shard *shard, uint64_t lost_ms)
{
    for (uint32_t i = 0; i < shard->settings->instance_count; i++) {
        struct probe *probe = &shard->probes[i];
        if (probe->phase != PROBE_IDLE) {
            struct task *task = tasks_find(shard->tasks, probe->task);
            probe->bound_ms += lost_ms;
            probe->deadline_ms += lost_ms;
            probe->is_stale = probe->phase == PROBE_RUNNING;
            task->deadline_ms += lost_ms;
            timers_set(shard->timers, i,
                       timers_due_ms(shard->timers, i) + lost_ms);
        }
    }
    tasks_touch(shard->tasks);
    probers_forgive(&shard->probers, lost_ms);
}

void shard_stop(struct shard *shard, uint64_t now_ms)
{
    for (uint32_t i = 0; i < shard->settings->instance_count; i++) {
        if (shard->probes[i].phase != PROBE_IDLE) {
            (void)tasks_reap(shard->tasks, shard->probes[i].task); /* live */
            take_out(shard, i);
        }
    }
    probers_stop(&shard->probers, now_ms);
}

/* With the spare there is room for every instance at once. That is only needed
 * when all of them hang; on other days a few are under way. */
static uint32_t count_wanted(uint32_t instances)
{
    uint32_t room = (instances + ENGINE_SHARD_TASKS - 1) / ENGINE_SHARD_TASKS;
    return room > 1 ? room - 1 : 1;
}

int shard_init(struct shard *shard, const struct settings *settings,
               struct tasks *tasks, struct actions *actions,
               struct timers *timers, uint32_t alarm_base)
{
    uint32_t count = settings->instance_count;
    *shard = (struct shard){.settings = settings,
                            .tasks = tasks,
                            .actions = actions,
                            .timers = timers};
    shard->wanted = count_wanted(count);
    shard->lanes[SHARD_LANE_SHARED].is_open = true;
    shard->lanes[SHARD_LANE_NONE].is_open = true;
    probers_init(&shard->probers, actions, timers, alarm_base);
    shard->probes = calloc(count + 1, sizeof *shard->probes);
    shard->failed = calloc(count + 1, sizeof *shard->failed);
    if (shard->probes == NULL || shard->failed == NULL) {
        shard_finish(shard);
        return -ENOMEM;
    }
    return 0;
}

void shard_finish(struct shard *shard)
{
    free(shard->probes);
    free(shard->failed);
    shard->probes = NULL;
    shard->failed = NULL;
}
