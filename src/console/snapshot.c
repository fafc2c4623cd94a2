/*
 * snapshot.c - copies of the board, read when an answer wants them.
 *
 * The console lives as long as the supervisor, so copies are kept for ever;
 * their memory is bounded by the number of instances. Records of instances
 * are copied in place: board_read_instance leaves the target alone when it
 * has no whole copy.
 */
#include "console/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/bounds.h"

#define DAY_S 86400

void snapshot_init(struct snapshot *snapshot, const struct board *board)
{
    memset(snapshot, 0, sizeof *snapshot);
    snapshot->board = board;
}

void snapshot_finish(struct snapshot *snapshot)
{
    free(snapshot->tasks);
    free(snapshot->instances);
    snapshot->tasks = NULL;
    snapshot->instances = NULL;
    snapshot->instance_room = 0;
}

/* Notes how a read went. */
static void note_read(struct snapshot *snapshot, int status, uint64_t *read_ms)
{
    if (status == 0) {
        *read_ms = snapshot->now_ms;
    } else {
        snapshot->failures++;
    }
    if (*read_ms < snapshot->oldest_ms) {
        snapshot->oldest_ms = *read_ms;
    }
}

static int reserve_instances(struct snapshot *snapshot)
{
    uint32_t count = snapshot->agent.instance_count;
    if (count <= snapshot->instance_room) {
        return 0;
    }
    struct snapshot_instance *instances =
        realloc(snapshot->instances, count * sizeof *instances);
    if (instances == NULL) {
        return -ENOMEM;
    }
    for (uint32_t i = snapshot->instance_room; i < count; i++) {
        memset(&instances[i], 0, sizeof instances[i]);
    }
    snapshot->instances = instances;
    snapshot->instance_room = count;
    return 0;
}

static void read_instance(struct snapshot *snapshot, uint32_t index)
{
    struct snapshot_instance *copy = &snapshot->instances[index];
    int status = board_read_instance(snapshot->board, index, &copy->record);
    note_read(snapshot, status, &copy->read_ms);
}

uint64_t snapshot_serves_ms(const struct snapshot *snapshot)
{
    return snapshot->agent.instance_count / SNAPSHOT_INSTANCES_A_MS;
}

static bool are_instances_young(const struct snapshot *snapshot)
{
    return snapshot->instances_read_ms > 0 &&
           snapshot_age_ms(snapshot, snapshot->instances_read_ms) <
               snapshot_serves_ms(snapshot);
}

static int read_instances(struct snapshot *snapshot)
{
    uint64_t oldest_ms = snapshot->oldest_ms;
    int status = reserve_instances(snapshot);
    if (status != 0) {
        return status;
    }
    if (!are_instances_young(snapshot)) {
        snapshot->oldest_ms = snapshot->now_ms;
        for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
            read_instance(snapshot, i);
        }
        snapshot->instances_read_ms = snapshot->now_ms;
        snapshot->instances_oldest_ms = snapshot->oldest_ms;
    }
    snapshot->oldest_ms = oldest_ms < snapshot->instances_oldest_ms
                              ? oldest_ms
                              : snapshot->instances_oldest_ms;
    return 0;
}

void snapshot_forget(struct snapshot *snapshot)
{
    snapshot->instances_read_ms = 0;
}

static int read_tasks(struct snapshot *snapshot)
{
    if (snapshot->tasks == NULL) {
        snapshot->tasks = calloc(1, sizeof *snapshot->tasks);
    }
    if (snapshot->tasks == NULL) {
        return -ENOMEM;
    }
    int status = board_read_tasks(snapshot->board, snapshot->tasks);
    note_read(snapshot, status, &snapshot->tasks_read_ms);
    return snapshot->tasks_read_ms == 0 ? -EAGAIN : 0;
}

static int read_zookeeper(struct snapshot *snapshot)
{
    int status = board_read_zookeeper(snapshot->board, &snapshot->zookeeper);
    note_read(snapshot, status, &snapshot->zookeeper_read_ms);
    return snapshot->zookeeper_read_ms == 0 ? -EAGAIN : 0;
}

static void read_services(struct snapshot *snapshot)
{
    for (uint32_t slot = 0; slot < BOARD_SERVICES_MOST; slot++) {
        int status = board_read_service(snapshot->board, slot,
                                        &snapshot->services[slot]);
        note_read(snapshot, status, &snapshot->services_read_ms[slot]);
    }
}

int snapshot_refresh(struct snapshot *snapshot, unsigned parts, uint64_t now_ms,
                     uint64_t now_wall_ms)
{
    snapshot->now_ms = now_ms;
    snapshot->now_wall_ms = now_wall_ms;
    snapshot->oldest_ms = now_ms;
    int status = board_read_agent(snapshot->board, &snapshot->agent);
    note_read(snapshot, status, &snapshot->agent_read_ms);
    if (snapshot->agent_read_ms == 0) {
        return -EAGAIN;
    }
    status = 0;
    if ((parts & SNAPSHOT_ZOOKEEPER) != 0) {
        status = read_zookeeper(snapshot);
    }
    if (status == 0 && (parts & SNAPSHOT_TASKS) != 0) {
        status = read_tasks(snapshot);
    }
    if (status == 0 && (parts & SNAPSHOT_INSTANCES) != 0) {
        status = read_instances(snapshot);
    }
    if (status == 0 && (parts & SNAPSHOT_SERVICES) != 0) {
        read_services(snapshot);
    }
    return status;
}

