/*
 * timers.c - what happens because time passes: the dead-man is fed, overdue
 * answers and lost connections end the process, nodes are read again though
 * no watch fired, and the host's own node is written anew.
 */
#include "publisher/publisher.h"

#include <stddef.h>

#include "base/clock.h"
#include "base/deadman.h"

#define TIMERS 8

/* So that a fleet started at one moment does not write at one moment. */
static uint64_t jittered_ms(struct publisher *publisher, uint64_t around_ms)
{
    uint32_t chance = 0;
    (void)uv_random(&publisher->loop, NULL, &chance, sizeof chance, 0,
                    NULL); /* else 0: no jitter, no harm */
    uint64_t spread_ms = around_ms / 5;
    return around_ms - spread_ms / 2 + chance % (spread_ms + 1);
}

static void check_deadlines(struct publisher *publisher, uint64_t now_ms)
{
    if (publisher->zk == NULL || publisher->is_closing) {
        return;
    }
    uint64_t session_ms = publisher->negotiated_ms != 0
                              ? publisher->negotiated_ms
                              : publisher->session_timeout_ms;
    if (publisher->disconnected_ms == 0) {
        return;
    }
    bool had_session = publisher->negotiated_ms != 0;
    uint64_t cut_off_ms = now_ms - publisher->disconnected_ms;
    if (cut_off_ms > session_ms && had_session) {
        publisher_lose_session(publisher, PUBLISHER_EXIT_UNAVAILABLE,
                               "the session must have expired");
    }
    if (cut_off_ms > session_ms) {
        publisher_leave(PUBLISHER_EXIT_UNAVAILABLE,
                        "ZooKeeper is out of reach");
    }
    if (cut_off_ms > PUBLISHER_CLOSED_MS && !zk_is_hoping(publisher->zk) &&
        publisher->state != ZOOKEEPER_DRAINING) {
        publisher_leave(PUBLISHER_EXIT_UNAVAILABLE, "no server answers");
    }
    if (cut_off_ms > PUBLISHER_CUT_OFF_MS &&
        publisher->state != ZOOKEEPER_DRAINING) {
        publisher_leave(PUBLISHER_EXIT_UNAVAILABLE, "cut off for too long");
    }
}

static void handle_answer(uv_timer_t *timer)
{
    struct publisher *publisher = timer->data;
    if (publisher->is_closing) {
        return;
    }
    if (overdue_look(&publisher->overdue, zk_oldest_ms(publisher->zk),
                     clock_monotonic_ms())) {
        publisher_leave(PUBLISHER_EXIT_SOFTWARE, "an answer is overdue");
    }
    publisher_await_answers(publisher);
}

void publisher_await_answers(struct publisher *publisher)
{
    uint64_t now_ms = clock_monotonic_ms();
    uint64_t next_ms = overdue_next_ms(&publisher->overdue,
                                       zk_oldest_ms(publisher->zk), now_ms);
    if (next_ms == OVERDUE_NEVER ||
        uv_is_active((uv_handle_t *)&publisher->answer)) {
        return;
    }
    (void)uv_timer_start(&publisher->answer, handle_answer,
                         next_ms > now_ms ? next_ms - now_ms : 0,
                         0); /* fails only without a callback */
}

static void handle_silence(uv_timer_t *timer)
{
    struct publisher *publisher = timer->data;
    if (publisher->state != ZOOKEEPER_RECONCILE) {
        (void)uv_timer_stop(timer); /* always 0 */
        return;
    }
    bool is_awaiting = zk_oldest_ms(publisher->zk) != 0;
    publisher->silent_looks = is_awaiting ? publisher->silent_looks + 1 : 0;
    if (publisher->silent_looks >= PUBLISHER_SILENT_LOOKS) {
        publisher_leave(PUBLISHER_EXIT_SOFTWARE, "a new connection is silent");
    }
}

void publisher_start_silence(struct publisher *publisher)
{
    publisher->silent_looks = 0;
    if (!publisher_follows(publisher, PUBLISHER_EXIT_SOFTWARE)) {
        (void)uv_timer_start(&publisher->silence, handle_silence,
                             PUBLISHER_SILENCE_LOOK_MS,
                             PUBLISHER_SILENCE_LOOK_MS); /* needs a callback */
    }
}

static void handle_pulse(uv_timer_t *timer)
{
    struct publisher *publisher = timer->data;
    if (publisher->state != ZOOKEEPER_DRAINING) {
        deadman_feed();
    }
    check_deadlines(publisher, clock_monotonic_ms());
    if (publisher->zk != NULL && publisher->lock_fd < 0) {
        publisher_save_session(publisher);
    }
    publisher_tell_counters(publisher);
    publisher_tell_vitals(publisher);
}

static void handle_sweep(uv_timer_t *timer)
{
    struct publisher *publisher = timer->data;
    if (publisher->state == ZOOKEEPER_STEADY) {
        tree_sweep(publisher->desk.tree);
        publisher_work(publisher);
    }
    (void)uv_timer_start(timer, handle_sweep,
                         jittered_ms(publisher, PUBLISHER_SWEEP_MS),
                         0); /* fails only without a callback */
}

static void handle_heartbeat(uv_timer_t *timer)
{
    struct publisher *publisher = timer->data;
    uint64_t every_ms = publisher->desk.agent.publish_heartbeat_ms;
    desk_heartbeat(&publisher->desk);
    publisher_work(publisher);
    if (every_ms != 0) {
        (void)uv_timer_start(timer, handle_heartbeat,
                             jittered_ms(publisher, every_ms),
                             0); /* fails only without a callback */
    }
}

void publisher_start_heartbeat(struct publisher *publisher)
{
    handle_heartbeat(&publisher->heartbeat);
}

static void handle_refresh(uv_timer_t *timer)
{
    struct publisher *publisher = timer->data;
    desk_refresh(&publisher->desk);
    publisher_work(publisher);
    (void)uv_timer_start(timer, handle_refresh, publisher->refresh_ms,
                         0); /* fails only without a callback */
}

/* No later than asked for, and not all of a fleet at one moment. */
void publisher_start_refresh(struct publisher *publisher)
{
    uint64_t every_ms = publisher->refresh_ms;
    if (every_ms != 0 && !uv_is_active((uv_handle_t *)&publisher->refresh)) {
        (void)uv_timer_start(&publisher->refresh, handle_refresh,
                             jittered_ms(publisher, every_ms - every_ms / 5),
                             0); /* fails only without a callback */
    }
}

void publisher_start_timers(struct publisher *publisher)
{
    uv_timer_t *timers[TIMERS] = {&publisher->pulse,     &publisher->next,
                                  &publisher->heartbeat, &publisher->sweep,
                                  &publisher->refresh,   &publisher->wait,
                                  &publisher->silence,   &publisher->answer};
    for (size_t i = 0; i < TIMERS; i++) {
        (void)uv_timer_init(&publisher->loop, timers[i]); /* cannot fail */
        timers[i]->data = publisher;
    }
    pulse_start(&publisher->vitals, &publisher->loop);
    (void)uv_timer_start(&publisher->pulse, handle_pulse, DEADMAN_HEARTBEAT_MS,
                         DEADMAN_HEARTBEAT_MS); /* as above */
    (void)uv_timer_start(&publisher->sweep, handle_sweep,
                         jittered_ms(publisher, PUBLISHER_SWEEP_MS), 0);
}
