/*
 * service.c - see service.h.
 */
#include "supervisor/service.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/kernel_view.h"
#include "base/log.h"
#include "base/text.h"

static void enter(struct service *service, enum service_state state);

/* Kills it for what it did, and keeps how the kernel saw it until then. */
static void punish(struct service *service, const char *fault)
{
    service->fault = fault;
    kernel_view_read("/proc", service->child.pid,
                     service->state == SERVICE_RUNNING, service->kernel,
                     sizeof(service->kernel));
    enter(service, SERVICE_ENDING);
}

/* --- one life ------------------------------------------------------------ */

static void handle_message(struct child *child, const struct message *message)
{
    struct service *service = child->owner;

    if (service->state == SERVICE_STARTING &&
        message->kind == service->spec.hello) {
        enter(service, SERVICE_RUNNING);
    } else if (service->state == SERVICE_RUNNING &&
               message->kind != service->spec.hello) {
        service->spec.on_message(service, message);
    } else if (service->state != SERVICE_ENDING) {
        log_event(LEVEL_WARNING, "helper_spoke_nonsense",
                  LOG_TEXT("helper", service_name(service->spec.kind)),
                  LOG_TEXT("said", message_name(message->kind)));
        punish(service, "spoke nonsense");
    }
}

static void handle_ended(struct child *child, int status)
{
    struct service *service = child->owner;

    if (child_nonsense(status) != NULL) {
        log_event(LEVEL_WARNING, "helper_spoke_nonsense",
                  LOG_TEXT("helper", service_name(service->spec.kind)),
                  LOG_TEXT("said", child_nonsense(status)));
    }
    if (service->fault == NULL) {
        service->fault = child_fault(status);
    }
    /* An end of stream is an end, or about to be one. A publisher that ends
     * by itself is given the time its owner set. */
    if (service->is_wanted || status != 0) {
        enter(service, SERVICE_ENDING);
    }
}

static void tell_ending(struct service *service)
{
    const struct child *child = &service->child;
    struct ending ending = {.service = service->spec.kind,
                            .pid = child->pid,
                            .age_ms = clock_monotonic_ms() - child->started_ms};

    if (service->fault != NULL) {
        (void)text_copy(ending.why, sizeof(ending.why),
                        service->fault); /* fits */
    } else {
        child_describe_end(child, ending.why, sizeof(ending.why));
    }
    (void)text_copy(ending.kernel, sizeof(ending.kernel),
                    service->kernel); /* the same size */
    service->spec.on_ending(service, &ending);
}

static void handle_over(struct child *child)
{
    struct service *service = child->owner;
    char how[ENDING_WHY_BYTES];

    if (!service->is_replaced) {
        service->last_status = child->wait_status;
        service->restarts += service->is_wanted;
    }
    if (service->is_wanted && !service->is_replaced) {
        tell_ending(service);
    } else {
        child_describe_end(child, how, sizeof(how));
        log_event(LEVEL_INFO, "helper_ended",
                  LOG_TEXT("helper", service_name(service->spec.kind)),
                  LOG_NUMBER("pid", child->pid), LOG_TEXT("how", how));
    }
    enter(service, service->is_wanted ? SERVICE_DOWN : SERVICE_STOPPED);
}

static void spawn(struct service *service)
{
    const struct service_spec *spec = &service->spec;
    struct child_spec child_spec = {
        .program = spec->program,
        .name = spec->name,
        .service = spec->kind,
        .incoming = spec->incoming,
        .generation = ++service->generation,
        .shared_fd = spec->shared_fd,
        .listen_fds = spec->listen_fds,
        .listen_count = spec->listen_count,
        .config_fd = spec->config_fd,
        .on_message = handle_message,
        .on_ended = handle_ended,
        .on_over = handle_over,
    };

    service->has_worked = false;
    service->is_replaced = false;
    service->fault = NULL;
    service->kernel[0] = '\0';
    service->vitals_ms = 0;
    service->starts++;
    int error = child_start(&service->child, service->loop, service->tasks,
                            &child_spec, service);
    if (error != 0) {
        log_event(LEVEL_ERROR, "helper_not_started",
                  LOG_TEXT("helper", service_name(spec->kind)),
                  LOG_TEXT("error", strerror(-error)));
        enter(service, SERVICE_DOWN);
    } else {
        enter(service, SERVICE_STARTING);
    }
}

/* --- the transitions ------------------------------------------------------ */

static void handle_timer(uv_timer_t *timer)
{
    struct service *service = timer->data;

    switch (service->state) {
    case SERVICE_DOWN:
        spawn(service);
        break;
    case SERVICE_STARTING:
        log_event(LEVEL_WARNING, "helper_said_nothing",
                  LOG_TEXT("helper", service_name(service->spec.kind)));
        punish(service, "said nothing");
        break;
    case SERVICE_ENDING:
        child_kill(&service->child);
        break;
    case SERVICE_RUNNING:
        enter(service, SERVICE_ENDING); /* its grace is over */
        break;
    case SERVICE_STOPPED:
        break;
    }
}

static void arm(struct service *service, uint64_t after_ms, uint64_t again_ms)
{
    (void)uv_timer_start(&service->timer, handle_timer, after_ms,
                         again_ms); /* initialized, not closing */
}

