/*
 * metrics_instances.c - the metric families with a line or more an instance.
 *
 * A family stands together in the text, so each walks over all instances.
 * What watchers are told is shown: an expired claim counts as `unknown`.
 */
#include <stddef.h>
#include <string.h>

#include "console/metrics.h"

#define PREFIX "sentinel_agent_instance_"

/* A counter: its name, what it means, and where it stands. */
struct counter {
    const char *name;
    const char *help;
    size_t offset; /* in struct instance_counters */
};

#define COUNTER(field, name, help)                                   \
    {                                                                \
        PREFIX name, help, offsetof(struct instance_counters, field) \
    }

static const struct counter counters[] = {
    COUNTER(rounds, "rounds_total", "Rounds that gave their outcome."),
    COUNTER(attempts, "attempts_total", "Probes started."),
    COUNTER(overruns, "overruns_total",
            "Rounds still busy when the next one was due."),
    COUNTER(changes, "state_changes_total", "Changes of the claimed state."),
    COUNTER(restarts, "redis_restarts_total",
            "Restarts of Redis, seen by its run id."),
};

/* Calls for each instance that can be shown. */
typedef void (*instance_writer)(const struct snapshot *snapshot,
                                const struct board_instance *instance,
                                struct body *body);

static void for_each(const struct snapshot *snapshot, instance_writer write,
                     struct body *body)
{
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        if (instance != NULL) {
            write(snapshot, instance, body);
        }
    }
}

void metrics_write_start(struct body *body, const char *metric,
                         const struct board_instance *instance)
{
    body_text(body, metric);
    body_text(body, "{name=\"");
    body_label(body, instance->settings.name);
    body_text(body, "\"");
}

void metrics_write_label(struct body *body, const char *label, const char *text)
{
    body_text(body, ",");
    body_text(body, label);
    body_text(body, "=\"");
    body_label(body, text);
    body_text(body, "\"");
}

static void write_bit(struct body *body, bool bit)
{
    body_text(body, bit ? "} 1\n" : "} 0\n");
}

static void write_count(struct body *body, uint64_t count)
{
    body_text(body, "} ");
    body_decimal(body, count);
    body_text(body, "\n");
}

static const char *shown_mode(const struct snapshot *snapshot,
                              const struct board_instance *instance)
{
    bool is_fresh = snapshot_has_fresh_facts(snapshot, instance);
    return mode_name(is_fresh ? instance->instance.facts.mode : MODE_UNKNOWN);
}

static void write_info(const struct snapshot *snapshot,
                       const struct board_instance *instance, struct body *body)
{
    struct verdict shown;
    snapshot_shown(snapshot, instance, &shown);
    metrics_write_start(body, PREFIX "info", instance);
    metrics_write_label(
        body, "addr",
        address_text(board_settings_published(&instance->settings)).text);
    metrics_write_label(body, "role", role_name(shown.role));
    metrics_write_label(body, "version", shown.version);
    metrics_write_label(body, "mode", shown_mode(snapshot, instance));
    write_bit(body, true);
}

static void write_reason(const struct snapshot *snapshot,
                         const struct board_instance *instance,
                         struct body *body)
{
    struct verdict shown;
    snapshot_shown(snapshot, instance, &shown);
    if (shown.reason == REASON_NONE) {
        return;
    }
    metrics_write_start(body, PREFIX "reason", instance);
    metrics_write_label(body, "reason", reason_name(shown.reason));
    write_bit(body, true);
}

static void write_state(const struct snapshot *snapshot,
                        const struct board_instance *instance,
                        struct body *body)
{
    struct verdict shown;
    snapshot_shown(snapshot, instance, &shown);
    for (int i = STATE_NONE + 1; i < STATE_COUNT; i++) {
        metrics_write_start(body, PREFIX "state", instance);
        metrics_write_label(body, "state", state_name((enum state)i));
        write_bit(body, shown.state == (enum state)i);
    }
}

static void write_readable(const struct snapshot *snapshot,
                           const struct board_instance *instance,
                           struct body *body)
{
    struct verdict shown;
    snapshot_shown(snapshot, instance, &shown);
    metrics_write_start(body, PREFIX "readable", instance);
    write_bit(body, shown.readable == ABILITY_YES);
}

static void write_writable(const struct snapshot *snapshot,
                           const struct board_instance *instance,
                           struct body *body)
{
    struct verdict shown;
    snapshot_shown(snapshot, instance, &shown);
    metrics_write_start(body, PREFIX "writable", instance);
    write_bit(body, shown.writable == ABILITY_YES);
}

