/*
 * probers.c - simulated prober processes: they answer in any order, late,
 * twice or never; they crash, hang, stand still, end before they exit or exit
 * before they end; some start slowly or not at all, some cannot be killed.
 */
#include "world.h"

#include <string.h>

#include "model/bounds.h"

#define PROBER_DEADMAN_MS 3000
#define PROBER_LOOK_MS 100
/* Having stood still for longer, its word on time is wrong: less it notices,
 * and makes good, itself. */
#define PROBER_MISLED_MS 700

struct answer {
    uint32_t life; /* of the supervisor that asked */
    uint32_t number;
    uint32_t instance;
    enum poison poison;
    bool is_twice;
    uint64_t frozen_ms; /* it stood still for so long meanwhile */
    struct result result;
};

/* Something that concerns one prober of one supervisor's life. */
struct notice {
    uint32_t life;
    uint32_t number;
};

static struct sim_prober *find_prober(struct world *world, uint32_t number)
{
    for (uint32_t i = 0; i < WORLD_PROBERS_MOST; i++) {
        if (world->probers[i].state != PROCESS_NONE &&
            world->probers[i].number == number) {
            return &world->probers[i];
        }
    }
    return NULL;
}

static void notice_at(struct world *world, uint64_t at_ms, world_cb callback,
                      uint32_t number)
{
    struct notice notice = {world->supervisor.life, number};
    world_at(world, at_ms, callback, world_copy(&notice, sizeof notice));
}

static void tell(struct world *world, const struct notice *notice,
                 enum engine_event_kind kind)
{
    struct engine_event event = {.kind = kind, .prober = notice->number};
    sim_supervisor_tell(world, notice->life, &event);
}

static void handle_failed(struct world *world, void *data)
{
    tell(world, data, ENGINE_PROBER_FAILED);
}

static void handle_spawned(struct world *world, void *data)
{
    const struct notice *notice = data;
    struct engine_event event = {.kind = ENGINE_PROBER_SPAWNED,
                                 .prober = notice->number,
                                 .pid = SIM_PID_BASE + (int32_t)notice->number};
    sim_supervisor_tell(world, notice->life, &event);
}

static void handle_hello(struct world *world, void *data)
{
    const struct notice *notice = data;
    struct sim_prober *prober = find_prober(world, notice->number);
    if (prober != NULL && prober->state == PROCESS_STARTING) {
        prober->state = PROCESS_RUNS;
        prober->is_ready = true;
        tell(world, notice, ENGINE_PROBER_READY);
    }
}

static void handle_reaped(struct world *world, void *data)
{
    const struct notice *notice = data;
    struct sim_prober *prober = find_prober(world, notice->number);
    if (prober != NULL) {
        *prober = (struct sim_prober){0};
        tell(world, notice, ENGINE_PROBER_REAPED);
    }
}

static void handle_ended(struct world *world, void *data)
{
    const struct notice *notice = data;
    const struct sim_prober *prober = find_prober(world, notice->number);
    if (prober == NULL) {
        return;
    }
    world_note(world, "prober %u ended, inside %llu", notice->number,
               (unsigned long long)prober->inside);
    struct engine_event event = {.kind = ENGINE_PROBER_ENDED,
                                 .prober = notice->number,
                                 .inside = prober->inside,
                                 .step = prober->step,
                                 .why = prober->why};
    sim_supervisor_tell(world, notice->life, &event);
}

/* The stream ends a moment before or after the exit; both were seen when it
 * is reaped. */
static void die(struct world *world, struct sim_prober *prober, const char *why)
{
    if (prober->state == PROCESS_DEAD) {
        return;
    }
    uint64_t end_ms = world->now_ms + world_random(world, 3);
    uint64_t exit_ms = end_ms + world_random(world, 6);
    enum scenario scenario = world->plan.scenario;
    bool holds_stream =
        (scenario == SCENARIO_SPAWNING || scenario == SCENARIO_CHAOS) &&
        world_chance(world, 5);
    if (holds_stream) {
        end_ms += world_between(world, 100, 1500);
        exit_ms = end_ms;
    }
    prober->state = PROCESS_DEAD;
    prober->why = why;
    if (!prober->has_ended) {
        prober->has_ended = true;
        notice_at(world, end_ms, handle_ended, prober->number);
    }
    notice_at(world, exit_ms + 1, handle_reaped, prober->number);
}

static struct sim_prober *find_free(struct world *world)
{
    for (uint32_t i = 0; i < WORLD_PROBERS_MOST; i++) {
        if (world->probers[i].state == PROCESS_NONE) {
            return &world->probers[i];
        }
    }
    return NULL;
}

static bool has_faults(const struct world *world)
{
    return world->now_ms < world->plan.faults_end_ms;
}

static bool rolls(struct world *world, uint32_t percent)
{
    return has_faults(world) && world_chance(world, percent);
}

