/*
 * orders.c - see orders.h.
 */
#include "supervisor/orders.h"

#include "base/text.h"

/* What a prober cannot know, for it sees the instance for the first time. */
static void tell_belief(const struct instance *belief,
                        struct message_probe *probe)
{
    probe->is_cluster = belief->facts.mode == MODE_CLUSTER;
    probe->was_loading = belief->was_loading;
    probe->pid = belief->facts.pid;
    probe->start_ticks = belief->facts.start_ticks;
}

void orders_compose(const struct settings *settings,
                    const struct engine_action *action,
                    const struct instance *belief, struct message_probe *probe)
{
    const struct instance_settings *instance =
        &settings->instances[action->instance];

    *probe = (struct message_probe){
        .task = action->task,
        .timeout_ms = action->timeout_ms,
        .is_deep = action->is_deep,
        .canary = instance->canary,
        .max_lag_ms = instance->max_lag_ms,
        .max_gap = instance->max_gap,
        .access = *settings_access(settings, action->instance),
    };
    (void)text_copy(probe->addr, sizeof(probe->addr),
                    address_text(&instance->addr).text); /* the same size */
    tell_belief(belief, probe);
    instance_access_name_server(&probe->access, &instance->addr);
}
