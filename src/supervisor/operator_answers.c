/*
 * operator_answers.c - see operator_answers.h.
 */
#include "supervisor/operator_answers.h"

#include <string.h>

#include "base/text.h"
#include "supervisor/scoreboard.h"
#include "supervisor/supervisor.h"

#define TYPO_DISTANCE 2

void operator_answers_give(struct operator_desk *desk, uint32_t id,
                           enum order_outcome outcome, const char *text)
{
    struct message message = {.kind = MESSAGE_ORDERED,
                              .ordered = {.id = id, .outcome = outcome}};

    scoreboard_update(desk->supervisor); /* who is told may look at once */
    (void)text_escape(message.ordered.text, sizeof(message.ordered.text), text,
                      strlen(text)); /* may be cut */
    (void)service_send(&desk->supervisor->console,
                       &message); /* replaced if it fails */
}

void operator_answers_about(struct operator_desk *desk,
                            const struct message_order *order,
                            enum order_outcome outcome, const char *what)
{
    char text[VERDICT_DETAIL_BYTES];

    (void)text_format(text, sizeof(text), "%s %s", order->name,
                      what); /* may be cut */
    operator_answers_give(desk, order->id, outcome, text);
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

void operator_answers_no_such(struct operator_desk *desk,
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
            operator_answers_give(desk, order->id, ORDER_NO_SUCH_INSTANCE,
                                  text);
            return;
        }
    }
    if (settings->instance_count > 0) {
        (void)text_append(text, sizeof(text),
                          "; there are: "); /* room enough */
        append_names(settings, text, sizeof(text));
    }
    operator_answers_give(desk, order->id, ORDER_NO_SUCH_INSTANCE, text);
}

bool operator_answers_find(const struct operator_desk *desk, const char *name,
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
