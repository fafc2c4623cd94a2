/*
 * probers.c - see probers.h. Knows processes by number and slot only; pids
 * are passed through for people, signals are the supervisor's.
 */
#include "engine/probers.h"

#include "engine/shard.h"
#include "model/bounds.h"

static void act(struct probers *probers, enum engine_action_kind kind,
                uint32_t slot)
{
    actions_add(probers->actions, &(struct engine_action){
                                      .kind = kind,
                                      .prober = probers->list[slot].number,
                                      .is_hung = probers->list[slot].is_hung});
}

static void set_alarm(struct probers *probers, uint32_t slot, uint64_t due_ms)
{
    timers_set(probers->timers, probers->alarm_base + slot, due_ms);
}

static void release(struct probers *probers, uint32_t slot)
{
    set_alarm(probers, slot, TIMERS_NEVER);
    probers->list[slot] = (struct prober){0};
}

static void pause_spawning(struct probers *probers, uint64_t now_ms)
{
    uint64_t pause_ms = probers->pause_ms * 2;
    if (pause_ms < PROBERS_PAUSE_FIRST_MS) {
        pause_ms = PROBERS_PAUSE_FIRST_MS;
    }
    if (pause_ms > PROBERS_PAUSE_MOST_MS) {
        pause_ms = PROBERS_PAUSE_MOST_MS;
    }
    probers->pause_ms = pause_ms;
    probers->spawn_after_ms = now_ms + pause_ms;
}

static void spawn(struct probers *probers, uint32_t slot, uint64_t now_ms)
{
    probers->list[slot] = (struct prober){.state = PROBER_STARTING,
                                          .number = ++probers->last_number,
                                          .lane = SHARD_LANE_SHARED};
    set_alarm(probers, slot, now_ms + ENGINE_PROBER_START_MS);
    act(probers, ENGINE_SPAWN, slot);
}

static bool takes_shared_work(const struct prober *prober)
{
    return prober->state == PROBER_READY && prober->lane == SHARD_LANE_SHARED;
}

static bool will_take_shared_work(const struct prober *prober)
{
    return prober->state == PROBER_STARTING || takes_shared_work(prober);
}

void probers_init(struct probers *probers, struct actions *actions,
                  struct timers *timers, uint32_t alarm_base)
{
    *probers = (struct probers){
        .actions = actions, .timers = timers, .alarm_base = alarm_base};
}

uint32_t probers_find(const struct probers *probers, uint32_t number)
{
    for (uint32_t slot = 0; slot < ENGINE_PROBERS_MOST; slot++) {
        if (probers->list[slot].number == number &&
            probers->list[slot].state != PROBER_FREE) {
            return slot;
        }
    }
    return PROBERS_NONE;
}

void probers_on_spawned(struct probers *probers, uint32_t slot, int32_t pid)
{
    probers->list[slot].pid = pid;
}

void probers_on_failed(struct probers *probers, uint32_t slot, uint64_t now_ms)
{
    pause_spawning(probers, now_ms);
    release(probers, slot);
}

void probers_on_ready(struct probers *probers, uint32_t slot)
{
    if (probers->list[slot].state == PROBER_STARTING) {
        probers->list[slot].state = PROBER_READY;
        probers->pause_ms = 0;
        if (probers->barren <= PROBERS_BARREN_MOST) {
            probers->spawn_after_ms = 0;
        }
        set_alarm(probers, slot, TIMERS_NEVER);
    }
}

void probers_on_ended(struct probers *probers, uint32_t slot, uint64_t now_ms)
{
    struct prober *prober = &probers->list[slot];
    if (prober->state == PROBER_STARTING) {
        pause_spawning(probers, now_ms);
    } else if (prober->state == PROBER_READY) {
        probers->barren++;
        if (probers->barren > PROBERS_BARREN_MOST) {
            probers->spawn_after_ms = now_ms + PROBERS_BARREN_MS;
        }
    }
    if (prober->state != PROBER_KILLED && prober->state != PROBER_ENDED) {
        set_alarm(probers, slot, now_ms + PROBERS_LAST_WORDS_MS);
    }
    prober->state = PROBER_ENDED;
}

void probers_on_reaped(struct probers *probers, uint32_t slot, uint64_t now_ms)
{
    if (probers->list[slot].state == PROBER_STARTING) {
        pause_spawning(probers, now_ms);
    }
    release(probers, slot);
}

void probers_on_alarm(struct probers *probers, uint32_t slot, uint64_t now_ms)
{
    struct prober *prober = &probers->list[slot];
    switch (prober->state) {
    case PROBER_STARTING:
        pause_spawning(probers, now_ms);
        probers_kill(probers, slot, now_ms);
        break;
    case PROBER_RETIRING:
        prober->is_hung = true;
        probers_kill(probers, slot, now_ms);
        break;
    case PROBER_KILLED:
    case PROBER_ENDED:
        act(probers, ENGINE_KILL, slot);
        set_alarm(probers, slot, now_ms + PROBERS_KILL_AGAIN_MS);
        break;
    case PROBER_FREE:
    case PROBER_READY:
        break; /* they have no alarm */
    }
}

