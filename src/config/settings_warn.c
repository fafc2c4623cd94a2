/*
 * settings_warn.c - tells of options that do not do what who wrote them may
 * believe: their value is one that nobody wants.
 */
#include "base/log.h"
#include "base/text.h"
#include "config/options.h"
#include "config/settings_check.h"
#include "config/settings_load.h"

/* An option that is odd somewhere: what the log calls it, and why it is. */
struct oddity {
    const char *event;
    const char *why;
    bool (*is_odd)(const struct settings *settings, uint32_t holder);
};

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
    return holder > 0 && settings_access(settings, holder - 1)->has_tls &&
           settings->instances[holder - 1].addr.kind == ADDRESS_UNIX;
}

static void log_oddity(const struct oddity *oddity,
                       const struct settings *settings,
                       const struct option *option,
                       const struct settings_place *place, uint32_t count)
{
    char where[SETTINGS_PATH_BYTES + 32];

    (void)text_format(where, sizeof(where), "%s:%u",
                      settings_file_of(settings, place),
                      place->line); /* fits */
    log_event(LEVEL_WARNING, oddity->event, LOG_TEXT("option", option->name),
              LOG_TEXT("where", where), LOG_NUMBER("times", count),
              LOG_TEXT("why", oddity->why));
}

/* One line for all the places where the option was written and is odd. */
static void warn_where(const struct oddity *oddity,
                       const struct settings *settings,
                       const struct option *option)
{
    const struct settings_place *first = NULL;
    uint32_t count = 0;

    for (uint32_t holder = 0; holder <= settings->instance_count; holder++) {
        const struct settings_place *place =
            settings_place_of(settings, holder, option_row(option));
        if (place->origin != ORIGIN_DEFAULT &&
            oddity->is_odd(settings, holder)) {
            first = first != NULL ? first : place;
            count++;
        }
    }
    if (first != NULL) {
        log_oddity(oddity, settings, option, first, count);
    }
}

void settings_warn(const struct settings *settings)
{
    static const struct oddity low_lag = {
        "limit_below_heartbeat",
        "a master without writes speaks every 10 s only: give 11s or more",
        has_low_lag};
    static const struct oddity tls_on_unix = {
        "tls_on_unix_socket",
        "Redis speaks no TLS on a unix socket: only a proxy there does",
        has_tls_on_unix};

    warn_where(&low_lag, settings,
               OPTION_OF(HOME_INSTANCE, instance_settings, max_lag_ms));
    warn_where(&tls_on_unix, settings,
               OPTION_OF(HOME_ACCESS, instance_access, has_tls));
}