const struct board_instance *snapshot_instance(const struct snapshot *snapshot,
                                               uint32_t index)
{
    if (index >= snapshot->instance_room ||
        index >= snapshot->agent.instance_count ||
        snapshot->instances[index].read_ms == 0) {
        return NULL;
    }
    return &snapshot->instances[index].record;
}

const struct board_instance *snapshot_read_instance(struct snapshot *snapshot,
                                                    uint32_t index)
{
    if (index >= snapshot->agent.instance_count ||
        reserve_instances(snapshot) != 0) {
        return NULL;
    }
    read_instance(snapshot, index);
    return snapshot_instance(snapshot, index);
}

/* Names never change on one board, so an old copy tells which record it is. */
const struct board_instance *snapshot_find_instance(struct snapshot *snapshot,
                                                    const char *name)
{
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *copy = snapshot_instance(snapshot, i);
        if (copy == NULL) {
            copy = snapshot_read_instance(snapshot, i);
        }
        if (copy != NULL && strcmp(copy->settings.name, name) == 0) {
            return snapshot_read_instance(snapshot, i);
        }
    }
    return NULL;
}

uint64_t snapshot_age_ms(const struct snapshot *snapshot, uint64_t then_ms)
{
    return then_ms < snapshot->now_ms ? snapshot->now_ms - then_ms : 0;
}

bool snapshot_is_leased(const struct claim *claim)
{
    return claim->verdict.state != STATE_NONE &&
           claim->verdict.state != STATE_UNKNOWN && claim->lease_ms > 0;
}

static bool is_expired(const struct snapshot *snapshot,
                       const struct claim *claim)
{
    return snapshot_is_leased(claim) &&
           snapshot_age_ms(snapshot, claim->earned_ms) > claim->lease_ms;
}

bool snapshot_has_fresh_facts(const struct snapshot *snapshot,
                              const struct board_instance *instance)
{
    const struct claim *claim = &instance->instance.claim;
    uint64_t facts_ms = instance->instance.facts_ms;
    return facts_ms > 0 && !is_expired(snapshot, claim) &&
           claim->verdict.state != STATE_DOWN &&
           snapshot_age_ms(snapshot, facts_ms) <=
               instance->settings.deep_interval_ms + claim->lease_ms;
}

bool snapshot_certificate_days(const struct snapshot *snapshot,
                               const struct facts *facts, int64_t *days)
{
    int64_t end_s = facts->values[FACT_CERTIFICATE_END];
    int64_t left_s = end_s - (int64_t)(snapshot->now_wall_ms / 1000);
    if (end_s <= 0) {
        return false; /* 0 on a board where nothing was stored yet */
    }
    *days =
        left_s / DAY_S - (left_s % DAY_S < 0); /* -1 from the first second */
    return true;
}

void snapshot_shown(const struct snapshot *snapshot,
                    const struct board_instance *instance,
                    struct verdict *verdict)
{
    const struct claim *claim = &instance->instance.claim;
    *verdict = claim->verdict;
    if (is_expired(snapshot, claim)) {
        verdict_set_agent_fault(verdict, VERDICT_DETAIL_EXPIRED);
    }
}

uint64_t snapshot_since_wall_ms(const struct snapshot *snapshot,
                                const struct board_instance *instance)
{
    const struct claim *claim = &instance->instance.claim;
    if (!is_expired(snapshot, claim)) {
        return claim->since_wall_ms;
    }
    return snapshot->now_wall_ms + claim->lease_ms -
           snapshot_age_ms(snapshot, claim->earned_ms);
}

uint64_t snapshot_valid_for_ms(const struct board_instance *instance)
{
    struct bounds bounds;
    bounds_compute(
        &(struct bounds_input){.interval_ms = instance->settings.interval_ms,
                               .timeout_ms = instance->settings.timeout_ms,
                               .fall = instance->settings.fall},
        &bounds);
    return bounds.staleness_ms;
}

static void raise_to(uint64_t *most, uint64_t value)
{
    *most = value > *most ? value : *most;
}

void snapshot_bounds(const struct snapshot *snapshot, struct bounds *bounds)
{
    uint64_t session_ms = snapshot->zookeeper.negotiated_ms > 0
                              ? snapshot->zookeeper.negotiated_ms
                              : snapshot->agent.session_timeout_ms;
    *bounds = (struct bounds){0};
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        if (instance == NULL) {
            continue;
        }
        struct bounds one;
        bounds_compute(
            &(struct bounds_input){.interval_ms =
                                       instance->settings.interval_ms,
                                   .timeout_ms = instance->settings.timeout_ms,
                                   .fall = instance->settings.fall,
                                   .session_ms = session_ms,
                                   .tick_ms = BOUNDS_TICK_MS},
            &one);
        raise_to(&bounds->staleness_ms, one.staleness_ms);
        raise_to(&bounds->convergence_ms, one.convergence_ms);
        raise_to(&bounds->isolation_ms, one.isolation_ms);
        raise_to(&bounds->end_ms, one.end_ms);
    }
}
