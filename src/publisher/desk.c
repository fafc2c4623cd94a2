/*
 * desk.c - one instance at a time: record, lease, payload, tree.
 */
#include "publisher/desk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "model/bounds.h"
#include "publisher/payload.h"

static int init_slot(struct desk *desk, uint32_t index, uint64_t now_ms)
{
    int status = board_read_instance(desk->board, index, &desk->record);
    if (status != 0) {
        return status == -EAGAIN ? -EAGAIN : -EINVAL;
    }
    const struct board_settings *settings = &desk->record.settings;
    uint64_t started_ms =
        desk->agent.rounds_since_ms != 0 ? desk->agent.rounds_since_ms : now_ms;
    lease_init(&desk->slots[index].lease,
               started_ms +
                   bounds_outcome_ms(settings->timeout_ms, settings->fall));
    status = tree_name_slot(desk->tree, index, settings->name);
    return status != 0 ? status : members_name(&desk->members, index, settings);
}

int desk_init(struct desk *desk, const struct board *board, const char *boot_id,
              const struct desk_registrations *registrations, uint64_t now_ms)
{
    *desk = (struct desk){.board = board};
    (void)text_copy(desk->boot, sizeof desk->boot, boot_id); /* same size */
    int status = board_read_agent(board, &desk->agent);
    if (status != 0) {
        return status;
    }
    const struct board_agent *agent = &desk->agent;
    if (agent->instance_count > SETTINGS_INSTANCES_MOST) {
        return -EINVAL;
    }
    status = tree_create(agent->state_path, agent->cluster, agent->host,
                         agent->id, agent->instance_count, &desk->tree);
    if (status != 0) {
        return status;
    }
    size_t count = agent->instance_count;
    desk->slots = calloc(count > 0 ? count : 1, sizeof *desk->slots);
    status =
        desk->slots == NULL
            ? -ENOMEM
            : members_init(&desk->members, desk->tree,
                           &(struct member_scope){.cluster = agent->cluster,
                                                  .host = agent->host},
                           registrations->list, registrations->count,
                           agent->instance_count);
    for (uint32_t i = 0; status == 0 && i < count; i++) {
        status = init_slot(desk, i, now_ms);
    }
    if (status != 0) {
        desk_finish(desk);
    }
    return status;
}

void desk_finish(struct desk *desk)
{
    members_finish(&desk->members);
    tree_destroy(desk->tree);
    free(desk->slots);
    desk->tree = NULL;
    desk->slots = NULL;
}

/* 0 or a negative errno; then what was wanted before stays wanted. */
static int say(struct desk *desk, uint32_t index,
               const struct statement *statement)
{
    const struct board_settings *settings = &desk->record.settings;
    struct bounds_input input = {.interval_ms = settings->interval_ms,
                                 .timeout_ms = settings->timeout_ms,
                                 .fall = settings->fall};
    struct bounds bounds;
    bounds_compute(&input, &bounds);
    struct payload_scope scope = {.host = desk->agent.host,
                                  .agent = desk->agent.id};
    struct payload_state state = {.verdict = &statement->verdict,
                                  .since_wall_ms = statement->since_wall_ms,
                                  .valid_for_ms = bounds.staleness_ms};
    char bytes[PAYLOAD_BYTES_MOST];
    size_t length = 0;
    int status = payload_encode_state(&scope, settings, &state, bytes,
                                      sizeof bytes, &length);
    if (status != 0) {
        return status;
    }
    tree_hurry(desk->tree, index, statement->verdict.state != STATE_UP);
    return tree_want(desk->tree, index, bytes, length,
                     statement->claim_version);
}

static bool is_said(const struct desk_slot *slot,
                    const struct statement *statement)
{
    return slot->is_said && slot->said_version == statement->claim_version &&
           slot->said_since_ms == statement->since_wall_ms;
}

static void note_said(struct desk_slot *slot, const struct statement *statement,
                      uint64_t now_ms)
{
    slot->is_said = true;
    damper_note(&slot->said, &statement->verdict);
    slot->said_version = statement->claim_version;
    slot->said_since_ms = statement->since_wall_ms;
    damper_spend(&slot->damper, now_ms);
}

