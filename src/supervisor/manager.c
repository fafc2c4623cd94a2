/*
 * manager.c - see manager.h.
 */
#include "supervisor/manager.h"

#include "base/clock.h"
#include "base/log.h"
#include "model/bounds.h"
#include "supervisor/census.h"
#include "supervisor/supervisor.h"

#define LOOK_AGAIN_MS 1000

/* An adopted instance's outcome may be older than our rounds. */
static uint64_t outcome_age_ms(const struct instance *instance,
                               uint64_t since_ms, uint64_t now_ms)
{
    uint64_t from_ms =
        instance->outcome_ms > since_ms ? instance->outcome_ms : since_ms;

    return now_ms > from_ms ? now_ms - from_ms : 0;
}

uint32_t manager_count_overdue(const struct engine *engine,
                               const struct settings *settings,
                               uint64_t since_ms, uint64_t now_ms,
                               uint32_t *first)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < settings->instance_count; i++) {
        const struct instance_settings *instance = &settings->instances[i];
        uint64_t limit_ms = bounds_lease_ms(
            instance->interval_ms, instance->timeout_ms, instance->fall);

        if (outcome_age_ms(engine_instance(engine, i), since_ms, now_ms) >
            limit_ms) {
            *first = count == 0 ? i : *first;
            count++;
        }
    }
    return count;
}

static bool are_rounds_on_time(struct supervisor *supervisor, uint64_t now_ms)
{
    const struct settings *settings = supervisor->settings;
    struct manager *manager = &supervisor->manager;
    uint32_t first = 0;
    uint32_t overdue = manager_count_overdue(supervisor->engine, settings,
                                             supervisor->agent.rounds_since_ms,
                                             now_ms, &first);

    if (overdue > 0 && !manager->is_overdue) {
        log_event(LEVEL_ERROR, "rounds_overdue",
                  LOG_TEXT("name", settings->instances[first].name),
                  LOG_NUMBER("instances", overdue),
                  LOG_NUMBER("of", settings->instance_count));
    } else if (overdue == 0 && manager->is_overdue) {
        log_event(LEVEL_WARNING, "rounds_on_time_again");
    }
    manager->is_overdue = overdue > 0;
    return overdue == 0;
}

static void tell_census(struct supervisor *supervisor, uint64_t now_ms)
{
    char words[NOTIFY_STATUS_BYTES];

    census_words(supervisor->settings, supervisor->engine,
                 supervisor->zookeeper.state, words, sizeof(words));
    notify_status(&supervisor->manager.notify, words, now_ms);
}

void manager_init(struct manager *manager)
{
    *manager = (struct manager){.next_ms = 0};
    notify_init(&manager->notify);
}

void manager_finish(struct manager *manager)
{
    notify_finish(&manager->notify);
}

bool manager_is_ready(const struct board_agent *agent,
                      const struct engine_round *round, uint64_t now_ms)
{
    return agent->is_ready ||
           (round->is_complete && now_ms >= agent->started_ms &&
            now_ms - agent->started_ms >= MANAGER_READY_MS);
}

static bool is_ready(const struct supervisor *supervisor, uint64_t now_ms)
{
    struct engine_round round;

    engine_round(supervisor->engine, &round);
    return manager_is_ready(&supervisor->agent, &round, now_ms);
}

void manager_beat(struct supervisor *supervisor)
{
    struct manager *manager = &supervisor->manager;
    uint64_t now_ms = clock_monotonic_ms();

    if (is_ready(supervisor, now_ms)) {
        notify_ready(&manager->notify);
    }
    notify_settle(&manager->notify, now_ms);
    if (now_ms < manager->next_ms || supervisor->state != SUPERVISOR_RUNNING) {
        return;
    }
    manager->next_ms = now_ms + LOOK_AGAIN_MS;
    if (are_rounds_on_time(supervisor, now_ms)) {
        notify_alive(&manager->notify, now_ms);
    }
    tell_census(supervisor, now_ms);
}

void manager_reloading(struct supervisor *supervisor)
{
    notify_reloading(&supervisor->manager.notify);
}

void manager_reloaded(struct supervisor *supervisor)
{
    notify_reloaded(&supervisor->manager.notify);
}

void manager_stopping(struct supervisor *supervisor)
{
    notify_stopping(&supervisor->manager.notify);
    notify_status(&supervisor->manager.notify,
                  supervisor->is_handing_over ? "leaving all to a successor"
                                              : "withdrawing our nodes",
                  clock_monotonic_ms());
}
