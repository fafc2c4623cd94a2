/*
 * resolver.c - see resolver.h. One round of `turn` after everything that
 * happens:
 *
 *   lane without process   something is due         started
 *   lane with a process    something is due         told
 *                          nothing under way        retired
 *                          something late           killed; the others again
 *                          dies by itself           names_on_crash
 *                          still there              killed again
 */
#include "supervisor/resolver.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "supervisor/leaving.h"
#include "supervisor/orders.h"
#include "supervisor/supervisor.h"

#define HELPER_NAME "sentinel-prober"
#define HELPER_ROLE "resolve"
#define KILL_AGAIN_MS 1000

static void turn(struct resolver *resolver);

/* --- probes --------------------------------------------------------------- */

static uint32_t count_of(const struct resolver *resolver)
{
    return resolver->errands->settings->instance_count;
}

static bool send_probe(struct resolver *resolver, uint32_t instance,
                       uint64_t now_ms)
{
    struct supervisor *supervisor = resolver->supervisor;
    const struct engine_action *action =
        &resolver->errands->list[instance].action;
    struct message_probe probe;

    orders_compose(supervisor->settings, action,
                   engine_instance(supervisor->engine, instance), &probe);
    errands_address(resolver->errands, instance, now_ms, &probe);
    return prober_pool_probe(&supervisor->pool, action->prober, &probe);
}

/* Those of probers that are gone are lost with them: the engine knows. */
static void send_ready(struct resolver *resolver, uint64_t now_ms)
{
    for (uint32_t i = 0; i < count_of(resolver); i++) {
        if (errands_take_ready(resolver->errands, i, now_ms)) {
            (void)send_probe(resolver, i, now_ms);
        }
    }
}

static void log_news(const struct name *name)
{
    if (name->state == NAME_GOOD) {
        log_event(LEVEL_INFO, "name_resolved", LOG_TEXT("name", name->host),
                  LOG_TEXT("address", name->addresses[0]),
                  LOG_NUMBER("addresses", name->count));
    } else {
        log_event(
            LEVEL_WARNING, "name_not_resolved", LOG_TEXT("name", name->host),
            LOG_TEXT("why", name->trouble),
            LOG_TEXT("address", name->count > 0 ? name->addresses[0] : ""));
    }
}

/* Whoever has another address is probed anew. */
static void tell_news(struct resolver *resolver)
{
    struct errands *errands = resolver->errands;
    struct engine_event event = {.kind = ENGINE_PROBE_NOW};
    uint32_t name = 0;

    while (names_take_news(&errands->names, &name)) {
        log_news(&errands->names.list[name]);
        errands_on_news(errands, name);
    }
    send_ready(resolver, clock_monotonic_ms());
    for (; event.instance < count_of(resolver); event.instance++) {
        if (errands_take_news(errands, event.instance)) {
            supervisor_feed(resolver->supervisor, &event);
        }
    }
}

/* --- a process and its end ------------------------------------------------ */

/* Its questions are the table's again before this. */
static void dismiss(struct resolver_lane *lane, uint64_t now_ms)
{
    lane->is_dismissed = true;
    lane->kill_ms = now_ms + KILL_AGAIN_MS;
    child_kill(&lane->child);
}

static void pause_after_death(struct resolver_lane *lane, uint64_t now_ms)
{
    lane->start_ms = now_ms + lane->pause_ms;
    lane->pause_ms =
        lane->pause_ms == 0 ? RESOLVER_PAUSE_LEAST_MS : 2 * lane->pause_ms;
    if (lane->pause_ms > RESOLVER_PAUSE_MOST_MS) {
        lane->pause_ms = RESOLVER_PAUSE_MOST_MS;
    }
}

static void take_death(struct resolver_lane *lane, const char *how)
{
    struct names *names = &lane->resolver->errands->names;
    uint64_t now_ms = clock_monotonic_ms();
    uint32_t asked = names_asked(names, lane->number);

    if (asked > 0) {
        log_event(LEVEL_WARNING, "resolver_ended", LOG_TEXT("how", how),
                  LOG_NUMBER("pid", lane->child.pid),
                  LOG_NUMBER("lookups", asked));
        names_on_crash(names, lane->number, now_ms);
        pause_after_death(lane, now_ms);
    }
}

static void handle_over(struct child *child)
{
    struct resolver_lane *lane = child->owner;
    struct resolver *resolver = lane->resolver;
    char how[64];

    progress_destroy(lane->progress);
    lane->progress = NULL;
    lane->is_alive = false;
    if (!lane->is_dismissed) {
        child_describe_end(child, how, sizeof(how));
        take_death(lane, how);
    }
    turn(resolver);
    leaving_on_helper_gone(resolver->supervisor);
}

