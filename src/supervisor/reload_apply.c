/*
 * reload_apply.c - other settings in the place of the running ones; see
 * reload.h.
 *
 *   new board, engine and errands made, instances adopted by name
 *   old engine stopped: its probes reaped, its probers killed
 *   swapped; console and publisher replaced, the session resumed
 *   every instance probed at once
 *
 * Everything that can fail is done before the first thing that changes.
 */
#include "supervisor/reload.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "supervisor/descriptors.h"
#include "supervisor/helpers.h"
#include "supervisor/listener.h"
#include "supervisor/scoreboard.h"
#include "config/settings_change.h"
#include "supervisor/supervisor.h"

/* -1: the address stays. Else the new socket, or another negative errno. */
static int open_new_listener(const struct settings *now,
                             const struct settings *then)
{
    if (address_equals(&now->http_listen, &then->http_listen)) {
        return -1;
    }
    int fd = listener_open_tcp(&then->http_listen);
    return fd == -1 ? -EIO : fd;
}

/* The instance of that name as it runs now; instance_count if there is none. */
static uint32_t find_running(const struct settings *now, const char *name)
{
    uint32_t old = 0;

    while (old < now->instance_count &&
           strcmp(now->instances[old].name, name) != 0) {
        old++;
    }
    return old;
}

static void adopt_by_name(struct supervisor *supervisor, struct engine *engine,
                          const struct settings *then)
{
    const struct settings *now = supervisor->settings;
    uint64_t now_ms = clock_monotonic_ms();

    engine_continue(engine, supervisor->engine);
    for (uint32_t i = 0; i < then->instance_count; i++) {
        uint32_t old = find_running(now, then->instances[i].name);
        if (old == now->instance_count) {
            continue;
        }
        engine_adopt(engine, i, engine_instance(supervisor->engine, old),
                     now_ms);
        if (!address_equals(&now->instances[old].addr,
                            &then->instances[i].addr)) {
            engine_forget_server(engine, i);
        }
    }
    operator_desk_restore(&supervisor->operators, engine, then);
}

/* The old engine's probes are reaped and its probers killed; what they still
 * say is nobody's. */
static void replace_engine(struct supervisor *supervisor, struct engine *engine)
{
    supervisor_feed(supervisor, &(struct engine_event){.kind = ENGINE_STOP});
    engine_destroy(supervisor->engine);
    supervisor->engine = engine;
}

static void replace_settings(struct supervisor *supervisor,
                             struct settings *settings)
{
    settings_destroy(supervisor->settings);
    supervisor->settings = settings;
    settings_share(settings);
}

struct successors {
    struct engine *engine;
    struct board *board;
    struct errands *errands;
};

static int make_successors(struct supervisor *supervisor,
                           struct settings *settings,
                           struct successors *successors)
{
    uint64_t now_ms = clock_monotonic_ms();
    int error = errands_create(settings, now_ms, &successors->errands);

    if (error != 0) {
        return error;
    }
    error =
        engine_create(settings, supervisor->tasks, now_ms, &successors->engine);
    if (error != 0) {
        goto destroy_errands;
    }
    error = board_create(settings->run_dir, supervisor->boot_id,
                         settings->instance_count,
                         board_settings_room(settings), &successors->board);
    if (error != 0) {
        goto destroy_engine;
    }
    return 0;

destroy_engine:
    engine_destroy(successors->engine);
destroy_errands:
    errands_destroy(successors->errands);
    return error;
}

int reload_apply(struct supervisor *supervisor, struct settings *settings,
                 char *why, size_t size)
{
    const struct option *fixed =
        settings_find_fixed(supervisor->settings, settings);
    struct successors successors = {0};

    if (fixed != NULL) {
        option_path(fixed, why, size);
        (void)text_append(why, size,
                          " cannot change at run time: restart the agent");
        return -EINVAL;
    }
    int listen_fd = open_new_listener(supervisor->settings, settings);
    if (listen_fd < -1) {
        (void)text_format(why, size, "the console cannot listen on %s: %s",
                          address_text(&settings->http_listen).text,
                          strerror(-listen_fd)); /* may be cut */
        return listen_fd;
    }
    int error = make_successors(supervisor, settings, &successors);
    if (error != 0) {
        (void)text_format(why, size, "no room for the new configuration: %s",
                          strerror(-error)); /* may be cut */
        if (listen_fd >= 0) {
            (void)close(listen_fd); /* nobody has used it */
        }
        return error;
    }
    /* Helpers that are started from here on learn of it too. */
    log_set_level((enum log_level)settings->log_level);
    log_set_format((enum log_format)settings->log_format);
    adopt_by_name(supervisor, successors.engine, settings);
    deathwatch_stop(&supervisor->deathwatch); /* each is noted again */
    replace_engine(supervisor, successors.engine);
    resolver_replace(&supervisor->resolver, successors.errands);
    replace_settings(supervisor, settings);
    descriptors_tell(settings->instance_count);
    scoreboard_replace(supervisor, successors.board);
    helpers_replace(supervisor, listen_fd);
    resolver_start(&supervisor->resolver);
    supervisor_feed(supervisor, &(struct engine_event){.kind = ENGINE_TIME});
    return 0;
}
