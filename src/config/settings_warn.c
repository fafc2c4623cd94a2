/*
 * settings_warn.c - tells of options that do not do what who wrote them may
 * believe: their value is one that nobody wants.
 */
#include "base/log.h"
#include "base/text.h"
#include "config/options.h"
#include "config/settings_check.h"
#include "config/settings_load.h"

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
    warn_where("limit_below_heartbeat", settings,
               OPTION_OF(HOME_INSTANCE, instance_settings, max_lag_ms),
               has_low_lag);
    warn_where("tls_on_unix_socket", settings,
               OPTION_OF(HOME_ACCESS, instance_access, has_tls),
               has_tls_on_unix);
}
