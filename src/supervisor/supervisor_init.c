/*
 * supervisor_init.c - the beginning, before any child exists, and what is
 * left to do when the last one is gone; see supervisor.h.
 *
 * Everything that can be refused is refused here: each refusal is one line
 * that says what, where and what to do.
 */
#include "supervisor/supervisor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/log.h"
#include "supervisor/descriptors.h"
#include "supervisor/leaving.h"
#include "supervisor/listener.h"
#include "supervisor/run_dir.h"
#include "supervisor/scoreboard.h"

static int refuse(int code, const char *what, const char *where, int error,
                  const char *advice)
{
    log_event(LEVEL_ERROR, "not_started", LOG_TEXT("what", what),
              LOG_TEXT("where", where), LOG_TEXT("error", strerror(-error)),
              LOG_TEXT("advice", advice));
    return code;
}

static int take_run_dir(struct supervisor *supervisor)
{
    const char *run_dir = supervisor->settings->run_dir;
    int error = run_dir_take(run_dir);

    if (error == -EBUSY) {
        return refuse(EX_TEMPFAIL, "another agent holds the run directory",
                      run_dir, error,
                      "stop it, or give this one a --run-dir "
                      "of its own");
    }
    if (error != 0) {
        return refuse(EX_CANTCREAT, "the run directory cannot be used", run_dir,
                      error,
                      "create it, writable by this user, or give "
                      "another with --run-dir");
    }
    run_dir_boot_id(supervisor->boot_id);
    run_dir_agent_id(run_dir, supervisor->boot_id, supervisor->agent.id);
    return 0;
}

static int open_listeners(struct supervisor *supervisor)
{
    const struct settings *settings = supervisor->settings;
    int fd = listener_open_tcp(&settings->http_listen);

    if (fd == -EADDRINUSE) {
        return refuse(EX_TEMPFAIL, "the console's address is taken",
                      address_text(&settings->http_listen).text, fd,
                      "choose another under http: listen:");
    }
    if (fd < 0) {
        return refuse(EX_UNAVAILABLE, "the console cannot listen",
                      address_text(&settings->http_listen).text, fd,
                      "choose an address of this host under http: listen:");
    }
    supervisor->listen_fds[supervisor->listen_count++] = fd;
    fd = listener_open_unix(settings->run_dir);
    if (fd < 0) {
        return refuse(EX_CANTCREAT, "the console's socket cannot be made",
                      settings->run_dir, fd,
                      "the run directory must be writable");
    }
    supervisor->listen_fds[supervisor->listen_count++] = fd;
    return 0;
}

static int open_engine(struct supervisor *supervisor)
{
    supervisor->tasks = calloc(1, sizeof(*supervisor->tasks));
    if (supervisor->tasks == NULL) {
        return -ENOMEM;
    }
    int error = engine_create(supervisor->settings, supervisor->tasks,
                              clock_monotonic_ms(), &supervisor->engine);
    if (error == 0) {
        error = scoreboard_open(supervisor);
    }
    return error;
}

/* The board is adopted by now. */
static void remember_addresses(const struct supervisor *supervisor,
                               struct errands *errands)
{
    for (uint32_t i = 0; i < supervisor->settings->instance_count; i++) {
        errands_remember(errands, i,
                         engine_instance(supervisor->engine, i)->address);
    }
}

static int open_resolver(struct supervisor *supervisor)
{
    struct errands *errands = NULL;
    int error =
        errands_create(supervisor->settings, clock_monotonic_ms(), &errands);

    if (error == 0) {
        remember_addresses(supervisor, errands);
        resolver_init(&supervisor->resolver, supervisor, &supervisor->loop,
                      errands);
    }
    return error;
}

static void init_handles(struct supervisor *supervisor)
{
    uv_loop_t *loop = &supervisor->loop;

    /* None of these can fail. */
    (void)uv_timer_init(loop, &supervisor->alarm);
    (void)uv_timer_init(loop, &supervisor->heartbeat);
    (void)uv_timer_init(loop, &supervisor->leave);
    (void)uv_prepare_init(loop, &supervisor->settle);
    supervisor->alarm.data = supervisor;
    supervisor->heartbeat.data = supervisor;
    supervisor->leave.data = supervisor;
    supervisor->settle.data = supervisor;
}

int supervisor_init(struct supervisor *supervisor, struct settings *settings,
                    const struct supervisor_programs *programs,
                    const struct flags *flags)
{
    manager_init(&supervisor->manager);
    supervisor->settings = malloc(sizeof(*settings));
    if (supervisor->settings == NULL) {
        return EX_OSERR;
    }
    *supervisor->settings = *settings;
    *settings = (struct settings){0};
    supervisor->programs = programs;
    supervisor->flags = flags;
    descriptors_tell(supervisor->settings->instance_count);
    int code = take_run_dir(supervisor);
    if (code == 0) {
        code = open_listeners(supervisor);
    }
    if (code != 0) {
        return code;
    }
    int error = uv_loop_init(&supervisor->loop);
    if (error == 0) {
        finder_init(&supervisor->finder, supervisor, &supervisor->loop);
        finder_restore(&supervisor->finder);
        settings_share(supervisor->settings);
        operator_desk_init(&supervisor->operators, supervisor,
                           &supervisor->loop);
        error = open_engine(supervisor);
    }
    if (error == 0) {
        error = open_resolver(supervisor);
    }
    if (error != 0) {
        return refuse(EX_OSERR, "the loop or the scoreboard cannot be made",
                      supervisor->settings->run_dir, error,
                      "it takes memory, descriptors and room in the run "
                      "directory");
    }
    init_handles(supervisor);
    reload_init(&supervisor->reload, supervisor, &supervisor->loop);
    return 0;
}

void supervisor_finish(struct supervisor *supervisor)
{
    const struct settings *settings = supervisor->settings;

    if (settings == NULL) {
        return; /* nothing was begun */
    }
    bool leaves_nothing = supervisor->withdrew || !settings->has_zookeeper;

    if (supervisor->listen_count == SUPERVISOR_LISTENERS_MOST) {
        listener_remove_unix(settings->run_dir);
    }
    if (supervisor->board != NULL && leaves_nothing &&
        !supervisor->is_handing_over) {
        board_remove(settings->run_dir);
    }
    manager_finish(&supervisor->manager);
    deathwatch_stop(&supervisor->deathwatch);
    leaving_close_loop(supervisor);
    deathwatch_finish(&supervisor->deathwatch);
    board_destroy(supervisor->board);
    engine_destroy(supervisor->engine);
    resolver_finish(&supervisor->resolver);
    operator_desk_finish(&supervisor->operators);
    free(supervisor->tasks);
    settings_destroy(supervisor->settings);
}
