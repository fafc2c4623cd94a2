/*
 * registry.c - see registry.h. Judges; it starts nothing and knows neither
 * tasks nor probers.
 */
#include "engine/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/bounds.h"

static bool is_agent_fault(const struct verdict *verdict)
{
    return verdict->state == STATE_UNKNOWN && verdict->reason == REASON_AGENT;
}

static void keep_outcome(struct registry *registry, struct record *record,
                         const struct verdict *verdict, uint64_t now_ms)
{
    struct instance *instance = &record->instance;
    instance->counters.rounds++;
    instance->counters.good += verdict->state == STATE_UP;
    instance->counters.bad += verdict->state == STATE_DOWN;
    instance->counters.agent += is_agent_fault(verdict);
    instance->counters.failures[verdict->reason] += verdict->state != STATE_UP;
    instance->outcomes[instance->outcome_count % INSTANCE_OUTCOMES] =
        (uint8_t)verdict->state;
    instance->outcome_count++;
    instance->outcome_ms = now_ms;
    if (!record->has_outcome) {
        record->has_outcome = true;
        registry->without_outcome--;
    }
}

/* --- what is learnt beside the verdict ------------------------------------ */

static void forget_facts(struct instance *instance)
{
    facts_init(&instance->facts);
    instance->facts_ms = 0;
}

/* Another run_id: what we knew was of a server that is no more. */
static void notice_restart(struct record *record, const struct verdict *verdict)
{
    if (verdict->run_id[0] == '\0') {
        return;
    }
    if (record->run_id[0] != '\0' &&
        strcmp(record->run_id, verdict->run_id) != 0) {
        record->instance.counters.restarts++;
        forget_facts(&record->instance);
    }
    (void)text_copy(record->run_id, sizeof record->run_id,
                    verdict->run_id); /* the same size: always fits */
}

/* INFO's answer says it all anew; without one, a process may be proved. */
static void keep_facts(struct instance *instance, const struct attempt *attempt)
{
    struct facts *known = &instance->facts;
    const struct facts *told = &attempt->result->facts;

    if (attempt->result->has_facts) {
        *known = *told;
        instance->facts_ms = attempt->dispatched_ms;
        return;
    }
    if (told->start_ticks == 0 ||
        (told->start_ticks == known->start_ticks && told->pid == known->pid)) {
        return;
    }
    if (known->start_ticks != 0) {
        forget_facts(instance); /* they were of another process */
    }
    known->pid = told->pid;
    known->start_ticks = told->start_ticks;
}

static void keep_stages(struct registry *registry, struct instance *instance,
                        const struct result *result)
{
    memcpy(instance->stage_us, result->stage_us, sizeof instance->stage_us);
    for (size_t i = 0; i < STEP_COUNT; i++) {
        if (result->stage_us[i] > 0) {
            histogram_narrow_add(&instance->stages[i], result->stage_us[i]);
            histogram_add(&registry->stages[i], result->stage_us[i]);
        }
    }
}

/* Takes all of it; true when it was news that the server is one of a cluster:
 * it was not asked how that is. */
static bool learn(struct registry *registry, struct record *record,
                  const struct attempt *attempt)
{
    struct instance *instance = &record->instance;
    bool was_cluster = instance->facts.mode == MODE_CLUSTER;

    keep_stages(registry, instance, attempt->result);
    notice_restart(record, &attempt->result->verdict);
    keep_facts(instance, attempt);
    return attempt->result->has_facts && !was_cluster &&
           instance->facts.mode == MODE_CLUSTER;
}

/* --- judging -------------------------------------------------------------- */

/* What the probes say, whatever the operator says over it. */
static enum state earned_state(const struct instance *instance)
{
    return maint_uncovered(&instance->maint, instance->claim.verdict.state);
}

static struct verdict earned_verdict(const struct instance *instance)
{
    struct verdict earned = instance->claim.verdict;
    maint_uncover(&instance->maint, &earned);
    return earned;
}

/* Counts the runs of bad and good attempts; true if the verdict is to be
 * claimed now. */
static bool is_convincing(struct record *record,
                          const struct instance_settings *settings,
                          const struct verdict *verdict)
{
    bool is_down = earned_state(&record->instance) == STATE_DOWN;
    if (verdict->state == STATE_DOWN) {
        record->good_run = 0;
        record->bad_run++;
        return is_down || record->bad_run >= settings->fall ||
               verdict_is_certain(verdict);
    }
    record->bad_run = 0;
    if (!is_down || is_agent_fault(verdict)) {
        record->good_run = 0;
        return true;
    }
    record->good_run++;
    return record->good_run >= settings->rise;
}

