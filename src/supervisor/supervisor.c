/*
 * supervisor.c - see supervisor.h.
 *
 * One turn of the loop: messages and ends of helpers become events for the
 * engine; what the engine asks is performed at once; before the loop sleeps,
 * `settle` stores what changed on the board, then tells the publisher to
 * look, hands the queued probes to the sockets and sets the alarm.
 */
#include "supervisor/supervisor.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/deadman.h"
#include "base/log.h"
#include "base/memory.h"
#include "supervisor/chronicle.h"
#include "supervisor/endings.h"
#include "supervisor/helpers.h"
#include "supervisor/leaving.h"
#include "supervisor/scoreboard.h"
#include "config/settings_bounds.h"

/* --- the engine's events and actions ------------------------------------- */

static void tell_change(struct supervisor *supervisor,
                        const struct engine_action *action)
{
    const struct claim *claim =
        &engine_instance(supervisor->engine, action->instance)->claim;

    if (claim->verdict.state == action->before) {
        return; /* a detail changed, not the state */
    }
    chronicle_add_change(supervisor, action);
    log_event(LEVEL_INFO, "instance_changed",
              LOG_TEXT("name",
                       supervisor->settings->instances[action->instance].name),
              LOG_TEXT("from", state_name(action->before)),
              LOG_TEXT("to", state_name(claim->verdict.state)),
              LOG_TEXT("reason", reason_name(claim->verdict.reason)),
              LOG_TEXT("role", role_name(claim->verdict.role)),
              LOG_TEXT("detail", claim->verdict.detail));
}

static void perform(struct supervisor *supervisor,
                    const struct engine_action *action)
{
    switch (action->kind) {
    case ENGINE_SPAWN:
        prober_pool_spawn(&supervisor->pool, action->prober);
        break;
    case ENGINE_PROBE:
        resolver_probe(&supervisor->resolver, action);
        break;
    case ENGINE_RETIRE:
        prober_pool_retire(&supervisor->pool, action->prober);
        break;
    case ENGINE_KILL:
        prober_pool_kill(&supervisor->pool, action->prober, action->is_hung);
        break;
    case ENGINE_CHANGED:
        tell_change(supervisor, action);
        break;
    case ENGINE_LOOK:
        supervisor->wants_look = true;
        break;
    }
}

static void perform_all(struct supervisor *supervisor)
{
    const struct engine_action *action = engine_action(supervisor->engine);

    supervisor->is_performing = true;
    while (action != NULL) {
        perform(supervisor, action);
        action = engine_action(supervisor->engine);
    }
    supervisor->is_performing = false;
}

static void note_tilt(struct supervisor *supervisor, uint64_t now_ms)
{
    struct engine_tilt tilt;

    engine_tilt(supervisor->engine, &tilt);
    stumbles_note_tilt(&supervisor->stumbles, &tilt, now_ms);
    supervisor->agent.tilts = tilt.count;
    supervisor->agent.tilted_ms = tilt.last_ms;
}

static void give(struct supervisor *supervisor,
                 const struct engine_event *event)
{
    uint64_t now_ms = clock_monotonic_ms();

    engine_on_event(supervisor->engine, event, now_ms, clock_wall_ms());
    note_tilt(supervisor, now_ms);
    perform_all(supervisor);
}

void supervisor_feed(struct supervisor *supervisor,
                     const struct engine_event *event)
{
    give(supervisor, event);
    while (supervisor->waiting_count > 0) {
        struct engine_event next = supervisor->waiting[0];

        supervisor->waiting_count--;
        memmove(supervisor->waiting, supervisor->waiting + 1,
                supervisor->waiting_count * sizeof(next));
        give(supervisor, &next);
    }
}

static void handle_pool_event(struct prober_pool *pool,
                              const struct engine_event *event)
{
    struct supervisor *supervisor = pool->owner;

    if (event->kind != ENGINE_PROBER_RESULT) {
        supervisor->are_services_dirty = true;
    } else if (resolver_takes_result(&supervisor->resolver, event)) {
        return;
    }
    if (supervisor->is_performing) {
        assert(supervisor->waiting_count < SUPERVISOR_WAITING_MOST);
        supervisor->waiting[supervisor->waiting_count++] = *event;
    } else {
        supervisor_feed(supervisor, event);
    }
    if (event->kind == ENGINE_PROBER_REAPED) {
        leaving_on_helper_gone(supervisor);
    }
}

/* A probe at once says what is there now: nobody, or a successor. That one is
 * gone who was down before anybody watched him is no news. */
static void handle_process_end(struct deathwatch *watch, uint32_t instance,
                               uint32_t pid, bool was_watched)
{
    struct supervisor *supervisor = watch->owner;
    const struct claim *claim =
        &engine_instance(supervisor->engine, instance)->claim;

    if (!was_watched && claim->verdict.state == STATE_DOWN) {
        return;
    }
    log_event(LEVEL_INFO, "process_ended",
              LOG_TEXT("name", supervisor->settings->instances[instance].name),
              LOG_NUMBER("pid", pid));
    supervisor_feed(supervisor, &(struct engine_event){.kind = ENGINE_PROBE_NOW,
                                                       .instance = instance});
}

