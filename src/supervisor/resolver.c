/*
 * resolver.c - see resolver.h. `turn` does after everything that happens what
 * there is to do: lookups are tended to, news are told, probes that waited
 * are sent, and the timer is set to when that is due again.
 */
#include "supervisor/resolver.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "model/bounds.h"
#include "supervisor/ensemble.h"
#include "supervisor/helpers.h"
#include "supervisor/leaving.h"
#include "supervisor/orders.h"
#include "supervisor/supervisor.h"

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
    engine_note_address(supervisor->engine, instance,
                        errands_used(resolver->errands, instance));
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

/* --- the publisher's servers ---------------------------------------------- */

/* Until when all of them are waited for; UINT64_MAX = not any more, or
 * nobody waits. */
static uint64_t patient_until_ms(const struct resolver *resolver)
{
    uint64_t end_ms = resolver->wanted_ms + RESOLVER_SERVERS_MS;

    return resolver->wanted_ms != 0 && clock_monotonic_ms() < end_ms
               ? end_ms
               : UINT64_MAX;
}

static void tell_servers(struct resolver *resolver)
{
    const struct names *names = &resolver->errands->names;
    const char *servers = resolver->supervisor->settings->zookeeper_servers;
    char text[SETTINGS_SERVERS_BYTES];

    if (resolver->wanted_ms == 0 ||
        (patient_until_ms(resolver) != UINT64_MAX &&
         ensemble_is_awaited(names, servers)) ||
        ensemble_write(names, servers, text, sizeof(text)) != 0) {
        return;
    }
    resolver->wanted_ms = 0;
    helpers_tell_servers(resolver->supervisor, text);
}

/* --- a turn --------------------------------------------------------------- */

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

/* What helpers said while we stood still is heard before they are judged. */
static void forgive_stall(struct resolver *resolver)
{
    uint64_t now_ms = clock_monotonic_ms();

    if (resolver->armed_ms < now_ms &&
        now_ms - resolver->armed_ms > SUPERVISOR_LATE_MS) {
        names_forgive(&resolver->errands->names,
                      now_ms - resolver->armed_ms + BOUNDS_GRACE_MS);
        resolver->armed_ms = now_ms; /* the timer is about to fire */
    }
}

static void handle_timer(uv_timer_t *timer)
{
    struct resolver *resolver = timer->data;

    forgive_stall(resolver);
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
    forgive_stall(resolver);
    for (int i = 0; i < NAMES_LANES; i++) {
        lookup_tend(&resolver->lookups[i], clock_monotonic_ms());
    }
    tell_news(resolver);
    tell_servers(resolver);
    for (int i = 0; i < NAMES_LANES; i++) {
        next_ms = earlier(next_ms, lookup_next_ms(&resolver->lookups[i]));
    }
    next_ms = earlier(next_ms, patient_until_ms(resolver));
    arm(resolver, earlier(next_ms, errands_next_ms(resolver->errands)));
}

static void handle_lookup(struct lookup *lookup)
{
    struct resolver *resolver = lookup->owner;

    turn(resolver);
    leaving_on_helper_gone(resolver->supervisor);
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
        resolver->lookups[i] = (struct lookup){
            .owner = resolver,
            .loop = loop,
            .tasks = supervisor->tasks,
            .program = supervisor->programs->prober,
            .names = &errands->names,
            .lane = (enum names_lane)i,
            .on_event = handle_lookup,
        };
    }
}

void resolver_start(struct resolver *resolver)
{
    turn(resolver);
}

void resolver_replace(struct resolver *resolver, struct errands *errands)
{
    errands_adopt(errands, resolver->errands);
    errands_destroy(resolver->errands);
    resolver->errands = errands;
    for (int i = 0; i < NAMES_LANES; i++) {
        lookup_dismiss(&resolver->lookups[i], clock_monotonic_ms());
        resolver->lookups[i].names = &errands->names;
    }
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
    if (event->result->verdict.state == STATE_DOWN) { /* it may hurry */
        arm(resolver, lookup_next_ms(&resolver->lookups[NAMES_TOGETHER]));
    }
    return is_none_yet && send_probe(resolver, instance, now_ms);
}

void resolver_want_servers(struct resolver *resolver)
{
    resolver->wanted_ms = clock_monotonic_ms();
    tell_servers(resolver);
    arm(resolver, patient_until_ms(resolver));
}

void resolver_doubt_servers(struct resolver *resolver)
{
    resolver->wanted_ms = 0;
    ensemble_hurry(&resolver->errands->names,
                   resolver->supervisor->settings->zookeeper_servers,
                   clock_monotonic_ms());
    arm(resolver, lookup_next_ms(&resolver->lookups[NAMES_TOGETHER]));
}

void resolver_stop(struct resolver *resolver)
{
    resolver->is_stopped = true;
    (void)uv_timer_stop(&resolver->timer); /* cannot fail */
    for (int i = 0; i < NAMES_LANES; i++) {
        lookup_stop(&resolver->lookups[i]);
    }
}

bool resolver_is_idle(const struct resolver *resolver)
{
    for (int i = 0; i < NAMES_LANES; i++) {
        if (!lookup_is_idle(&resolver->lookups[i])) {
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
