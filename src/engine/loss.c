/*
 * loss.c - see loss.h. Who is suspected comes from the lost prober's page:
 * gossip, so a task that did not run there is nobody.
 */
#include "engine/loss.h"

#include "base/text.h"
#include "engine/chain.h"

uint32_t loss_open_lane(struct shard *shard, bool is_alone)
{
    for (uint32_t number = SHARD_LANE_OWN; number < SHARD_LANES_MOST;
         number++) {
        struct lane *lane = &shard->lanes[number];
        if (!lane->is_open) {
            *lane = (struct lane){
                .is_open = true, .is_alone = is_alone, .slot = PROBERS_NONE};
            return number;
        }
    }
    return is_alone ? SHARD_LANE_NONE : SHARD_LANE_SHARED;
}

void loss_join_lane(struct shard *shard, uint32_t index, uint32_t number)
{
    struct lane *lane = &shard->lanes[number];
    shard->probes[index].lane = number;
    chain_push(&lane->queue, shard->probes, index);
    lane->count++;
}

void loss_leave_lane(struct shard *shard, uint32_t number)
{
    struct lane *lane = &shard->lanes[number];
    lane->count--;
    if (number < SHARD_LANE_OWN || lane->count > 0) {
        return;
    }
    lane->is_open = false;
    if (lane->slot != PROBERS_NONE &&
        shard->probers.list[lane->slot].lane == number) {
        shard->probers.list[lane->slot].lane = SHARD_LANE_SHARED;
    }
}

bool loss_queue(struct shard *shard, uint32_t index, uint32_t number,
                uint64_t now_ms)
{
    struct probe *probe = &shard->probes[index];
    struct task task = {.kind = TASK_PROBE,
                        .instance = (int32_t)index,
                        .round = probe->round,
                        .started_ms = now_ms,
                        .deadline_ms = probe->bound_ms,
                        .step = STEP_QUEUED};
    uint64_t id = tasks_start(shard->tasks, &task);
    if (id == 0) {
        return false;
    }
    probe->task = id;
    probe->phase = PROBE_QUEUED;
    timers_set(shard->timers, index, probe->bound_ms);
    loss_join_lane(shard, index, number);
    return true;
}

/* The running probe that the page names. */
static uint32_t find_named(const struct shard *shard, uint32_t slot,
                           uint64_t inside)
{
    const struct chain *running = &shard->probers.list[slot].running;
    uint32_t index = running->first;
    for (uint32_t i = 0; i < running->count; i++) {
        if (shard->probes[index].task == inside) {
            return index;
        }
        index = shard->probes[index].next;
    }
    return LOSS_NOBODY;
}

/* The one named has no time left: it was given up, maybe with all others.
 * Next time it starts alone. False if the page does not name such a one. */
static bool quarantine_given_up(struct shard *shard, uint32_t number,
                                uint64_t inside)
{
    for (uint32_t i = 0; i < shard->settings->instance_count; i++) {
        struct probe *probe = &shard->probes[i];
        if (inside != 0 && probe->given_up_task == inside &&
            probe->given_up_by == number) {
            probe->is_quarantined = true;
            return true;
        }
    }
    return false;
}

/* Whom to suspect among those still running: the one the page names; if it
 * names nobody and there is only one, that one. */
static uint32_t find_suspect(struct shard *shard, uint32_t slot,
                             uint64_t inside)
{
    const struct prober *prober = &shard->probers.list[slot];
    uint32_t named = find_named(shard, slot, inside);
    if (named != LOSS_NOBODY ||
        quarantine_given_up(shard, prober->number, inside)) {
        return named;
    }
    return prober->running.count == 1 ? prober->running.first : LOSS_NOBODY;
}

/* Alone and stuck: may it go on? What burns is counted. */
static bool may_take_time(struct shard *shard, uint32_t index, bool is_burning,
                          uint64_t now_ms)
{
    struct probe *probe = &shard->probes[index];
    uint64_t timeout_ms = shard->settings->instances[index].timeout_ms;
    bool is_owed = !is_burning || probe->burnt % LOSS_BURNT_EACH == 0;
    if (is_owed && now_ms < probe->dispatched_ms + timeout_ms) {
        return true;
    }
    probe->burnt = is_burning ? probe->burnt + 1 : 0;
    return false;
}

void loss_on_stuck(struct shard *shard, uint32_t slot,
                   const struct stuck *stuck, uint64_t now_ms)
{
    struct prober *prober = &shard->probers.list[slot];
    uint32_t named = find_named(shard, slot, stuck->inside);
    if (named != LOSS_NOBODY) {
        shard->probes[named].was_stuck = true;
        if (prober->running.count == 1 &&
            may_take_time(shard, named, stuck->is_burning, now_ms)) {
            return;
        }
    } else if (stuck->inside != 0 &&
               !quarantine_given_up(shard, prober->number, stuck->inside)) {
        return;
    }
    prober->is_hung = true;
    probers_kill(&shard->probers, slot, now_ms);
}

static void keep_words(struct probe *probe, const struct prober *prober,
                       const struct last_words *words)
{
    const char *why = words->why == NULL ? "died" : words->why;
    probe->lost_step = words->step;
    (void)text_copy(probe->lost_why, sizeof probe->lost_why,
                    prober->is_hung ? "hung" : why); /* may be cut */
}

/* Ends the task in the lost prober; the attempt goes on in the lane. */
static void move(struct shard *shard, uint32_t index, uint32_t number,
                 uint64_t now_ms)
{
    struct probe *probe = &shard->probes[index];
    uint32_t old_lane = probe->lane;
    (void)tasks_reap(shard->tasks, probe->task); /* it is live */
    chain_remove(&shard->probers.list[probe->slot].running, shard->probes,
                 index);
    /* A place in the table just came free, so this cannot fail. */
    (void)loss_queue(shard, index, number, now_ms);
    loss_leave_lane(shard, old_lane);
}

/* Moves the first `count` of those still running there into a lane of their
 * own: even a single one, for nobody suspects it yet. */
static void move_company(struct shard *shard, uint32_t slot, uint32_t count,
                         uint64_t now_ms)
{
    const struct chain *running = &shard->probers.list[slot].running;
    if (count == 0) {
        return;
    }
    uint32_t number = loss_open_lane(shard, false);
    for (uint32_t i = 0; i < count; i++) {
        struct probe *probe = &shard->probes[running->first];
        if (probe->lost_why[0] == '\0') {
            (void)text_copy(probe->lost_why, sizeof probe->lost_why,
                            "was lost"); /* it fits */
        }
        move(shard, running->first, number, now_ms);
    }
}

uint32_t loss_take(struct shard *shard, uint32_t slot,
                   const struct last_words *words, uint64_t now_ms)
{
    struct prober *prober = &shard->probers.list[slot];
    struct chain *running = &prober->running;
    bool was_shared = prober->lane == SHARD_LANE_SHARED;
    uint32_t suspect = find_suspect(shard, slot, words->inside);
    if (suspect != LOSS_NOBODY) {
        keep_words(&shard->probes[suspect], prober, words);
        if (shard->lanes[shard->probes[suspect].lane].is_alone) {
            return suspect;
        }
        move(shard, suspect, loss_open_lane(shard, true), now_ms);
    } else if (!was_shared) {
        move_company(shard, slot, running->count / 2, now_ms);
    }
    move_company(shard, slot, running->count, now_ms);
    return LOSS_NOBODY;
}