void sim_prober_spawn(struct world *world, uint32_t number)
{
    struct sim_prober *prober = find_free(world);
    world->supervisor.last_number = number;
    if (prober == NULL || rolls(world, world->plan.spawn_fails_percent)) {
        notice_at(world, world->now_ms, handle_failed, number);
        return;
    }
    *prober = (struct sim_prober){
        .state = PROCESS_STARTING, .number = number, .why = "ended"};
    prober->is_unkillable = rolls(world, world->plan.unkillable_percent);
    prober->is_deaf = rolls(world, world->plan.deaf_percent);
    notice_at(world, world->now_ms, handle_spawned, number);
    uint64_t hello_ms = world->now_ms + world_between(world, 3, 20);
    if (rolls(world, world->plan.spawn_slow_percent)) {
        hello_ms += world_between(world, 100, 2500);
    }
    if (rolls(world, world->plan.spawn_mute_percent)) {
        if (world_chance(world, 50)) {
            die(world, prober, "exited");
        }
        return;
    }
    notice_at(world, hello_ms, handle_hello, number);
}

/* Its dead-man: whatever stands still or wedged is dead soon. */
static void handle_deadman(struct world *world, void *data)
{
    const struct notice *notice = data;
    struct sim_prober *prober = find_prober(world, notice->number);
    if (prober != NULL && !prober->is_frozen) {
        die(world, prober, "killed by SIGKILL");
    }
}

static void stand_still(struct world *world, struct sim_prober *prober)
{
    prober->state = PROCESS_STANDS;
    notice_at(world, world->now_ms + PROBER_DEADMAN_MS, handle_deadman,
              prober->number);
}

/* What the supervisor's looks find, again and again while it lasts; not
 * always: nobody calls a starved one stuck. */
static void handle_look(struct world *world, void *data)
{
    const struct notice *notice = data;
    const struct sim_prober *prober = find_prober(world, notice->number);
    if (prober == NULL || prober->state != PROCESS_STANDS ||
        prober->is_condemned) {
        return;
    }
    struct engine_event event = {.kind = ENGINE_PROBER_STUCK,
                                 .prober = notice->number,
                                 .inside = prober->inside,
                                 .is_burning = prober->is_burning};
    sim_supervisor_tell(world, notice->life, &event);
    notice_at(world, world->now_ms + PROBER_LOOK_MS, handle_look,
              notice->number);
}

static void look_soon(struct world *world, const struct sim_prober *prober)
{
    notice_at(world,
              world->now_ms +
                  world_between(world, 3 * PROBER_LOOK_MS, 4 * PROBER_LOOK_MS),
              handle_look, prober->number);
}

static void crash_or_hang(struct world *world, struct sim_prober *prober,
                          const struct answer *answer)
{
    prober->inside = answer->result.task;
    prober->step = STEP_INFO;
    world_note(world, "prober %u %s in the reply of i%u", prober->number,
               answer->poison == POISON_CRASH ? "dies" : "hangs",
               answer->instance);
    if (answer->poison == POISON_CRASH) {
        die(world, prober, "killed by SIGSEGV");
    } else {
        stand_still(world, prober);
        prober->is_burning = world_chance(world, 50);
        if (!world->plan.is_starved) {
            look_soon(world, prober);
        }
    }
}

static void leave_if_done(struct world *world, struct sim_prober *prober)
{
    if (prober->is_retiring && prober->pending == 0 && !prober->is_deaf) {
        die(world, prober, "exited");
    }
}

/* Its timers came late: it takes that for the server's silence, or says that
 * it was late itself. */
static void mislead(struct world *world, struct answer *answer)
{
    struct verdict *verdict = &answer->result.verdict;
    if (answer->frozen_ms < PROBER_MISLED_MS || world_chance(world, 30)) {
        return;
    }
    if (world_chance(world, 50)) {
        verdict_set_agent_fault(verdict, "the agent ran late");
    } else {
        *verdict = (struct verdict){.state = STATE_DOWN,
                                    .reason = REASON_TIMEOUT,
                                    .readable = ABILITY_NO,
                                    .writable = ABILITY_NO,
                                    .conditions = 1u << REASON_TIMEOUT};
    }
}

static void handle_answer(struct world *world, void *data)
{
    struct answer *answer = data;
    struct sim_prober *prober = find_prober(world, answer->number);
    if (prober == NULL || prober->state != PROCESS_RUNS) {
        return;
    }
    if (world->now_ms < prober->thaw_ms) {
        answer->frozen_ms = prober->thaw_ms - world->now_ms;
        mislead(world, answer);
        world_at(world, prober->thaw_ms + world_random(world, 4), handle_answer,
                 world_copy(answer, sizeof *answer));
        return;
    }
    prober->pending -= prober->pending > 0 && !answer->is_twice;
    if (answer->poison != POISON_NONE) {
        crash_or_hang(world, prober, answer);
        return;
    }
    if (!prober->is_mute && !prober->has_ended) {
        struct engine_event event = {.kind = ENGINE_PROBER_RESULT,
                                     .prober = answer->number,
                                     .result = &answer->result};
        sim_supervisor_tell(world, answer->life, &event);
    }
    leave_if_done(world, prober);
}

