/*
 * views_instance.c - one instance as JSON: what is published of it, by what
 * right, and how the last probes went.
 *
 * `state` and its company are what watchers are told: a claim whose lease ran
 * out is shown as the publisher publishes it, `unknown`. What the supervisor
 * last claimed stands in `claim`, the last attempt in `last`. `facts` were
 * learnt beside a verdict, perhaps an older one: facts_ms_ago says when.
 */
#include "base/text.h"
#include "console/view.h"
#include "console/views.h"

#define NODE_PATH_BYTES (SETTINGS_PATH_BYTES + 3 * SETTINGS_NAME_BYTES)

static void put_conditions(struct view *view, uint32_t conditions)
{
    view_open_list(view, "conditions");
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        if ((conditions & (UINT32_C(1) << i)) != 0) {
            view_text(view, NULL, reason_name((enum reason)i));
        }
    }
    view_close_list(view);
}

static void put_verdict(struct view *view, const struct verdict *verdict)
{
    view_text(view, "state", state_name(verdict->state));
    view_text(view, "reason", reason_name(verdict->reason));
    view_text(view, "detail", verdict->detail);
    view_text(view, "readable", ability_name(verdict->readable));
    view_text(view, "writable", ability_name(verdict->writable));
    view_text(view, "role", role_name(verdict->role));
    put_conditions(view, verdict->conditions);
    view_text(view, "master", verdict->master);
    view_text(view, "run_id", verdict->run_id);
    view_text(view, "version", verdict->version);
}

static void put_lease(struct view *view, const struct snapshot *snapshot,
                      const struct claim *claim)
{
    if (!snapshot_is_leased(claim)) {
        view_null(view, "lease_ms_left");
        return;
    }
    uint64_t end_ms = claim->earned_ms + claim->lease_ms;
    view_signed(view, "lease_ms_left", (int64_t)(end_ms - snapshot->now_ms));
}

static void put_claim(struct view *view, const struct snapshot *snapshot,
                      const struct claim *claim)
{
    put_lease(view, snapshot, claim);
    view_open_object(view, "claim");
    view_text(view, "state", state_name(claim->verdict.state));
    view_text(view, "reason", reason_name(claim->verdict.reason));
    view_number(view, "version", claim->version);
    view_age(view, "earned_ms_ago", snapshot->now_ms, claim->earned_ms);
    view_close_object(view);
}

/* `state` is what lifting it would show. */
static void put_maint(struct view *view, const struct maint *maint)
{
    if (!maint->is_on) {
        view_null(view, "maint");
        return;
    }
    view_open_object(view, "maint");
    view_number(view, "since", maint->since_wall_ms);
    view_text(view, "operator", maint->operator_name);
    view_text(view, "reason", maint->reason);
    view_text(view, "state", state_name(maint->probed_state));
    view_close_object(view);
}

static void put_last(struct view *view, const struct snapshot *snapshot,
                     const struct instance *instance)
{
    view_open_object(view, "last");
    put_verdict(view, &instance->last);
    view_age(view, "outcome_ms_ago", snapshot->now_ms, instance->outcome_ms);
    view_close_object(view);
}

static void put_timings(struct view *view, const uint32_t *stage_us)
{
    char key[32];
    view_open_object(view, "timings");
    for (int i = STEP_RESOLVE; i <= STEP_INFO; i++) {
        (void)text_copy(key, sizeof key, step_name((enum step)i));
        (void)text_append(key, sizeof key, "_us"); /* the names are short */
        view_number(view, key, stage_us[i]);
    }
    view_close_object(view);
}

/* Of all probes since the first: what the last one took is in `timings`. */
static void put_latency(struct view *view,
                        const struct histogram_narrow *stages)
{
    view_open_object(view, "latency");
    for (int i = 0; i < STEP_COUNT; i++) {
        struct histogram stage = histogram_widen(&stages[i]);
        uint64_t count = histogram_count(&stage);
        if (count == 0) {
            continue;
        }
        view_open_object(view, step_name((enum step)i));
        view_number(view, "count", count);
        view_number(view, "p50_us", histogram_percentile_us(&stage, 50));
        view_number(view, "p99_us", histogram_percentile_us(&stage, 99));
        view_close_object(view);
    }
    view_close_object(view);
}

static void put_certificate(struct view *view, const struct snapshot *snapshot,
                            const struct facts *facts)
{
    int64_t days = 0;
    if (snapshot_certificate_days(snapshot, facts, &days)) {
        view_signed(view, "certificate_days_left", days);
    } else {
        view_null(view, "certificate_days_left");
    }
}

