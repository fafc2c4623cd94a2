/*
 * operator_desk.c - see operator_desk.h.
 *
 *   order -> refused, with why
 *         -> drains changed -> file -> engine, log -> done
 *         -> reload -> its end, or time -> done or refused
 */
#include "supervisor/operator_desk.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "supervisor/drains_file.h"
#include "supervisor/supervisor.h"

#define TYPO_DISTANCE 2

/* --- answering ----------------------------------------------------------- */

static void answer(struct operator_desk *desk, uint32_t id,
                   enum order_outcome outcome, const char *text)
{
    struct message message = {.kind = MESSAGE_ORDERED,
                              .ordered = {.id = id, .outcome = outcome}};

    (void)text_escape(message.ordered.text, sizeof(message.ordered.text), text,
                      strlen(text)); /* may be cut */
    (void)service_send(&desk->supervisor->console,
                       &message); /* replaced if it fails */
}

static void answer_about(struct operator_desk *desk,
                         const struct message_order *order,
                         enum order_outcome outcome, const char *what)
{
    char text[VERDICT_DETAIL_BYTES];

    (void)text_format(text, sizeof(text), "%s %s", order->name,
                      what); /* may be cut */
    answer(desk, order->id, outcome, text);
}

static void append_names(const struct settings *settings, char *text,
                         size_t size)
{
    static const char more[] = ", ...";
    size_t room = size - sizeof(more);

    for (uint32_t i = 0; i < settings->instance_count; i++) {
        const char *name = settings->instances[i].name;
        if (strlen(text) + strlen(", ") + strlen(name) > room) {
            (void)text_append(text, size, more); /* there is room for that */
            return;
        }
        (void)text_append(text, size, "%s%s", i > 0 ? ", " : "",
                          name); /* looked at just now */
    }
}

/* The nearest name, or the first ones of all. */
static void answer_no_such(struct operator_desk *desk,
                           const struct message_order *order)
{
    const struct settings *settings = desk->supervisor->settings;
    char text[VERDICT_DETAIL_BYTES];

    (void)text_format(text, sizeof(text), "no instance is named %s",
                      order->name); /* room enough */
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        const char *name = settings->instances[i].name;
        if (text_distance(order->name, name) <= TYPO_DISTANCE) {
            (void)text_append(text, sizeof(text), "; did you mean %s?",
                              name); /* may be cut */
            answer(desk, order->id, ORDER_NO_SUCH_INSTANCE, text);
            return;
        }
    }
    if (settings->instance_count > 0) {
        (void)text_append(text, sizeof(text),
                          "; there are: "); /* room enough */
        append_names(settings, text, sizeof(text));
    }
    answer(desk, order->id, ORDER_NO_SUCH_INSTANCE, text);
}

/* --- drain and undrain --------------------------------------------------- */

