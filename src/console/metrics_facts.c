/*
 * metrics_facts.c - what a full flight learnt of Redis beside the verdict: a
 * gauge family a fact, and one with the age of all of them.
 *
 * A graph shows the present, so facts that are not fresh leave no line: a gap
 * says more than the figures of a server that may be no more.
 */
#include "console/metrics.h"

#include "base/text.h"

#define PREFIX "sentinel_agent_redis_"
#define METRIC_BYTES 96

/* NULL if its facts cannot be shown. */
static const struct board_instance *fresh_instance(
    const struct snapshot *snapshot, uint32_t index)
{
    const struct board_instance *instance = snapshot_instance(snapshot, index);
    return instance != NULL && snapshot_has_fresh_facts(snapshot, instance)
               ? instance
               : NULL;
}

/* The head comes with the first line: nobody needs an empty family. */
static void write_fact(const struct snapshot *snapshot, enum fact fact,
                       struct body *body)
{
    char metric[METRIC_BYTES];
    bool has_head = false;
    (void)text_format(metric, sizeof metric, PREFIX "%s",
                      fact_metric(fact)); /* fits */
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = fresh_instance(snapshot, i);
        if (instance == NULL ||
            instance->instance.facts.values[fact] == FACT_UNKNOWN) {
            continue;
        }
        if (!has_head) {
            metrics_write_head(body, metric, "gauge", fact_help(fact));
            has_head = true;
        }
        metrics_write_start(body, metric, instance);
        body_text(body, "} ");
        body_decimal(body, (uint64_t)instance->instance.facts.values[fact]);
        body_text(body, "\n");
    }
}

static void write_age(const struct snapshot *snapshot, struct body *body)
{
    static const char metric[] = PREFIX "facts_age_seconds";
    metrics_write_head(body, metric, "gauge",
                       "Since the probe that told what stands under this "
                       "prefix.");
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = fresh_instance(snapshot, i);
        if (instance != NULL) {
            metrics_write_start(body, metric, instance);
            body_text(body, "} ");
            metrics_write_seconds(
                body, snapshot_age_ms(snapshot, instance->instance.facts_ms));
        }
    }
}

void metrics_write_facts(const struct snapshot *snapshot, struct body *body)
{
    for (int i = 0; i < FACT_COUNT; i++) {
        write_fact(snapshot, (enum fact)i, body);
    }
    write_age(snapshot, body);
}