static enum poison poison_of(const struct world *world, uint32_t index,
                             const struct verdict *verdict)
{
    const struct redis *redis = &world->redis[index];
    bool is_on = world->now_ms >= redis->poison_from_ms &&
                 world->now_ms < redis->poison_until_ms;
    return is_on && verdict->state == STATE_UP ? redis->poison : POISON_NONE;
}

void sim_prober_probe(struct world *world, const struct engine_action *action)
{
    struct sim_prober *prober = find_prober(world, action->prober);
    if (prober == NULL || prober->state == PROCESS_DEAD) {
        return; /* written into a pipe that nobody reads */
    }
    struct answer answer = {.life = world->supervisor.life,
                            .number = action->prober,
                            .instance = action->instance};
    answer.result.task = action->task;
    answer.result.is_deep = action->is_deep;
    uint64_t at_ms = redis_probe(world, action->instance, action->timeout_ms,
                                 action->is_deep, &answer.result.verdict);
    answer.poison = poison_of(world, action->instance, &answer.result.verdict);
    prober->pending++;
    if (rolls(world, world->plan.lose_percent)) {
        return;
    }
    if (rolls(world, world->plan.late_percent)) {
        at_ms += world_between(world, 100, 3 * BOUNDS_GRACE_MS);
    }
    world_at(world, at_ms, handle_answer, world_copy(&answer, sizeof answer));
    if (rolls(world, world->plan.twice_percent)) {
        answer.is_twice = true;
        world_at(world, at_ms + world_random(world, 2000), handle_answer,
                 world_copy(&answer, sizeof answer));
    }
}

void sim_prober_retire(struct world *world, uint32_t number)
{
    struct sim_prober *prober = find_prober(world, number);
    if (prober != NULL && prober->state == PROCESS_RUNS) {
        prober->is_retiring = true;
        leave_if_done(world, prober);
    }
}

static void handle_thaw(struct world *world, void *data)
{
    const struct notice *notice = data;
    struct sim_prober *prober = find_prober(world, notice->number);
    if (prober != NULL) {
        die(world, prober, "killed by SIGKILL");
    }
}

void sim_prober_kill(struct world *world, uint32_t number)
{
    struct sim_prober *prober = find_prober(world, number);
    if (prober == NULL || prober->state == PROCESS_DEAD || prober->is_frozen) {
        return;
    }
    prober->is_condemned = true;
    if (prober->is_unkillable && has_faults(world)) {
        prober->is_frozen = true;
        prober->state = PROCESS_STANDS;
        notice_at(world, world->now_ms + world_between(world, 500, 8000),
                  handle_thaw, number);
        return;
    }
    die(world, prober, "killed by SIGKILL");
}

void sim_prober_hurt(struct world *world)
{
    uint32_t first = (uint32_t)world_random(world, WORLD_PROBERS_MOST);
    for (uint32_t i = 0; i < WORLD_PROBERS_MOST; i++) {
        struct sim_prober *prober =
            &world->probers[(first + i) % WORLD_PROBERS_MOST];
        if (prober->state != PROCESS_RUNS) {
            continue;
        }
        switch (world_random(world, 4)) {
        case 0:
            world_note(world, "fault: prober %u killed", prober->number);
            die(world, prober, "killed by SIGKILL");
            return;
        case 1:
            world_note(world, "fault: prober %u stopped", prober->number);
            stand_still(world, prober);
            look_soon(world, prober);
            return;
        case 2:
            world_note(world, "fault: prober %u mute", prober->number);
            prober->is_mute = true;
            notice_at(world, world->now_ms + PROBER_DEADMAN_MS, handle_deadman,
                      prober->number);
            return;
        default:
            world_note(world, "fault: prober %u ends its stream",
                       prober->number);
            prober->has_ended = true;
            notice_at(world, world->now_ms, handle_ended, prober->number);
            return;
        }
    }
}

void sim_probers_freeze(struct world *world, uint64_t for_ms)
{
    for (uint32_t i = 0; i < WORLD_PROBERS_MOST; i++) {
        world->probers[i].thaw_ms = world->now_ms + for_ms;
    }
}

void sim_probers_vanish(struct world *world)
{
    memset(world->probers, 0, sizeof world->probers);
}

uint32_t sim_probers_count(const struct world *world)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < WORLD_PROBERS_MOST; i++) {
        count += world->probers[i].state != PROCESS_NONE;
    }
    return count;
}