/* True, and its index, when an instance is configured by that name. */
static bool find(const struct operator_desk *desk, const char *name,
                 uint32_t *index)
{
    const struct settings *settings = desk->supervisor->settings;

    for (uint32_t i = 0; i < settings->instance_count; i++) {
        if (strcmp(settings->instances[i].name, name) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

/* On disk first; the old ones stay if that fails. */
static int keep(struct operator_desk *desk, struct drains *next)
{
    int error = drains_file_write(desk->supervisor->settings->run_dir, next);

    if (error != 0) {
        drains_finish(next);
        return error;
    }
    drains_finish(&desk->drains);
    desk->drains = *next;
    return 0;
}

static int put(struct operator_desk *desk, const char *name,
               const struct maint *maint)
{
    struct drains next;
    int error = drains_copy(&desk->drains, &next);

    if (error != 0) {
        return error;
    }
    error = drains_put(&next, name, maint);
    if (error != 0) {
        drains_finish(&next);
        return error;
    }
    return keep(desk, &next);
}

static int erase(struct operator_desk *desk, const char *name)
{
    struct drains next;
    int error = drains_copy(&desk->drains, &next);

    if (error != 0) {
        return error;
    }
    drains_remove(&next, name);
    return keep(desk, &next);
}

static void refuse_unkept(struct operator_desk *desk,
                          const struct message_order *order, int error)
{
    char text[VERDICT_DETAIL_BYTES];
    const char *why = strerror(-error);

    log_event(LEVEL_ERROR, "drains_not_kept",
              LOG_TEXT("run_dir", desk->supervisor->settings->run_dir),
              LOG_TEXT("error", why));
    (void)text_format(text, sizeof(text),
                      "nothing was changed, for it could not be kept in the "
                      "run directory: %s",
                      error == -ENOSPC && desk->drains.count == DRAINS_MOST
                          ? "there are too many drains"
                          : why); /* may be cut */
    answer(desk, order->id, ORDER_REFUSED, text);
}

static void tell_engine(struct operator_desk *desk, uint32_t index,
                        const struct maint *maint)
{
    supervisor_feed(desk->supervisor,
                    &(struct engine_event){.kind = ENGINE_MAINT,
                                           .instance = index,
                                           .maint = maint});
}

/* The time is that of the first drain; a later one has only other words. */
static struct maint make_maint(const struct operator_desk *desk,
                               const struct message_order *order)
{
    const struct maint *old = drains_find(&desk->drains, order->name);
    struct maint maint = {.is_on = true,
                          .since_wall_ms = old != NULL ? old->since_wall_ms
                                                       : clock_wall_ms()};

    /* All of them are of the same sizes. */
    (void)text_copy(maint.operator_name, sizeof(maint.operator_name),
                    order->operator_name);
    (void)text_copy(maint.reason, sizeof(maint.reason), order->reason);
    return maint;
}

static void drain(struct operator_desk *desk, const struct message_order *order)
{
    bool was_drained = drains_find(&desk->drains, order->name) != NULL;
    struct maint maint = make_maint(desk, order);
    uint32_t index = 0;

    if (!find(desk, order->name, &index)) {
        answer_no_such(desk, order);
        return;
    }
    if (order->reason[0] == '\0') {
        answer(desk, order->id, ORDER_REFUSED,
               "a drain wants a reason, for those who will read of it");
        return;
    }
    int error = put(desk, order->name, &maint);
    if (error != 0) {
        refuse_unkept(desk, order, error);
        return;
    }
    log_event(LEVEL_INFO, "drained", LOG_TEXT("name", order->name),
              LOG_TEXT("operator", order->operator_name),
              LOG_TEXT("reason", order->reason));
    tell_engine(desk, index, &maint);
    answer_about(desk, order, ORDER_DONE,
                 was_drained ? "was drained already; the reason is this now"
                             : "is drained");
}

/* What it is, now that nothing hides it. */
static void answer_lifted(struct operator_desk *desk,
                          const struct message_order *order, uint32_t index)
{
    const struct claim *claim =
        &engine_instance(desk->supervisor->engine, index)->claim;
    char what[64];

    if (claim->verdict.state == STATE_NONE) {
        answer_about(desk, order, ORDER_DONE,
                     "is drained no more; it was not probed yet");
        return;
    }
    (void)text_format(what, sizeof(what), "is drained no more: it is %s",
                      state_name(claim->verdict.state)); /* fits */
    answer_about(desk, order, ORDER_DONE, what);
}

static void undrain(struct operator_desk *desk,
                    const struct message_order *order)
{
    uint32_t index = 0;
    bool is_configured = find(desk, order->name, &index);
    bool is_drained = drains_find(&desk->drains, order->name) != NULL;

    if (!is_drained && is_configured) {
        answer_about(desk, order, ORDER_DONE, "is not drained");
        return;
    }
    if (!is_drained) {
        answer_no_such(desk, order);
        return;
    }
    int error = erase(desk, order->name);
    if (error != 0) {
        refuse_unkept(desk, order, error);
        return;
    }
    log_event(LEVEL_INFO, "undrained", LOG_TEXT("name", order->name),
              LOG_TEXT("operator", order->operator_name));
    if (is_configured) {
        tell_engine(desk, index, &(struct maint){0});
        answer_lifted(desk, order, index);
    } else {
        answer_about(desk, order, ORDER_DONE,
                     "is drained no more; it is not configured now");
    }
}

/* --- the others ---------------------------------------------------------- */

static void probe(struct operator_desk *desk, const struct message_order *order)
{
    uint32_t index = 0;

    if (!find(desk, order->name, &index)) {
        answer_no_such(desk, order);
        return;
    }
    supervisor_feed(
        desk->supervisor,
        &(struct engine_event){.kind = ENGINE_PROBE_NOW, .instance = index});
    answer_about(desk, order, ORDER_DONE, "is being probed");
}

static void answer_reload(struct operator_desk *desk,
                          enum order_outcome outcome, const char *text)
{
    uint32_t id = desk->reload_order;

    desk->reload_order = 0;
    (void)uv_timer_stop(&desk->reload_timer); /* cannot fail */
    answer(desk, id, outcome, text);
}

static void handle_reload_timer(uv_timer_t *timer)
{
    answer_reload(timer->data, ORDER_DONE,
                  "the files take long to read: the reload goes on, /status "
                  "will tell its end");
}

static void reload(struct operator_desk *desk,
                   const struct message_order *order)
{
    struct reload *reload = &desk->supervisor->reload;

    if (!reload_is_idle(reload)) {
        answer(desk, order->id, ORDER_REFUSED,
               "a reload is under way already: try again when it is over");
        return;
    }
    log_event(LEVEL_INFO, "reload_ordered",
              LOG_TEXT("operator", order->operator_name));
    desk->reload_order = order->id;
    (void)uv_timer_start(&desk->reload_timer, handle_reload_timer,
                         OPERATOR_DESK_RELOAD_MS, 0); /* initialized */
    reload_request(reload);
}

static void carry_out(struct operator_desk *desk,
                      const struct message_order *order)
{
    switch (order->verb) {
    case ORDER_DRAIN:
        drain(desk, order);
        break;
    case ORDER_UNDRAIN:
        undrain(desk, order);
        break;
    case ORDER_RELOAD:
        reload(desk, order);
        break;
    case ORDER_PROBE:
        probe(desk, order);
        break;
    case ORDER_VERB_COUNT:
        break; /* the decoder lets none through */
    }
}

static bool is_flood(struct operator_desk *desk)
{
    uint64_t now_ms = clock_monotonic_ms();

    if (now_ms - desk->counted_ms >= OPERATOR_DESK_ORDERS_MS) {
        desk->counted_ms = now_ms;
        desk->orders = 0;
    }
    desk->orders++;
    return desk->orders > OPERATOR_DESK_ORDERS_MOST;
}

/* --- public -------------------------------------------------------------- */

void operator_desk_take(struct operator_desk *desk,
                        const struct message_order *order)
{
    struct supervisor *supervisor = desk->supervisor;

    if (is_flood(desk)) {
        service_condemn(&supervisor->console, "a flood of orders");
    } else if (supervisor->state != SUPERVISOR_RUNNING) {
        answer(desk, order->id, ORDER_REFUSED, "the agent is about to end");
    } else {
        carry_out(desk, order);
    }
}

void operator_desk_on_reload(struct operator_desk *desk, const char *refused)
{
    char text[VERDICT_DETAIL_BYTES];
    uint32_t count = desk->supervisor->settings->instance_count;

    if (desk->reload_order == 0) {
        return; /* a signal asked for it, or it was answered in time */
    }
    if (refused != NULL) {
        answer_reload(desk, ORDER_REFUSED, refused);
        return;
    }
    (void)text_format(text, sizeof(text), "reloaded: %u instance%s", count,
                      count == 1 ? "" : "s"); /* fits */
    answer_reload(desk, ORDER_DONE, text);
}

uint64_t operator_desk_parting_ms(const struct operator_desk *desk)
{
    return desk->reload_order != 0 ? OPERATOR_DESK_PARTING_MS : 0;
}

/* What the board says is all that is left of them. */
static void believe_board(struct operator_desk *desk, struct engine *engine,
                          const struct settings *settings)
{
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        const struct maint *maint = &engine_instance(engine, i)->maint;
        if (maint->is_on) {
            (void)drains_put(&desk->drains, settings->instances[i].name,
                             maint); /* there are no more than instances */
        }
    }
    desk->is_file_lost = false;
}

void operator_desk_restore(struct operator_desk *desk, struct engine *engine,
                           const struct settings *settings)
{
    uint64_t now_ms = clock_monotonic_ms();
    uint64_t now_wall_ms = clock_wall_ms();

    if (desk->is_file_lost) {
        believe_board(desk, engine, settings);
    }
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        const struct maint *maint =
            drains_find(&desk->drains, settings->instances[i].name);
        if (maint != NULL) {
            engine_restore_maint(engine, i, maint, now_ms, now_wall_ms);
        } else if (engine_instance(engine, i)->maint.is_on) {
            engine_restore_maint(engine, i, &(struct maint){0}, now_ms,
                                 now_wall_ms);
        }
    }
}

void operator_desk_init(struct operator_desk *desk,
                        struct supervisor *supervisor, uv_loop_t *loop)
{
    *desk = (struct operator_desk){.supervisor = supervisor};
    (void)uv_timer_init(loop, &desk->reload_timer); /* cannot fail */
    desk->reload_timer.data = desk;
    int error = drains_file_read(supervisor->settings->run_dir, &desk->drains);
    if (error == 0 && desk->drains.count > 0) {
        log_event(LEVEL_INFO, "drains_read",
                  LOG_NUMBER("count", desk->drains.count));
    } else if (error != 0 && error != -ENOENT) {
        desk->is_file_lost = true;
        log_event(LEVEL_WARNING, "drains_not_read",
                  LOG_TEXT("run_dir", supervisor->settings->run_dir),
                  LOG_TEXT("error", strerror(-error)),
                  LOG_TEXT("now", "what the board says of them is believed"));
    }
}

void operator_desk_finish(struct operator_desk *desk)
{
    drains_finish(&desk->drains);
}
