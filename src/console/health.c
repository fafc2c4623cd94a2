/*
 * health.c - lateness against the bounds that the configuration promises.
 *
 * An instance's outcome is due one interval after the last one, plus the
 * longest that a round may take, plus the slip a round's start is allowed.
 */
#include "console/health.h"

#include <inttypes.h>

#include "model/bounds.h"

uint64_t health_outcome_limit_ms(const struct board_settings *settings)
{
    return settings->interval_ms +
           bounds_outcome_ms(settings->timeout_ms, settings->fall) +
           BOUNDS_SLIP_MS;
}

uint64_t health_outcome_age_ms(const struct snapshot *snapshot,
                               const struct instance *instance)
{
    uint64_t started_ms = snapshot->agent.rounds_since_ms;
    /* An adopted instance's outcome may be older than these rounds. */
    return snapshot_age_ms(snapshot, instance->outcome_ms > started_ms
                                         ? instance->outcome_ms
                                         : started_ms);
}

static bool write_late_supervisor(const struct snapshot *snapshot,
                                  struct body *body)
{
    uint64_t age_ms = snapshot_age_ms(snapshot, snapshot->agent.heartbeat_ms);
    if (age_ms <= HEALTH_HEARTBEAT_MS) {
        return false;
    }
    body_format(body,
                "supervisor: last heard of %" PRIu64 " ms ago, limit %d ms\n",
                age_ms, HEALTH_HEARTBEAT_MS);
    return true;
}

static uint32_t write_late_instances(const struct snapshot *snapshot,
                                     struct body *body)
{
    uint32_t late = 0;
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *record = snapshot_instance(snapshot, i);
        if (record == NULL) {
            continue;
        }
        uint64_t limit_ms = health_outcome_limit_ms(&record->settings);
        uint64_t age_ms = health_outcome_age_ms(snapshot, &record->instance);
        if (age_ms <= limit_ms) {
            continue;
        }
        late++;
        if (late <= HEALTH_NAMED_MOST) {
            body_format(body,
                        "instance %s: no outcome for %" PRIu64
                        " ms, limit %" PRIu64 " ms\n",
                        record->settings.name, age_ms, limit_ms);
        }
    }
    if (late > HEALTH_NAMED_MOST) {
        body_format(body, "and %" PRIu32 " more instances\n",
                    late - HEALTH_NAMED_MOST);
    }
    return late;
}

bool health_write_live(const struct snapshot *snapshot, struct body *body)
{
    bool is_late = write_late_supervisor(snapshot, body);
    is_late = write_late_instances(snapshot, body) > 0 || is_late;
    if (!is_late) {
        body_text(body, "ok\n");
    }
    return !is_late;
}

bool health_write_ready(const struct snapshot *snapshot, struct body *body)
{
    const struct board_agent *agent = &snapshot->agent;
    if (agent->is_stopping) {
        body_text(body, "stopping\n");
    } else if (!agent->is_ready) {
        body_text(body, agent->has_zookeeper
                            ? "the first full round is not published yet\n"
                            : "the first full round is not done yet\n");
    } else {
        body_text(body, "ok\n");
    }
    return agent->is_ready && !agent->is_stopping;
}
