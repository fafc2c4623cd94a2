/*
 * settings_warn.c - tells of options that do not do what who wrote them may
 * believe: this version keeps them and does not use them yet, or their value is
 * one that nobody wants.
 */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "config/options.h"
#include "config/settings_check.h"
#include "config/settings_load.h"
#include "config/settings_value.h"

/* What is written as it would be anyway asks for nothing. */
static bool asks_for_nothing(const struct settings *settings,
                             const struct option *option)
{
    char text[SETTINGS_TEXT_BYTES];

    if (option->type == OPTION_REGISTRATIONS) {
        return settings->registration_count == 0;
    }
    return option->home == HOME_SETTINGS && option->fallback != NULL &&
           settings_value_text(option, settings, text, sizeof(text)) &&
           strcmp(text, option->fallback) == 0;
}

/* The first place of a row that is set, NULL if none is; `*count` of them. */
static const struct settings_place *first_place(const struct settings *settings,
                                                uint32_t row, uint32_t *count)
{
    const struct settings_place *first = NULL;

    *count = 0;
    for (uint32_t holder = 0; holder <= settings->instance_count; holder++) {
        const struct settings_place *place =
            settings_place_of(settings, holder, row);
        if (place->origin != ORIGIN_DEFAULT) {
            first = first != NULL ? first : place;
            ++*count;
        }
    }
    return first;
}

static void log_option(const char *event, const struct settings *settings,
                       const struct option *option,
                       const struct settings_place *place, uint32_t count)
{
    char where[SETTINGS_PATH_BYTES + 32];

    (void)text_format(where, sizeof(where), "%s:%u",
                      settings_file_of(settings, place),
                      place->line); /* fits */
    log_event(LEVEL_WARNING, event, LOG_TEXT("option", option->name),
              LOG_TEXT("where", where), LOG_NUMBER("times", count));
}

/* A master without writes speaks to its replicas once in so long (redis.conf:
 * repl-ping-replica-period, 10 s), and a replica counts in whole seconds. */
#define LAG_WISE_MS 11000

static bool has_low_lag(const struct settings *settings, uint32_t holder)
{
    uint64_t limit_ms = holder == 0
                            ? settings->instance_defaults.max_lag_ms
                            : settings->instances[holder - 1].max_lag_ms;

    return limit_ms > 0 && limit_ms < LAG_WISE_MS;
}

/* Redis speaks TLS on its TCP ports alone; what ends it for others may well
 * listen on such a socket. */
static bool has_tls_on_unix(const struct settings *settings, uint32_t holder)
{
    return holder > 0 && settings->accesses[holder - 1].has_tls &&
           settings->instances[holder - 1].addr.kind == ADDRESS_UNIX;
}

/* One line for all the places where the option was written and is odd. */
static void warn_where(const char *event, const struct settings *settings,
                       const struct option *option,
                       bool (*is_odd)(const struct settings *settings,
                                      uint32_t holder))
{
    const struct settings_place *first = NULL;
    uint32_t count = 0;

    for (uint32_t holder = 0; holder <= settings->instance_count; holder++) {
        const struct settings_place *place =
            settings_place_of(settings, holder, option_row(option));
        if (place->origin != ORIGIN_DEFAULT && is_odd(settings, holder)) {
            first = first != NULL ? first : place;
            count++;
        }
    }
    if (first != NULL) {
        log_option(event, settings, option, first, count);
    }
}

void settings_warn(const struct settings *settings)
{
    const struct option *option = option_at(0);

    for (uint32_t row = 0; option != NULL; option = option_at(++row)) {
        uint32_t count = 0;
        const struct settings_place *place = first_place(settings, row, &count);

        if (place == NULL || !option->has_no_effect ||
            asks_for_nothing(settings, option)) {
            continue;
        }
        log_option("option_without_effect", settings, option, place, count);
    }
    warn_where("limit_below_heartbeat", settings,
               OPTION_OF(HOME_INSTANCE, instance_settings, max_lag_ms),
               has_low_lag);
    warn_where("tls_on_unix_socket", settings,
               OPTION_OF(HOME_ACCESS, instance_access, has_tls),
               has_tls_on_unix);
}