static void judge(struct desk *desk, uint32_t index, uint64_t now_ms,
                  uint64_t now_wall_ms)
{
    struct desk_slot *slot = &desk->slots[index];
    uint32_t sequence = board_instance_sequence(desk->board, index);
    if (board_read_instance(desk->board, index, &desk->record) != 0) {
        desk->again_ms = now_ms + DESK_AGAIN_MS;
        return;
    }
    slot->sequence = sequence;
    slot->wait_until_ms = 0;
    struct payload_found found;
    struct statement statement;
    tree_found(desk->tree, index, &found);
    lease_judge(&slot->lease, &desk->record.instance.claim, &found, now_ms,
                now_wall_ms, &statement);
    bool is_new = !statement.is_keep && !is_said(slot, &statement);
    uint64_t free_ms = damper_free_ms(&slot->damper, now_ms);
    if (is_new && slot->is_said && free_ms > now_ms &&
        damper_can_wait(&slot->said, &statement.verdict)) {
        slot->wait_until_ms = free_ms;
        return;
    }
    int status = members_judge(&desk->members, index, &desk->record.settings,
                               &statement, now_wall_ms);
    if (statement.is_keep) {
        tree_keep(desk->tree, index);
        slot->is_said = false;
        return;
    }
    if (status == 0 && is_new) {
        status = say(desk, index, &statement);
    }
    if (status != 0) {
        log_event(LEVEL_ERROR, "payload_failed",
                  LOG_TEXT("name", desk->record.settings.name),
                  LOG_TEXT("error", strerror(-status)));
        slot->wait_until_ms = now_ms + DESK_POLL_MS;
        return;
    }
    if (is_new) {
        note_said(slot, &statement, now_ms);
    }
}

/* Every instance has said something, or had its time to. */
static bool has_everybody_spoken(const struct desk *desk, uint64_t now_ms)
{
    for (uint32_t i = 0; i < desk->agent.instance_count; i++) {
        const struct desk_slot *slot = &desk->slots[i];
        if (!slot->is_said && slot->lease.first_verdict_by_ms > now_ms) {
            return false;
        }
    }
    return true;
}

void desk_look(struct desk *desk, uint64_t now_ms, uint64_t now_wall_ms)
{
    desk->again_ms = 0;
    for (uint32_t i = 0; i < desk->agent.instance_count; i++) {
        const struct desk_slot *slot = &desk->slots[i];
        if (slot->sequence != board_instance_sequence(desk->board, i) ||
            slot->lease.next_ms <= now_ms ||
            (slot->wait_until_ms != 0 && slot->wait_until_ms <= now_ms)) {
            judge(desk, i, now_ms, now_wall_ms);
        }
    }
    tree_hold_strays(desk->tree, !has_everybody_spoken(desk, now_ms));
}

void desk_on_found(struct desk *desk, uint64_t now_ms, uint64_t now_wall_ms)
{
    uint32_t index = 0;
    while (tree_take_found(desk->tree, &index)) {
        judge(desk, index, now_ms, now_wall_ms);
    }
}

uint64_t desk_next_ms(const struct desk *desk, uint64_t now_ms)
{
    uint64_t next_ms = desk->again_ms != 0 ? desk->again_ms : UINT64_MAX;
    bool is_expired = false;
    for (uint32_t i = 0; i < desk->agent.instance_count; i++) {
        const struct lease *lease = &desk->slots[i].lease;
        is_expired = is_expired || lease->is_expired;
        uint64_t slot_ms = desk->slots[i].wait_until_ms;
        if (slot_ms == 0 || lease->next_ms < slot_ms) {
            slot_ms = lease->next_ms;
        }
        /* Past its time and torn: not before the record can be read. */
        bool is_torn = slot_ms <= now_ms && desk->again_ms > now_ms;
        if (!is_torn && slot_ms < next_ms) {
            next_ms = slot_ms;
        }
    }
    if (is_expired && now_ms + DESK_POLL_MS < next_ms) {
        next_ms = now_ms + DESK_POLL_MS;
    }
    return next_ms;
}

void desk_refresh(struct desk *desk)
{
    for (uint32_t i = 0; i < desk->agent.instance_count; i++) {
        tree_touch(desk->tree, i);
        for (uint32_t j = 0; j < desk->members.registration_count; j++) {
            tree_touch(desk->tree, tree_member_slot(desk->tree, j + 1, i));
        }
    }
}

void desk_heartbeat(struct desk *desk)
{
    uint32_t slot = tree_agent_slot(desk->tree);
    struct board_agent agent = desk->agent;
    if (agent.publish_heartbeat_ms == 0) {
        tree_drop(desk->tree, slot);
        return;
    }
    if (board_read_agent(desk->board, &agent) != 0) {
        return; /* torn: the next heartbeat comes */
    }
    struct payload_agent payload = {.boot = desk->boot,
                                    .version = agent.version,
                                    .instances = agent.instance_count,
                                    .round = agent.round,
                                    .started_wall_ms = agent.started_wall_ms};
    char bytes[PAYLOAD_BYTES_MOST];
    size_t length = 0;
    int status = payload_encode_agent(&payload, bytes, sizeof bytes, &length);
    if (status == 0) {
        status = tree_want(desk->tree, slot, bytes, length, 0);
        tree_touch(desk->tree, slot);
    }
    if (status != 0) {
        log_event(LEVEL_ERROR, "heartbeat_failed",
                  LOG_TEXT("error", strerror(-status)));
    }
}