static void write_published(const struct snapshot *snapshot,
                            const struct board_instance *instance,
                            struct body *body)
{
    const struct claim *claim = &instance->instance.claim;
    (void)snapshot; /* of the writers' common shape */
    metrics_write_start(body, PREFIX "published", instance);
    write_bit(body, claim->version > 0 &&
                        instance->instance.publication.claim_version ==
                            claim->version);
}

static void write_success_age(const struct snapshot *snapshot,
                              const struct board_instance *instance,
                              struct body *body)
{
    uint64_t last_ms = instance->instance.last_success_ms;
    if (last_ms == 0) {
        return;
    }
    metrics_write_start(body, PREFIX "last_success_age_seconds", instance);
    body_text(body, "} ");
    metrics_write_seconds(body, snapshot_age_ms(snapshot, last_ms));
}

static void write_outcomes(const struct snapshot *snapshot,
                           const struct board_instance *instance,
                           struct body *body)
{
    const struct instance_counters *counts = &instance->instance.counters;
    static const char name[] = PREFIX "outcomes_total";
    (void)snapshot; /* of the writers' common shape */
    uint64_t known = counts->good + counts->bad + counts->agent;
    metrics_write_start(body, name, instance);
    metrics_write_label(body, "class", "good");
    write_count(body, counts->good);
    metrics_write_start(body, name, instance);
    metrics_write_label(body, "class", "bad");
    write_count(body, counts->bad);
    metrics_write_start(body, name, instance);
    metrics_write_label(body, "class", "agent");
    write_count(body, counts->agent);
    metrics_write_start(body, name, instance);
    metrics_write_label(body, "class", "other");
    write_count(body, counts->rounds > known ? counts->rounds - known : 0);
}

/* Only reasons it ever had: of most there are none. */
static void write_failures(const struct snapshot *snapshot,
                           const struct board_instance *instance,
                           struct body *body)
{
    const struct instance_counters *counts = &instance->instance.counters;
    (void)snapshot; /* of the writers' common shape */
    for (int i = 0; i < REASON_COUNT; i++) {
        if (counts->failures[i] > 0) {
            metrics_write_start(body, PREFIX "failures_total", instance);
            metrics_write_label(body, "reason", reason_name((enum reason)i));
            write_count(body, counts->failures[i]);
        }
    }
}

static void write_counter(const struct snapshot *snapshot,
                          const struct counter *counter, struct body *body)
{
    metrics_write_head(body, counter->name, "counter", counter->help);
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        if (instance == NULL) {
            continue;
        }
        const char *counts = (const char *)&instance->instance.counters;
        uint64_t count;
        memcpy(&count, counts + counter->offset, sizeof count);
        metrics_write_start(body, counter->name, instance);
        write_count(body, count);
    }
}

void metrics_write_instances(const struct snapshot *snapshot, struct body *body)
{
    metrics_write_head(body, PREFIX "info", "gauge",
                       "What the instance is; always 1.");
    for_each(snapshot, write_info, body);
    metrics_write_head(body, PREFIX "state", "gauge",
                       "1 for the state watchers are told, 0 for the others.");
    for_each(snapshot, write_state, body);
    metrics_write_head(body, PREFIX "reason", "gauge",
                       "Why it is in that state; always 1.");
    for_each(snapshot, write_reason, body);
    metrics_write_head(body, PREFIX "readable", "gauge",
                       "1 while a client can read.");
    for_each(snapshot, write_readable, body);
    metrics_write_head(body, PREFIX "writable", "gauge",
                       "1 while a client can write.");
    for_each(snapshot, write_writable, body);
    metrics_write_head(body, PREFIX "published", "gauge",
                       "1 while ZooKeeper is known to hold the claim.");
    for_each(snapshot, write_published, body);
    metrics_write_head(body, PREFIX "last_success_age_seconds", "gauge",
                       "Since the start of the last probe that found it up.");
    for_each(snapshot, write_success_age, body);
    metrics_write_head(body, PREFIX "outcomes_total", "counter",
                       "Outcomes of rounds: good (up), bad (down), agent (our "
                       "own fault), other.");
    for_each(snapshot, write_outcomes, body);
    metrics_write_head(body, PREFIX "failures_total", "counter",
                       "Outcomes other than up, by reason.");
    for_each(snapshot, write_failures, body);
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        write_counter(snapshot, &counters[i], body);
    }
}
