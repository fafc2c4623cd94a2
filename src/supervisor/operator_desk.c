/*
 * operator_desk.c - see operator_desk.h.
 *
 *   order -> refused, with why
 *         -> drain, undrain, probe -> done
 *         -> reload -> its end, or time -> done or refused
 */
#include "supervisor/operator_desk.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "supervisor/drains_file.h"
#include "supervisor/operator_answers.h"
#include "supervisor/operator_drain.h"
#include "supervisor/supervisor.h"

static void probe(struct operator_desk *desk, const struct message_order *order)
{
    uint32_t index = 0;

    if (!operator_answers_find(desk, order->name, &index)) {
        operator_answers_no_such(desk, order);
        return;
    }
    supervisor_feed(
        desk->supervisor,
        &(struct engine_event){.kind = ENGINE_PROBE_NOW, .instance = index});
    operator_answers_about(desk, order, ORDER_DONE, "is being probed");
}

static void answer_reload(struct operator_desk *desk,
                          enum order_outcome outcome, const char *text)
{
    uint32_t id = desk->reload_order;

    desk->reload_order = 0;
    (void)uv_timer_stop(&desk->reload_timer); /* cannot fail */
    operator_answers_give(desk, id, outcome, text);
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
        operator_answers_give(
            desk, order->id, ORDER_REFUSED,
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
        operator_drain(desk, order);
        break;
    case ORDER_UNDRAIN:
        operator_undrain(desk, order);
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

static void count(struct operator_desk *desk)
{
    uint64_t now_ms = clock_monotonic_ms();

    if (now_ms - desk->counted_ms >= OPERATOR_DESK_ORDERS_MS) {
        desk->counted_ms = now_ms;
        desk->orders = 0;
    }
    desk->orders++;
}

/* --- public -------------------------------------------------------------- */

void operator_desk_take(struct operator_desk *desk,
                        const struct message_order *order)
{
    struct supervisor *supervisor = desk->supervisor;

    count(desk);
    if (desk->orders > OPERATOR_DESK_ORDERS_FLOOD) {
        service_condemn(&supervisor->console, "a flood of orders");
    } else if (desk->orders > OPERATOR_DESK_ORDERS_MOST) {
        operator_answers_give(desk, order->id, ORDER_REFUSED,
                              "too many orders within a second: try again");
    } else if (supervisor->state != SUPERVISOR_RUNNING) {
        operator_answers_give(desk, order->id, ORDER_REFUSED,
                              "the agent is about to end");
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

/* Better than a file that is lost, or lines of it: who was being worked at when
 * it was damaged must not be shown to clients by it. */
static void believe_board(struct operator_desk *desk, struct engine *engine,
                          const struct settings *settings)
{
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        const struct maint *maint = &engine_instance(engine, i)->maint;
        const char *name = settings->instances[i].name;
        if (maint->is_on && drains_find(&desk->drains, name) == NULL) {
            (void)drains_put(&desk->drains, name,
                             maint); /* if there is room for it */
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
