/*
 * operator_drain.c - see operator_drain.h.
 *
 *   the drains as they are to be -> file -> desk -> engine -> answer
 *                                      '-> refused; nothing has changed
 */
#include "supervisor/operator_drain.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "supervisor/drains_file.h"
#include "supervisor/operator_answers.h"
#include "supervisor/supervisor.h"

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
    operator_answers_give(desk, order->id, ORDER_REFUSED, text);
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

void operator_drain(struct operator_desk *desk,
                    const struct message_order *order)
{
    bool was_drained = drains_find(&desk->drains, order->name) != NULL;
    struct maint maint = make_maint(desk, order);
    uint32_t index = 0;

    if (!operator_answers_find(desk, order->name, &index)) {
        operator_answers_no_such(desk, order);
        return;
    }
    if (order->reason[0] == '\0') {
        operator_answers_give(
            desk, order->id, ORDER_REFUSED,
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
    operator_answers_about(desk, order, ORDER_DONE,
                           was_drained
                               ? "was drained already; the reason is this now"
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
        operator_answers_about(desk, order, ORDER_DONE,
                               "is drained no more; it was not probed yet");
        return;
    }
    (void)text_format(what, sizeof(what), "is drained no more: it is %s",
                      state_name(claim->verdict.state)); /* fits */
    operator_answers_about(desk, order, ORDER_DONE, what);
}

void operator_undrain(struct operator_desk *desk,
                      const struct message_order *order)
{
    uint32_t index = 0;
    bool is_configured = operator_answers_find(desk, order->name, &index);
    bool is_drained = drains_find(&desk->drains, order->name) != NULL;

    if (!is_drained && is_configured) {
        operator_answers_about(desk, order, ORDER_DONE, "is not drained");
        return;
    }
    if (!is_drained) {
        operator_answers_no_such(desk, order);
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
        operator_answers_about(desk, order, ORDER_DONE,
                               "is drained no more; it is not configured now");
    }
}
