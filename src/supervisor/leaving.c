/*
 * leaving.c - see leaving.h.
 *
 *   state         SIGTERM, SIGINT     SIGUSR2   publisher gone  time   all gone
 *   RUNNING       WITHDRAWING         LEAVING   (restarted)     -      -
 *   WITHDRAWING   GONE, at once       LEAVING   LEAVING         LEAVING  -
 *   LEAVING       GONE, at once       -         -               GONE   GONE
 *   GONE          the loop has ended
 *
 * Helpers that are left when we go die with us (PDEATHSIG). The dead-man is
 * set to the same bound, should this very loop be what hangs.
 */
#include "supervisor/leaving.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/deadman.h"
#include "base/log.h"
#include "supervisor/helpers.h"

/* A handle is closed in one turn of the loop, a watched signal in two. */
#define CLOSING_TURNS_MOST 4

static void handle_leave_timer(uv_timer_t *timer);

static bool is_everybody_gone(const struct supervisor *supervisor)
{
    return prober_pool_is_empty(&supervisor->pool) &&
           supervisor->publisher.state == SERVICE_STOPPED &&
           supervisor->console.state == SERVICE_STOPPED &&
           reload_is_idle(&supervisor->reload) &&
           finder_is_idle(&supervisor->finder) &&
           resolver_is_idle(&supervisor->resolver);
}

/* The one place where the state changes. */
static void enter(struct supervisor *supervisor, enum supervisor_state state)
{
    supervisor->state = state;
    switch (state) {
    case SUPERVISOR_RUNNING:
        break;
    case SUPERVISOR_WITHDRAWING:
        (void)uv_timer_start(&supervisor->leave, handle_leave_timer,
                             SUPERVISOR_WITHDRAW_MS, 0); /* initialized */
        break;
    case SUPERVISOR_LEAVING:
        (void)uv_timer_start(&supervisor->leave, handle_leave_timer,
                             SUPERVISOR_LEAVE_MS - SUPERVISOR_WITHDRAW_MS,
                             0); /* initialized */
        prober_pool_stop(&supervisor->pool);
        reload_stop(&supervisor->reload);
        finder_stop(&supervisor->finder);
        resolver_stop(&supervisor->resolver);
        service_stop(&supervisor->console);
        service_stop(&supervisor->publisher);
        leaving_on_helper_gone(supervisor);
        break;
    case SUPERVISOR_GONE:
        uv_stop(&supervisor->loop);
        break;
    }
}

static void handle_leave_timer(uv_timer_t *timer)
{
    struct supervisor *supervisor = timer->data;

    if (supervisor->state == SUPERVISOR_WITHDRAWING) {
        log_event(LEVEL_WARNING, "not_withdrawn_in_time",
                  LOG_NUMBER("after_ms", SUPERVISOR_WITHDRAW_MS));
        enter(supervisor, SUPERVISOR_LEAVING);
    } else {
        log_event(LEVEL_WARNING, "left_with_helpers_alive",
                  LOG_NUMBER("tasks", supervisor->tasks->live));
        enter(supervisor, SUPERVISOR_GONE);
    }
}

void leaving_on_helper_gone(struct supervisor *supervisor)
{
    const struct service *publisher = &supervisor->publisher;

    if (supervisor->state == SUPERVISOR_WITHDRAWING &&
        publisher->state == SERVICE_STOPPED) {
        supervisor->withdrew = WIFEXITED(publisher->last_status) &&
                               WEXITSTATUS(publisher->last_status) == 0;
        enter(supervisor, SUPERVISOR_LEAVING);
    } else if (supervisor->state == SUPERVISOR_LEAVING &&
               is_everybody_gone(supervisor)) {
        enter(supervisor, SUPERVISOR_GONE);
    }
}

/* No new rounds, and the kernel ends us should we not manage ourselves. */
static void stop_working(struct supervisor *supervisor)
{
    (void)uv_timer_stop(&supervisor->heartbeat); /* it would feed */
    manager_stopping(supervisor);
    deadman_final(SUPERVISOR_LEAVE_MS + 100);
    engine_on_event(supervisor->engine,
                    &(struct engine_event){.kind = ENGINE_STOP},
                    clock_monotonic_ms(), clock_wall_ms());
}