uint64_t service_longer_pause_ms(uint64_t last_ms, bool has_worked)
{
    uint64_t most_ms =
        has_worked ? SERVICE_PAUSE_WORKED_MS : SERVICE_PAUSE_MOST_MS;
    uint64_t pause_ms = last_ms == 0 ? SERVICE_PAUSE_LEAST_MS : last_ms * 2;

    return pause_ms < most_ms ? pause_ms : most_ms;
}

/* Nothing after a life that worked for a while; else longer than the last one,
 * of which a random half is taken off, so that helpers of many hosts spread.
 * What dies of its first work again and again must not be forked without end.
 */
static uint64_t next_pause_ms(struct service *service)
{
    uint64_t lived_ms = clock_monotonic_ms() - service->child.started_ms;

    bool has_served = service->has_worked && lived_ms >= SERVICE_WORKED_MS;
    if (has_served || service->is_replaced) {
        service->pause_ms = 0;
        return 0;
    }
    service->pause_ms =
        service_longer_pause_ms(service->pause_ms, service->has_worked);
    return service->pause_ms - (uint64_t)random() % (service->pause_ms / 2);
}

static void enter(struct service *service, enum service_state state)
{
    service->state = state;
    (void)uv_timer_stop(&service->timer); /* cannot fail */
    switch (state) {
    case SERVICE_DOWN:
        arm(service, next_pause_ms(service), 0);
        service->spec.on_down(service);
        break;
    case SERVICE_STARTING:
        arm(service, SERVICE_HELLO_MS, 0);
        break;
    case SERVICE_RUNNING:
        log_event(LEVEL_INFO, "helper_ready",
                  LOG_TEXT("helper", service_name(service->spec.kind)),
                  LOG_NUMBER("pid", service->child.pid));
        service->spec.on_ready(service);
        break;
    case SERVICE_ENDING:
        child_kill(&service->child);
        arm(service, SERVICE_KILL_AGAIN_MS, SERVICE_KILL_AGAIN_MS);
        break;
    case SERVICE_STOPPED:
        service->spec.on_down(service);
        break;
    }
}

/* --- public -------------------------------------------------------------- */

void service_init(struct service *service, uv_loop_t *loop, struct tasks *tasks,
                  void *owner)
{
    *service = (struct service){
        .loop = loop, .tasks = tasks, .owner = owner, .state = SERVICE_STOPPED};
    (void)uv_timer_init(loop, &service->timer); /* cannot fail */
    service->timer.data = service;
}

void service_run(struct service *service, const struct service_spec *spec)
{
    service_run_after(service, spec, 0);
}

void service_run_after(struct service *service, const struct service_spec *spec,
                       uint64_t grace_ms)
{
    service->spec = *spec;
    service->is_wanted = true;
    service->has_worked = true; /* no pause before it starts */
    switch (service->state) {
    case SERVICE_STOPPED:
    case SERVICE_DOWN:
        spawn(service);
        break;
    case SERVICE_RUNNING:
        service->is_replaced = true;
        if (grace_ms > 0) {
            arm(service, grace_ms, 0);
            break;
        }
        enter(service, SERVICE_ENDING);
        break;
    case SERVICE_STARTING:
        service->is_replaced = true;
        enter(service, SERVICE_ENDING);
        break;
    case SERVICE_ENDING:
        break; /* its successor follows */
    }
}

void service_condemn(struct service *service, const char *said)
{
    if (service->state == SERVICE_RUNNING) {
        log_event(LEVEL_WARNING, "helper_spoke_nonsense",
                  LOG_TEXT("helper", service_name(service->spec.kind)),
                  LOG_TEXT("said", said));
        punish(service, "spoke nonsense");
    }
}

int service_send(struct service *service, const struct message *message)
{
    if (service->state != SERVICE_RUNNING) {
        return UV_EPIPE;
    }
    int error = child_send(&service->child, message);
    if (error != 0) {
        log_event(LEVEL_WARNING, "helper_does_not_read",
                  LOG_TEXT("helper", service_name(service->spec.kind)),
                  LOG_TEXT("error", strerror(-error)));
        punish(service, "does not read");
    }
    return error;
}

void service_has_worked(struct service *service)
{
    service->has_worked = true;
}

void service_take_vitals(struct service *service, const struct vitals *vitals)
{
    service->vitals = *vitals;
    service->vitals_ms = clock_monotonic_ms();
}

void service_finish_by_itself(struct service *service)
{
    service->is_wanted = false;
    if (service->state == SERVICE_DOWN) {
        enter(service, SERVICE_STOPPED);
    }
}

void service_stop(struct service *service)
{
    service->is_wanted = false;
    if (service->state == SERVICE_DOWN) {
        enter(service, SERVICE_STOPPED);
    } else if (service->state != SERVICE_STOPPED) {
        enter(service, SERVICE_ENDING);
    }
}

void service_show(const struct service *service, struct board_service *shown)
{
    bool runs = service->child.state != CHILD_NONE;

    *shown = (struct board_service){
        .kind = service->spec.kind,
        .pid = runs ? service->child.pid : 0,
        .generation = service->generation,
        .started_ms = service->child.started_ms,
        .starts = service->starts,
        .restarts = service->restarts,
        .last_exit_status = service->last_status,
        .is_ready = service->state == SERVICE_RUNNING,
    };
    if (runs && service->vitals_ms != 0) {
        shown->vitals = service->vitals;
        shown->vitals_ms = service->vitals_ms;
    }
    (void)text_copy(shown->note, sizeof(shown->note),
                    service->state == SERVICE_ENDING ? "ending"
                                                     : ""); /* fits */
}