static void handle_ended(struct child *child, int status)
{
    struct resolver_lane *lane = child->owner;

    if (child_nonsense(status) != NULL && !lane->is_dismissed) {
        take_death(lane, "spoke nonsense");
        lane->is_dismissed = true;
    }
    child_kill(child); /* it can say nothing more */
}

static void handle_message(struct child *child, const struct message *message)
{
    struct resolver_lane *lane = child->owner;
    struct resolver *resolver = lane->resolver;
    uint64_t now_ms = clock_monotonic_ms();

    if (lane->is_dismissed || message->kind == MESSAGE_PROBER_HELLO) {
        return;
    }
    if (message->kind != MESSAGE_RESOLVED ||
        names_on_resolved(&resolver->errands->names, lane->number,
                          &message->resolved, now_ms) != 0) {
        take_death(lane, "spoke nonsense");
        dismiss(lane, now_ms);
    } else {
        lane->pause_ms = 0;
    }
    turn(resolver);
}

static int start(struct resolver_lane *lane)
{
    struct supervisor *supervisor = lane->resolver->supervisor;
    struct child_spec spec = {
        .program = supervisor->programs->prober,
        .name = HELPER_NAME,
        .role = HELPER_ROLE,
        .service = SERVICE_RESOLVER,
        .incoming = FROM_PROBER,
        .generation = ++lane->resolver->generation,
        .on_message = handle_message,
        .on_ended = handle_ended,
        .on_over = handle_over,
    };

    spec.shared_fd = progress_create(&lane->progress);
    if (spec.shared_fd < 0) {
        return spec.shared_fd;
    }
    int error = child_start(&lane->child, &supervisor->loop, supervisor->tasks,
                            &spec, lane);
    (void)close(spec.shared_fd); /* the child has its own */
    if (error != 0) {
        progress_destroy(lane->progress);
        lane->progress = NULL;
        return error;
    }
    lane->is_alive = true;
    lane->is_dismissed = false;
    lane->is_retired = false;
    lane->kill_ms = 0;
    return 0;
}

/* --- a turn --------------------------------------------------------------- */

/* There is a process for the question. */
static bool is_open(struct resolver_lane *lane, uint64_t now_ms)
{
    if (lane->is_alive) {
        return !lane->is_dismissed && !lane->is_retired;
    }
    if (now_ms < lane->start_ms) {
        return false;
    }
    int error = start(lane);
    if (error != 0) {
        log_event(LEVEL_ERROR, "resolver_not_started",
                  LOG_TEXT("error", strerror(-error)));
        pause_after_death(lane, now_ms);
    }
    return error == 0;
}

static void ask(struct resolver_lane *lane, uint64_t now_ms)
{
    struct names *names = &lane->resolver->errands->names;
    struct message message = {.kind = MESSAGE_RESOLVE};

    if (names_due_ms(names, lane->number) > now_ms) {
        return;
    }
    while (is_open(lane, now_ms) &&
           names_ask(names, lane->number, now_ms, &message.resolve)) {
        if (child_send(&lane->child, &message) != 0) {
            take_death(lane, "does not read");
            dismiss(lane, now_ms);
        }
    }
}

static void retire(struct resolver_lane *lane, uint64_t now_ms)
{
    lane->is_retired = true;
    lane->kill_ms = now_ms + RESOLVER_RETIRE_MS;
    if (child_send(&lane->child, &(struct message){.kind = MESSAGE_RETIRE}) !=
        0) {
        dismiss(lane, now_ms);
    }
}

static bool is_working(const struct resolver_lane *lane)
{
    return lane->is_alive && !lane->is_dismissed && !lane->is_retired;
}

