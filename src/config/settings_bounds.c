/*
 * settings_bounds.c - see settings_bounds.h.
 */
#include "config/settings_bounds.h"

#include "base/log.h"
#include "model/bounds.h"

static uint64_t larger(uint64_t one, uint64_t other)
{
    return one > other ? one : other;
}

/* Without any instance: what one that says nothing itself would have. */
static const struct instance_settings *instance_at(
    const struct settings *settings, uint32_t index)
{
    return settings->instance_count > 0 ? &settings->instances[index]
                                        : &settings->instance_defaults;
}

static uint64_t session_of(const struct settings *settings, uint64_t granted_ms)
{
    if (!settings->has_zookeeper) {
        return 0;
    }
    return granted_ms > 0 ? granted_ms : settings->session_timeout_ms;
}

void settings_log_bounds(const struct settings *settings, uint64_t granted_ms)
{
    uint64_t session_ms = session_of(settings, granted_ms);
    struct bounds widest = {0};
    const char *whose = "";
    uint32_t index = 0;

    do {
        const struct instance_settings *instance = instance_at(settings, index);
        struct bounds bounds;

        bounds_compute(
            &(struct bounds_input){.interval_ms = instance->interval_ms,
                                   .timeout_ms = instance->timeout_ms,
                                   .fall = instance->fall,
                                   .session_ms = session_ms,
                                   .tick_ms = BOUNDS_TICK_MS},
            &bounds);
        if (bounds.staleness_ms > widest.staleness_ms) {
            whose = instance->name;
        }
        widest.staleness_ms = larger(widest.staleness_ms, bounds.staleness_ms);
        widest.convergence_ms =
            larger(widest.convergence_ms, bounds.convergence_ms);
        widest.isolation_ms = larger(widest.isolation_ms, bounds.isolation_ms);
        widest.end_ms = larger(widest.end_ms, bounds.end_ms);
    } while (++index < settings->instance_count);
    log_event(LEVEL_INFO, "bounds", LOG_NUMBER("B_ms", widest.staleness_ms),
              LOG_NUMBER("C_ms", widest.convergence_ms),
              LOG_NUMBER("D_ms", widest.isolation_ms),
              LOG_NUMBER("E_ms", widest.end_ms),
              LOG_NUMBER("session_ms", session_ms), LOG_TEXT("widest", whose));
}