void probers_kill(struct probers *probers, uint32_t slot, uint64_t now_ms)
{
    struct prober *prober = &probers->list[slot];
    if (prober->state == PROBER_KILLED || prober->state == PROBER_ENDED) {
        return; /* its alarm sees to it */
    }
    prober->state = PROBER_KILLED;
    act(probers, ENGINE_KILL, slot);
    set_alarm(probers, slot, now_ms + PROBERS_LAST_WORDS_MS);
}

void probers_retire(struct probers *probers, uint32_t slot, uint64_t now_ms)
{
    struct prober *prober = &probers->list[slot];
    if (prober->state != PROBER_READY) {
        return;
    }
    uint64_t last_ms =
        prober->deadline_ms > now_ms ? prober->deadline_ms : now_ms;
    prober->state = PROBER_RETIRING;
    act(probers, ENGINE_RETIRE, slot);
    set_alarm(probers, slot, last_ms + BOUNDS_GRACE_MS);
}

/* The most used one among those that could go now, or PROBERS_NONE. */
static uint32_t find_surplus(const struct probers *probers)
{
    uint32_t found = PROBERS_NONE;
    for (uint32_t slot = 0; slot < ENGINE_PROBERS_MOST; slot++) {
        const struct prober *prober = &probers->list[slot];
        if (takes_shared_work(prober) && prober->running.count == 0 &&
            (found == PROBERS_NONE ||
             prober->batches > probers->list[found].batches)) {
            found = slot;
        }
    }
    return found;
}

static uint32_t find_worn(const struct probers *probers)
{
    for (uint32_t slot = 0; slot < ENGINE_PROBERS_MOST; slot++) {
        const struct prober *prober = &probers->list[slot];
        if (takes_shared_work(prober) &&
            prober->batches >= ENGINE_PROBER_ROUNDS) {
            return slot;
        }
    }
    return PROBERS_NONE;
}

static void retire_some(struct probers *probers, uint32_t usable,
                        const struct probers_need *need, uint64_t now_ms)
{
    uint32_t slot = PROBERS_NONE;
    if (usable > need->shared + 1 + need->waiting) {
        slot = find_surplus(probers);
    } else if (probers_ready_count(probers) > need->shared) {
        slot = find_worn(probers);
    }
    if (slot != PROBERS_NONE) {
        probers_retire(probers, slot, now_ms);
    }
}

struct census {
    uint32_t usable; /* take shared work, or will when they have started */
    uint32_t fresh;  /* of these: never had a task */
};

static struct census count_usable(const struct probers *probers)
{
    struct census census = {0};
    for (uint32_t slot = 0; slot < ENGINE_PROBERS_MOST; slot++) {
        const struct prober *prober = &probers->list[slot];
        if (will_take_shared_work(prober)) {
            census.usable++;
            census.fresh += prober->batches == 0;
        }
    }
    return census;
}

static bool is_short(const struct census *census,
                     const struct probers_need *need)
{
    return census->usable < need->shared + 1 + need->waiting ||
           census->fresh < need->waiting;
}

void probers_balance(struct probers *probers, const struct probers_need *need,
                     uint64_t now_ms)
{
    uint32_t pause_owner = probers->alarm_base + ENGINE_PROBERS_MOST;
    struct census census = count_usable(probers);
    if (probers->is_stopping) {
        return;
    }
    retire_some(probers, census.usable, need, now_ms);
    census = count_usable(probers);
    bool is_pausing =
        is_short(&census, need) && now_ms < probers->spawn_after_ms;
    timers_set(probers->timers, pause_owner,
               is_pausing ? probers->spawn_after_ms : TIMERS_NEVER);
    for (uint32_t slot = 0;
         slot < ENGINE_PROBERS_MOST && !is_pausing && is_short(&census, need);
         slot++) {
        if (probers->list[slot].state == PROBER_FREE) {
            spawn(probers, slot, now_ms);
            census.usable++;
            census.fresh++;
        }
    }
}

uint32_t probers_ready_count(const struct probers *probers)
{
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < ENGINE_PROBERS_MOST; slot++) {
        count += takes_shared_work(&probers->list[slot]);
    }
    return count;
}

uint32_t probers_dying_count(const struct probers *probers)
{
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < ENGINE_PROBERS_MOST; slot++) {
        enum prober_state state = probers->list[slot].state;
        count += state == PROBER_KILLED || state == PROBER_ENDED;
    }
    return count;
}

void probers_forgive(struct probers *probers, uint64_t lost_ms)
{
    for (uint32_t slot = 0; slot < ENGINE_PROBERS_MOST; slot++) {
        struct prober *prober = &probers->list[slot];
        uint64_t due_ms =
            timers_due_ms(probers->timers, probers->alarm_base + slot);
        prober->deadline_ms += lost_ms;
        if (due_ms != TIMERS_NEVER && (prober->state == PROBER_STARTING ||
                                       prober->state == PROBER_RETIRING)) {
            set_alarm(probers, slot, due_ms + lost_ms);
        }
    }
}

void probers_stop(struct probers *probers, uint64_t now_ms)
{
    probers->is_stopping = true;
    timers_set(probers->timers, probers->alarm_base + ENGINE_PROBERS_MOST,
               TIMERS_NEVER);
    for (uint32_t slot = 0; slot < ENGINE_PROBERS_MOST; slot++) {
        if (probers->list[slot].state != PROBER_FREE) {
            probers_kill(probers, slot, now_ms);
        }
    }
}