/* Only what was told: most servers have no certificate, many no replicas. */
static void put_facts(struct view *view, const struct snapshot *snapshot,
                      const struct instance *instance)
{
    const struct facts *facts = &instance->facts;
    view_text(view, "mode", mode_name(facts->mode));
    if (facts->pid > 0) {
        view_number(view, "pid", facts->pid);
    } else {
        view_null(view, "pid");
    }
    view_age(view, "facts_ms_ago", snapshot->now_ms, instance->facts_ms);
    put_certificate(view, snapshot, facts);
    view_open_object(view, "facts");
    for (int i = 0; i < FACT_COUNT; i++) {
        if (facts->values[i] != FACT_UNKNOWN && instance->facts_ms > 0) {
            view_number(view, fact_key((enum fact)i),
                        (uint64_t)facts->values[i]);
        }
    }
    view_close_object(view);
}

static void put_counters(struct view *view,
                         const struct instance_counters *counters)
{
    view_open_object(view, "counters");
    view_number(view, "rounds", counters->rounds);
    view_number(view, "attempts", counters->attempts);
    view_number(view, "good", counters->good);
    view_number(view, "bad", counters->bad);
    view_number(view, "agent", counters->agent);
    view_number(view, "overruns", counters->overruns);
    view_number(view, "changes", counters->changes);
    view_number(view, "restarts", counters->restarts);
    view_close_object(view);
}

static void put_published(struct view *view, const struct snapshot *snapshot,
                          const struct board_instance *record)
{
    const struct board_agent *agent = &snapshot->agent;
    const struct claim *claim = &record->instance.claim;
    const struct publication *publication = &record->instance.publication;
    char path[NODE_PATH_BYTES] = "";
    if (agent->has_zookeeper) {
        (void)text_format(path, sizeof path, "%s/%s/%s/%s", agent->state_path,
                          agent->cluster, agent->host,
                          record->settings.name); /* NODE_PATH_BYTES fit */
    }
    view_open_object(view, "published");
    view_text(view, "path", path);
    view_number(view, "claim_version", publication->claim_version);
    view_flag(view, "pending",
              agent->has_zookeeper && claim->verdict.state != STATE_NONE &&
                  publication->claim_version != claim->version);
    view_age(view, "acked_ms_ago", snapshot->now_ms, publication->acked_ms);
    view_number(view, "czxid", publication->czxid);
    view_signed(view, "version", publication->node_version);
    view_number(view, "since", publication->since_wall_ms);
    view_close_object(view);
}

static void put_outcomes(struct view *view, const struct instance *instance)
{
    uint64_t end = instance->outcome_count;
    uint64_t begin = end > INSTANCE_OUTCOMES ? end - INSTANCE_OUTCOMES : 0;
    view_open_list(view, "outcomes");
    for (uint64_t i = begin; i < end; i++) {
        uint8_t state = instance->outcomes[i % INSTANCE_OUTCOMES];
        view_text(view, NULL, state_name((enum state)state));
    }
    view_close_list(view);
}

static void put_labels(struct view *view, const struct board_settings *settings)
{
    view_open_object(view, "labels");
    for (uint32_t i = 0; i < settings->label_count; i++) {
        view_text(view, settings->labels[i].key, settings->labels[i].value);
    }
    view_close_object(view);
}

void views_instance(const struct snapshot *snapshot,
                    const struct board_instance *record, struct view *view)
{
    const struct board_settings *settings = &record->settings;
    const struct instance *instance = &record->instance;
    struct verdict shown;
    snapshot_shown(snapshot, record, &shown);
    view_open_object(view, NULL);
    view_text(view, "name", settings->name);
    view_text(view, "addr",
              address_text(board_settings_published(settings)).text);
    view_text(view, "target", address_text(&settings->addr).text);
    put_verdict(view, &shown);
    view_number(view, "since", snapshot_since_wall_ms(snapshot, record));
    view_age(view, "last_success_ms_ago", snapshot->now_ms,
             instance->last_success_ms);
    view_number(view, "round", instance->round);
    view_number(view, "interval_ms", settings->interval_ms);
    view_number(view, "valid_for_ms", snapshot_valid_for_ms(record));
    view_flag(view, "discovered", settings->is_found);
    put_labels(view, settings);
    put_claim(view, snapshot, &instance->claim);
    put_maint(view, &instance->maint);
    put_last(view, snapshot, instance);
    put_timings(view, instance->stage_us);
    put_latency(view, instance->stages);
    put_facts(view, snapshot, instance);
    put_counters(view, &instance->counters);
    put_published(view, snapshot, record);
    put_outcomes(view, instance);
    view_close_object(view);
}
