/*
 * orders.c - see orders.h.
 */
#include "supervisor/orders.h"

#include "base/text.h"

/* Whoever names a server means that the certificate says so. */
static void name_the_server(const struct address *addr,
                            struct instance_access *access)
{
    if (access->has_tls && access->tls_server_name[0] == '\0' &&
        addr->kind == ADDRESS_NAME) {
        (void)text_copy(access->tls_server_name,
                        sizeof(access->tls_server_name),
                        addr->host); /* the same size */
    }
}

/* What a prober cannot know, for it sees the instance for the first time. */
static void tell_belief(const struct instance *belief,
                        struct message_probe *probe)
{
    probe->is_cluster = belief->facts.mode == MODE_CLUSTER;
    probe->was_loading = belief->last.reason == REASON_LOADING;
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
        .access = settings->accesses[action->instance],
    };
    (void)text_copy(probe->addr, sizeof(probe->addr),
                    instance->addr.text); /* the same size */
    tell_belief(belief, probe);
    name_the_server(&instance->addr, &probe->access);
}