static void enter_state(struct instance *instance, enum state state,
                        uint64_t now_wall_ms)
{
    struct claim *claim = &instance->claim;
    if (claim->verdict.state == state) {
        return;
    }
    instance->counters.changes += claim->verdict.state != STATE_NONE;
    claim->since_is_first = claim->version == 0 && state != STATE_MAINT;
    claim->since_wall_ms =
        state == STATE_MAINT ? instance->maint.since_wall_ms : now_wall_ms;
}

/* From now on we say what the probes have earned, or what the operator says
 * over it; true if that is anything new. */
static bool say(struct instance *instance, const struct verdict *earned,
                uint64_t now_wall_ms)
{
    struct claim *claim = &instance->claim;
    struct verdict said = *earned;
    maint_cover(&instance->maint, &said);
    if (claim->verdict.state != STATE_NONE &&
        verdict_equals(&claim->verdict, &said)) {
        return false;
    }
    enter_state(instance, said.state, now_wall_ms);
    claim->verdict = said;
    claim->version++;
    return true;
}

/* The attempt decides the round: its verdict is what we claim from now on. */
static void conclude(struct record *record, const struct attempt *attempt,
                     struct judgement *judgement)
{
    struct instance *instance = &record->instance;
    record->bad_run = 0;
    record->good_run = 0;
    judgement->before = instance->claim.verdict.state;
    judgement->is_changed =
        say(instance, &attempt->result->verdict, attempt->now_wall_ms);
    instance->claim.earned_ms = attempt->dispatched_ms;
}

/* The attempt says what the claim says, in fewer words. */
static struct judgement renew(struct registry *registry, struct record *record,
                              const struct attempt *attempt)
{
    struct instance *instance = &record->instance;
    record->bad_run = 0;
    instance->claim.earned_ms = attempt->dispatched_ms;
    instance->last = earned_verdict(instance);
    keep_outcome(registry, record, &instance->last, attempt->now_ms);
    return (struct judgement){.next = REGISTRY_OUTCOME,
                              .before = instance->claim.verdict.state};
}

/* A server that is busy loading may not find the time to answer; it loads
 * still. */
static bool is_loading_unheard(const struct instance *instance,
                               const struct result *result)
{
    return instance->claim.verdict.reason == REASON_LOADING &&
           result->verdict.reason == REASON_LOADING && !result->has_facts;
}

struct judgement registry_judge(struct registry *registry, uint32_t index,
                                const struct attempt *attempt)
{
    struct record *record = &registry->records[index];
    struct instance *instance = &record->instance;
    const struct result *result = attempt->result;
    const struct verdict *verdict = &result->verdict;
    struct judgement judgement = {.next = REGISTRY_OUTCOME};

    registry_touch(registry, index);
    bool is_newly_cluster = learn(registry, record, attempt);
    if (verdict->state == STATE_UP && !is_newly_cluster) {
        instance->last_success_ms = attempt->dispatched_ms;
    }
    if (verdict->state != STATE_UNKNOWN) {
        instance->was_loading = verdict->reason == REASON_LOADING;
    }
    if (!result->is_deep && verdict->state != STATE_DOWN) {
        if (verdict->state == STATE_UP && earned_state(instance) == STATE_UP) {
            return renew(registry, record, attempt);
        }
        judgement.next = REGISTRY_AGAIN_DEEP;
        return judgement;
    }
    if (is_loading_unheard(instance, result)) {
        return renew(registry, record, attempt);
    }
    instance->last = *verdict;
    if (is_newly_cluster) {
        judgement.next = REGISTRY_AGAIN_DEEP;
        return judgement;
    }
    if (verdict->state == STATE_UP) {
        record->deep_ms = attempt->dispatched_ms;
    }
    if (!is_convincing(record, &registry->settings->instances[index],
                       verdict)) {
        judgement.next = REGISTRY_AGAIN_SOON;
        return judgement;
    }
    conclude(record, attempt, &judgement);
    keep_outcome(registry, record, verdict, attempt->now_ms);
    return judgement;
}

bool registry_wants_deep(const struct registry *registry, uint32_t index,
                         uint64_t now_ms)
{
    const struct record *record = &registry->records[index];
    const struct instance_settings *settings =
        &registry->settings->instances[index];
    uint64_t half_ms = settings->interval_ms / 2;
    if (earned_state(&record->instance) != STATE_UP || record->deep_ms == 0 ||
        settings->deep_interval_ms <= half_ms) {
        return true;
    }
    return now_ms - record->deep_ms >= settings->deep_interval_ms - half_ms;
}

