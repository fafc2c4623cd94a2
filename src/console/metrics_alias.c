/*
 * metrics_alias.c - redis_up, as redis_exporter says it, when it is asked for:
 * alerts that were made for that one go on working. 1 while a client can read.
 */
#include "console/metrics.h"

void metrics_write_alias(const struct snapshot *snapshot, struct body *body)
{
    if (!snapshot->agent.redis_up_alias) {
        return;
    }
    metrics_write_head(body, "redis_up", "gauge",
                       "1 while a client can read; redis_exporter's name.");
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        if (instance == NULL) {
            continue;
        }
        struct verdict shown;
        snapshot_shown(snapshot, instance, &shown);
        metrics_write_start(body, "redis_up", instance);
        metrics_write_label(
            body, "addr",
            address_text(board_settings_published(&instance->settings)).text);
        body_text(body, shown.readable == ABILITY_YES ? "} 1\n" : "} 0\n");
    }
}
