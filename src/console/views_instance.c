/*
 * views_instance.c - one instance as JSON: what is published of it, by what
 * right, and how the last probes went.
 *
 * `state` and its company are what watchers are told: a claim whose lease ran
 * out is shown as the publisher publishes it, `unknown`. What the supervisor
 * last claimed stands in `claim`, the last attempt in `last`.
 */
#include <stdlib.h>

#include "base/text.h"
#include "console/view.h"
#include "console/views.h"

#define NODE_PATH_BYTES (SETTINGS_PATH_BYTES + 3 * SETTINGS_NAME_BYTES)

/* The names of the states, made once for all outcomes of an answer: sixty
 * texts an instance would be most of its cost. */
struct views_words {
    json_t *states[STATE_COUNT];
};

struct views_words *views_words_create(void)
{
    struct views_words *words = calloc(1, sizeof *words);
    for (int i = 0; words != NULL && i < STATE_COUNT; i++) {
        words->states[i] = json_string(state_name((enum state)i));
    }
    return words;
}

void views_words_destroy(struct views_words *words)
{
    for (int i = 0; words != NULL && i < STATE_COUNT; i++) {
        json_decref(words->states[i]);
    }
    free(words);
}

static void put_conditions(struct view *view, uint32_t conditions)
{
    struct view list;
    view_init_list(&list);
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        if ((conditions & (UINT32_C(1) << i)) != 0) {
            view_item_text(&list, reason_name((enum reason)i));
        }
    }
    view_take_member(view, "conditions", &list);
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

/* The moment the claim runs out; 0 when it never does. */
static uint64_t lease_end_ms(const struct claim *claim)
{
    bool is_leased = claim->verdict.state != STATE_NONE &&
                     claim->verdict.state != STATE_UNKNOWN &&
                     claim->lease_ms > 0;
    return is_leased ? claim->earned_ms + claim->lease_ms : 0;
}

static void put_claim(struct view *view, const struct snapshot *snapshot,
                      const struct claim *claim)
{
    uint64_t end_ms = lease_end_ms(claim);
    if (end_ms == 0) {
        view_null(view, "lease_ms_left");
    } else {
        view_signed(view, "lease_ms_left",
                    (int64_t)(end_ms - snapshot->now_ms));
    }
    struct view child;
    view_init_object(&child);
    view_text(&child, "state", state_name(claim->verdict.state));
    view_text(&child, "reason", reason_name(claim->verdict.reason));
    view_number(&child, "version", claim->version);
    view_age(&child, "earned_ms_ago", snapshot->now_ms, claim->earned_ms);
    view_take_member(view, "claim", &child);
}

static void put_timings(struct view *view, const uint32_t *stage_us)
{
    struct view child;
    char key[32];
    view_init_object(&child);
    for (int i = STEP_RESOLVE; i <= STEP_INFO; i++) {
        (void)text_format(key, sizeof key, "%s_us",
                          step_name((enum step)i)); /* step names are short */
        view_number(&child, key, stage_us[i]);
    }
    view_take_member(view, "timings", &child);
}

static void put_counters(struct view *view,
                         const struct instance_counters *counters)
{
    struct view child;
    view_init_object(&child);
    view_number(&child, "rounds", counters->rounds);
    view_number(&child, "attempts", counters->attempts);
    view_number(&child, "good", counters->good);
    view_number(&child, "bad", counters->bad);
    view_number(&child, "agent", counters->agent);
    view_number(&child, "overruns", counters->overruns);
    view_number(&child, "changes", counters->changes);
    view_number(&child, "restarts", counters->restarts);
    view_take_member(view, "counters", &child);
}

static void put_published(struct view *view, const struct snapshot *snapshot,
                          const struct board_instance *instance)
{
    const struct board_agent *agent = &snapshot->agent;
    const struct claim *claim = &instance->instance.claim;
    const struct publication *publication = &instance->instance.publication;
    char path[NODE_PATH_BYTES];
    (void)text_format(path, sizeof path, "%s/%s/%s/%s", agent->state_path,
                      agent->cluster, agent->host,
                      instance->settings.name); /* NODE_PATH_BYTES has room */
    struct view child;
    view_init_object(&child);
    view_text(&child, "path", agent->has_zookeeper ? path : "");
    view_number(&child, "claim_version", publication->claim_version);
    view_flag(&child, "pending",
              agent->has_zookeeper && claim->verdict.state != STATE_NONE &&
                  publication->claim_version != claim->version);
    view_age(&child, "acked_ms_ago", snapshot->now_ms, publication->acked_ms);
    view_number(&child, "czxid", publication->czxid);
    view_signed(&child, "version", publication->node_version);
    view_number(&child, "since", publication->since_wall_ms);
    view_take_member(view, "published", &child);
}

static void put_outcomes(struct view *view, const struct instance *instance,
                         const struct views_words *words)
{
    uint64_t end = instance->outcome_count;
    uint64_t begin = end > INSTANCE_OUTCOMES ? end - INSTANCE_OUTCOMES : 0;
    struct view list;
    view_init_list(&list);
    for (uint64_t i = begin; i < end; i++) {
        uint8_t state = instance->outcomes[i % INSTANCE_OUTCOMES];
        view_item_shared(&list, words->states[state < STATE_COUNT ? state : 0]);
    }
    view_take_member(view, "outcomes", &list);
}

static void put_labels(struct view *view,
                       const struct instance_settings *settings)
{
    struct view child;
    view_init_object(&child);
    for (uint32_t i = 0; i < settings->label_count; i++) {
        view_text(&child, settings->labels[i].key, settings->labels[i].value);
    }
    view_take_member(view, "labels", &child);
}

static void put_last(struct view *view, const struct snapshot *snapshot,
                     const struct instance *instance)
{
    struct view child;
    view_init_object(&child);
    put_verdict(&child, &instance->last);
    view_age(&child, "outcome_ms_ago", snapshot->now_ms, instance->outcome_ms);
    view_take_member(view, "last", &child);
    put_timings(view, instance->stage_us);
}

void views_instance(const struct snapshot *snapshot,
                    const struct board_instance *record,
                    const struct views_words *words, struct body *body)
{
    const struct instance_settings *settings = &record->settings;
    const struct instance *instance = &record->instance;
    struct verdict shown;
    struct view view;
    snapshot_shown(snapshot, record, &shown);
    view_init_object(&view);
    view_text(&view, "name", settings->name);
    view_text(&view, "addr", instance_settings_published(settings)->text);
    view_text(&view, "target", settings->addr.text);
    put_verdict(&view, &shown);
    view_number(&view, "since", instance->claim.since_wall_ms);
    view_age(&view, "last_success_ms_ago", snapshot->now_ms,
             instance->last_success_ms);
    view_number(&view, "round", instance->round);
    view_number(&view, "interval_ms", settings->interval_ms);
    view_number(&view, "valid_for_ms", snapshot_valid_for_ms(record));
    put_labels(&view, settings);
    put_claim(&view, snapshot, &instance->claim);
    put_last(&view, snapshot, instance);
    put_counters(&view, &instance->counters);
    put_published(&view, snapshot, record);
    put_outcomes(&view, instance, words);
    view_write(&view, body);
    view_finish(&view);
}