static bool can_be_true(const struct instance *instance, uint64_t now_ms)
{
    const struct claim *claim = &instance->claim;
    enum state said = claim->verdict.state;
    enum state earned = earned_state(instance);
    return said > STATE_NONE && said < STATE_COUNT && earned > STATE_NONE &&
           earned < STATE_COUNT && earned != STATE_MAINT &&
           (said == STATE_MAINT) == instance->maint.is_on &&
           claim->version > 0 && claim->earned_ms > 0 &&
           claim->earned_ms <= now_ms;
}

void registry_adopt(struct registry *registry, uint32_t index,
                    const struct instance *instance, uint64_t now_ms)
{
    struct record *record = &registry->records[index];
    uint64_t lease_ms = record->instance.claim.lease_ms;
    uint64_t due_ms = record->instance.due_ms;

    record->instance = *instance;
    struct claim *claim = &record->instance.claim;
    if (!can_be_true(instance, now_ms)) {
        *claim = (struct claim){.version = instance->claim.version};
    }
    claim->lease_ms = lease_ms;
    record->instance.due_ms = due_ms;
    if (instance->facts_ms == 0 || instance->facts_ms > now_ms) {
        forget_facts(&record->instance);
    }
    if (instance->publication.claim_version > claim->version) {
        record->instance.publication = (struct publication){0};
    }
    (void)text_copy(record->run_id, sizeof record->run_id,
                    claim->verdict.run_id); /* the same size: always fits */
    registry_touch(registry, index);
}

void registry_forget_server(struct registry *registry, uint32_t index)
{
    struct record *record = &registry->records[index];
    struct instance *instance = &record->instance;
    struct claim *claim = &instance->claim;
    *claim =
        (struct claim){.version = claim->version, .lease_ms = claim->lease_ms};
    instance->last = (struct verdict){.state = STATE_NONE};
    instance->was_loading = false;
    instance->last_success_ms = 0;
    instance->address[0] = '\0';
    record->run_id[0] = '\0';
    forget_facts(instance);
    registry_touch(registry, index);
}

void registry_note_address(struct registry *registry, uint32_t index,
                           const char *address)
{
    struct instance *instance = &registry->records[index].instance;
    if (strcmp(instance->address, address) != 0) {
        (void)text_copy(instance->address, sizeof instance->address,
                        address); /* numeric: it fits */
        registry_touch(registry, index);
    }
}

bool registry_set_maint(struct registry *registry, uint32_t index,
                        const struct maint *maint, uint64_t now_wall_ms,
                        enum state *before)
{
    struct instance *instance = &registry->records[index].instance;
    struct verdict earned = earned_verdict(instance);
    *before = instance->claim.verdict.state;
    instance->maint = *maint;
    registry_touch(registry, index);
    return earned.state != STATE_NONE && say(instance, &earned, now_wall_ms);
}

void registry_touch(struct registry *registry, uint32_t index)
{
    if (!registry->records[index].is_dirty) {
        registry->records[index].is_dirty = true;
        registry->dirty[registry->dirty_count++] = index;
    }
}

bool registry_take_dirty(struct registry *registry, uint32_t *index)
{
    if (registry->dirty_count == 0) {
        return false;
    }
    *index = registry->dirty[--registry->dirty_count];
    registry->records[*index].is_dirty = false;
    return true;
}

int registry_init(struct registry *registry, const struct settings *settings,
                  uint64_t now_ms)
{
    uint32_t count = settings->instance_count;
    *registry = (struct registry){.settings = settings};
    registry->records = calloc(count + 1, sizeof *registry->records);
    registry->dirty = calloc(count + 1, sizeof *registry->dirty);
    if (registry->records == NULL || registry->dirty == NULL) {
        registry_finish(registry);
        return -ENOMEM;
    }
    registry->without_outcome = count;
    for (uint32_t i = 0; i < count; i++) {
        const struct instance_settings *own = &settings->instances[i];
        struct instance *instance = &registry->records[i].instance;
        instance->due_ms = now_ms;
        forget_facts(instance); /* there are none */
        instance->claim.lease_ms =
            bounds_lease_ms(own->interval_ms, own->timeout_ms, own->fall);
        registry_touch(registry, i);
    }
    return 0;
}

void registry_finish(struct registry *registry)
{
    free(registry->records);
    free(registry->dirty);
    *registry = (struct registry){0};
}