static void tend(struct resolver_lane *lane, uint64_t now_ms)
{
    struct names *names = &lane->resolver->errands->names;

    if (is_working(lane) && names_late_ms(names, lane->number) <= now_ms) {
        log_event(LEVEL_DEBUG, "resolver_late",
                  LOG_NUMBER("pid", lane->child.pid));
        names_on_late(names, lane->number, now_ms);
        dismiss(lane, now_ms);
    }
    ask(lane, now_ms);
    if (is_working(lane) && names_asked(names, lane->number) == 0) {
        retire(lane, now_ms);
    }
    if (lane->is_alive && lane->kill_ms != 0 && lane->kill_ms <= now_ms) {
        dismiss(lane, now_ms);
    }
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

static uint64_t next_of(const struct resolver_lane *lane)
{
    const struct names *names = &lane->resolver->errands->names;
    uint64_t due_ms = names_due_ms(names, lane->number);

    if (is_working(lane)) {
        return earlier(due_ms, names_late_ms(names, lane->number));
    }
    if (lane->is_alive) {
        return lane->kill_ms; /* its end is a turn of its own */
    }
    return due_ms > lane->start_ms ? due_ms : lane->start_ms;
}

static void handle_timer(uv_timer_t *timer)
{
    struct resolver *resolver = timer->data;

    resolver->armed_ms = UINT64_MAX;
    turn(resolver);
}

static void arm(struct resolver *resolver, uint64_t at_ms)
{
    uint64_t now_ms = clock_monotonic_ms();

    if (at_ms >= resolver->armed_ms || resolver->is_stopped) {
        return; /* early does no harm */
    }
    resolver->armed_ms = at_ms;
    uv_update_time(&resolver->supervisor->loop);
    (void)uv_timer_start(&resolver->timer, handle_timer,
                         at_ms > now_ms ? at_ms - now_ms : 0,
                         0); /* initialized */
}

/* Feeding the engine may bring new probes, and those only arm the timer. */
static void turn(struct resolver *resolver)
{
    uint64_t next_ms = UINT64_MAX;

    if (resolver->is_stopped ||
        resolver->supervisor->state != SUPERVISOR_RUNNING) {
        return;
    }
    for (int i = 0; i < NAMES_LANES; i++) {
        tend(&resolver->lanes[i], clock_monotonic_ms());
    }
    tell_news(resolver);
    for (int i = 0; i < NAMES_LANES; i++) {
        next_ms = earlier(next_ms, next_of(&resolver->lanes[i]));
    }
    arm(resolver, earlier(next_ms, errands_next_ms(resolver->errands)));
}

/* --- public --------------------------------------------------------------- */

void resolver_init(struct resolver *resolver, struct supervisor *supervisor,
                   uv_loop_t *loop, struct errands *errands)
{
    memset(resolver, 0, sizeof(*resolver));
    resolver->supervisor = supervisor;
    resolver->errands = errands;
    resolver->armed_ms = UINT64_MAX;
    (void)uv_timer_init(loop, &resolver->timer); /* cannot fail */
    resolver->timer.data = resolver;
    for (int i = 0; i < NAMES_LANES; i++) {
        resolver->lanes[i].resolver = resolver;
        resolver->lanes[i].number = (enum names_lane)i;
    }
}

void resolver_start(struct resolver *resolver)
{
    turn(resolver);
}

static void dismiss_all(struct resolver *resolver)
{
    for (int i = 0; i < NAMES_LANES; i++) {
        if (resolver->lanes[i].is_alive) {
            dismiss(&resolver->lanes[i], clock_monotonic_ms());
        }
    }
}

void resolver_replace(struct resolver *resolver, struct errands *errands)
{
    dismiss_all(resolver);
    errands_adopt(errands, resolver->errands);
    errands_destroy(resolver->errands);
    resolver->errands = errands;
}

void resolver_probe(struct resolver *resolver,
                    const struct engine_action *action)
{
    uint64_t now_ms = clock_monotonic_ms();

    if (errands_begin(resolver->errands, action, now_ms)) {
        (void)send_probe(resolver, action->instance, now_ms); /* as above */
    } else {
        arm(resolver, now_ms + action->timeout_ms);
    }
}

bool resolver_takes_result(struct resolver *resolver,
                           const struct engine_event *event)
{
    struct supervisor *supervisor = resolver->supervisor;
    uint64_t now_ms = clock_monotonic_ms();

    if (resolver->errands->names.count == 0 || resolver->is_stopped) {
        return false;
    }
    const struct task *task =
        tasks_find(supervisor->tasks, event->result->task);
    if (task == NULL || task->kind != TASK_PROBE) {
        return false;
    }
    uint32_t instance = (uint32_t)task->instance;
    bool is_none_yet = errands_on_result(resolver->errands, instance,
                                         event->prober, event->result, now_ms);
    arm(resolver, next_of(&resolver->lanes[NAMES_TOGETHER])); /* may hurry */
    return is_none_yet && send_probe(resolver, instance, now_ms);
}

void resolver_stop(struct resolver *resolver)
{
    resolver->is_stopped = true;
    (void)uv_timer_stop(&resolver->timer); /* cannot fail */
    dismiss_all(resolver);
}

bool resolver_is_idle(const struct resolver *resolver)
{
    for (int i = 0; i < NAMES_LANES; i++) {
        if (resolver->lanes[i].is_alive) {
            return false;
        }
    }
    return true;
}

void resolver_finish(struct resolver *resolver)
{
    errands_destroy(resolver->errands);
    resolver->errands = NULL;
}