static void handle_pool_ending(struct prober_pool *pool,
                               const struct ending *ending, int32_t instance)
{
    endings_tell(pool->owner, ending, instance);
}

/* --- time ---------------------------------------------------------------- */

static void handle_alarm(uv_timer_t *timer)
{
    struct supervisor *supervisor = timer->data;

    supervisor->alarm_armed_ms = 0;
    supervisor_feed(supervisor, &(struct engine_event){.kind = ENGINE_TIME});
}

static void set_alarm(struct supervisor *supervisor)
{
    uint64_t next_ms = engine_next_ms(supervisor->engine);
    uint64_t now_ms = clock_monotonic_ms();

    if (next_ms == supervisor->alarm_armed_ms) {
        return;
    }
    supervisor->alarm_armed_ms = next_ms;
    if (next_ms == UINT64_MAX) {
        (void)uv_timer_stop(&supervisor->alarm); /* cannot fail */
        return;
    }
    uv_update_time(&supervisor->loop);
    (void)uv_timer_start(&supervisor->alarm, handle_alarm,
                         next_ms > now_ms ? next_ms - now_ms : 0,
                         0); /* initialized */
}

static void handle_settle(uv_prepare_t *prepare)
{
    struct supervisor *supervisor = prepare->data;

    scoreboard_update(supervisor);
    manager_beat(supervisor);
    if (supervisor->wants_look &&
        supervisor->publisher.state == SERVICE_RUNNING) {
        supervisor->wants_look = false;
        (void)service_send(
            &supervisor->publisher,
            &(struct message){.kind = MESSAGE_LOOK}); /* replaced if it fails */
    }
    prober_pool_flush(&supervisor->pool);
    set_alarm(supervisor);
}

static void handle_heartbeat(uv_timer_t *timer)
{
    struct supervisor *supervisor = timer->data;

    deadman_feed();
    log_settle();
    if (pulse_beat(&supervisor->pulse, &supervisor->agent.vitals)) {
        supervisor->agent.vitals_ms = clock_monotonic_ms();
    }
    prober_pool_note_steps(&supervisor->pool);
    supervisor->are_services_dirty = true;
    note_tilt(supervisor, clock_monotonic_ms());
    stumbles_note_clocks(&supervisor->stumbles, clock_monotonic_ms(),
                         clock_wall_ms());
    scoreboard_beat(supervisor);
}

/* --- the life and the end ------------------------------------------------ */

static void log_start(const struct supervisor *supervisor)
{
    const struct settings *settings = supervisor->settings;

    log_event(LEVEL_INFO, "started", LOG_TEXT("version", VERSION),
              LOG_NUMBER("pid", getpid()), LOG_TEXT("config", settings->file),
              LOG_TEXT("cluster", settings->cluster),
              LOG_TEXT("host", settings->host),
              LOG_TEXT("agent", supervisor->agent.id),
              LOG_NUMBER("instances", settings->instance_count),
              LOG_TEXT("zookeeper", settings->zookeeper_servers),
              LOG_TEXT("listen", address_text(&settings->http_listen).text),
              LOG_TEXT("run_dir", settings->run_dir));
    settings_log_bounds(settings, 0);
}

int supervisor_run(struct supervisor *supervisor)
{
    int error = deadman_start();

    if (error != 0) {
        log_event(LEVEL_ERROR, "no_deadman",
                  LOG_TEXT("error", strerror(-error)));
    }
    log_start(supervisor);
    leaving_watch_signals(supervisor);
    prober_pool_init(&supervisor->pool, &supervisor->loop, supervisor->tasks,
                     supervisor->programs->prober, handle_pool_event,
                     handle_pool_ending, supervisor);
    if (deathwatch_init(&supervisor->deathwatch, &supervisor->loop,
                        handle_process_end, supervisor) != 0) {
        log_event(LEVEL_ERROR, "no_deathwatch", LOG_TEXT("error", "no memory"));
    }
    /* Initialized just before; none of these can fail. */
    (void)uv_prepare_start(&supervisor->settle, handle_settle);
    (void)uv_timer_start(&supervisor->heartbeat, handle_heartbeat,
                         DEADMAN_HEARTBEAT_MS, DEADMAN_HEARTBEAT_MS);
    pulse_start(&supervisor->pulse, &supervisor->loop);
    helpers_start(supervisor);
    finder_configure(&supervisor->finder, supervisor->finder.is_wanted);
    resolver_start(&supervisor->resolver);
    supervisor_feed(supervisor, &(struct engine_event){.kind = ENGINE_TIME});
    memory_forget_start();
    (void)uv_run(&supervisor->loop, UV_RUN_DEFAULT); /* until uv_stop */
    log_event(LEVEL_INFO, "stopped",
              LOG_TEXT("nodes", supervisor->withdrew ? "withdrawn"
                                : supervisor->settings->has_zookeeper
                                    ? "left behind"
                                    : "none"));
    log_finish();
    return 0;
}