static void withdraw(struct supervisor *supervisor)
{
    struct service *publisher = &supervisor->publisher;
    bool can_withdraw = publisher->state == SERVICE_RUNNING;

    stop_working(supervisor);
    if (!can_withdraw) {
        enter(supervisor, SUPERVISOR_LEAVING);
        return;
    }
    enter(supervisor, SUPERVISOR_WITHDRAWING);
    helpers_withdraw(supervisor);
}

static void log_tasks(const struct supervisor *supervisor)
{
    const struct tasks *tasks = supervisor->tasks;

    log_event(LEVEL_INFO, "tasks", LOG_NUMBER("live", tasks->live),
              LOG_NUMBER("started", tasks->started),
              LOG_NUMBER("finished", tasks->finished),
              LOG_NUMBER("reaped", tasks->reaped));
    for (uint32_t i = 0; i < tasks->live; i++) {
        const struct task *task = &tasks->list[i];
        const char *name =
            task->instance >= 0
                ? supervisor->settings->instances[task->instance].name
                : service_name(task->service);
        log_event(
            LEVEL_INFO, "task", LOG_NUMBER("id", task->id),
            LOG_TEXT("kind", task_kind_name(task->kind)),
            LOG_TEXT("name", name), LOG_NUMBER("pid", task->pid),
            LOG_NUMBER("age_ms", clock_monotonic_ms() - task->started_ms));
    }
}

static void handle_end_signal(struct supervisor *supervisor)
{
    if (supervisor->state == SUPERVISOR_RUNNING) {
        withdraw(supervisor);
    } else {
        enter(supervisor, SUPERVISOR_GONE);
    }
}

static void handle_signal(uv_signal_t *watch, int number)
{
    struct supervisor *supervisor = watch->data;

    log_event(LEVEL_INFO, "signal", LOG_TEXT("name", sigabbrev_np(number)));
    if (number == SIGTERM || number == SIGINT) {
        handle_end_signal(supervisor);
    } else if (number == SIGUSR1) {
        log_tasks(supervisor);
    } else if (number == SIGUSR2 && supervisor->state < SUPERVISOR_LEAVING) {
        supervisor->is_handing_over = true;
        stop_working(supervisor);
        enter(supervisor, SUPERVISOR_LEAVING);
    } else if (number == SIGHUP) {
        reload_request(&supervisor->reload);
    }
}

static const int watched[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};

#define WATCHED_COUNT (sizeof(watched) / sizeof(watched[0]))

static void change_mask(int how)
{
    sigset_t set;

    (void)sigemptyset(&set); /* none of these can fail */
    for (size_t i = 0; i < WATCHED_COUNT; i++) {
        (void)sigaddset(&set, watched[i]);
    }
    (void)sigprocmask(how, &set, NULL);
}

void leaving_hold_signals(void)
{
    change_mask(SIG_BLOCK);
}

void leaving_watch_signals(struct supervisor *supervisor)
{
    for (size_t i = 0; i < WATCHED_COUNT; i++) {
        uv_signal_t *watch = &supervisor->signals[i];

        (void)uv_signal_init(&supervisor->loop, watch); /* the loop is up */
        watch->data = supervisor;
        int error = uv_signal_start(watch, handle_signal, watched[i]);
        if (error != 0) {
            log_event(LEVEL_ERROR, "signal_unwatched",
                      LOG_TEXT("name", sigabbrev_np(watched[i])),
                      LOG_TEXT("error", strerror(-error)));
        }
    }
    change_mask(SIG_UNBLOCK);
}

static void close_handle(uv_handle_t *handle, void *context)
{
    (void)context;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

void leaving_close_loop(struct supervisor *supervisor)
{
    int error = UV_EBUSY;

    if (supervisor->state != SUPERVISOR_GONE) {
        return; /* it never ran */
    }
    if (!is_everybody_gone(supervisor)) {
        /* In a hurry, or somebody cannot be killed: what is still bound to
         * helpers is the kernel's to free, and they die with us. */
        _exit(EX_OK);
    }
    uv_walk(&supervisor->loop, close_handle, NULL);
    for (int turn = 0; turn < CLOSING_TURNS_MOST && error != 0; turn++) {
        (void)uv_run(&supervisor->loop, UV_RUN_NOWAIT); /* it may have more */
        error = uv_loop_close(&supervisor->loop);
    }
}
