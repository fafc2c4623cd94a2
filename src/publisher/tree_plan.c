/*
 * tree_plan.c - what is asked of ZooKeeper next.
 *
 * In order: list the host's directory, make missing parents, read what must be
 * read, then gather every difference into one multi. One list, one parent
 * and one multi at a time; while the multi is under way the next one gathers.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "publisher/tree_state.h"

/* Room for a path, a jute record's heads and an ACL around the bytes. */
#define OP_OVERHEAD_BYTES 128

static bool is_waiting(const struct tree_slot *slot, uint64_t now_ms)
{
    return slot->again_ms > now_ms;
}

/* It must be read, or it is time to see whether a stranger's node is gone. */
static bool wants_read(const struct tree *tree, const struct tree_slot *slot)
{
    return slot->name != NULL && slot->read_ticket == 0 &&
           !slot->flight.is_flying &&
           (slot->must_read || tree_is_foreign(tree, slot));
}

static bool may_decide(const struct tree_slot *slot)
{
    return slot->name != NULL && slot->seen.is_known && !slot->must_read &&
           slot->read_ticket == 0 && !slot->flight.is_flying;
}

static bool plan_list(struct tree *tree, struct tree_request *request)
{
    tree->must_list = false;
    tree->list_ticket = ++tree->last_ticket;
    request->kind = TREE_LIST;
    request->ticket = tree->list_ticket;
    (void)text_copy(request->path, sizeof request->path,
                    tree->directories[0].path); /* as long as its source */
    return true;
}

static bool may_fly(const struct tree_slot *slot, uint64_t now_ms)
{
    return may_decide(slot) && slot->not_until_ms <= now_ms;
}

/* Nodes to be made where parents are missing wait for these. */
static bool has_no_parent(const struct tree *tree, const struct tree_slot *slot)
{
    return slot->directory != TREE_LEFTOVER &&
           tree->directories[slot->directory].is_missing &&
           tree_decide(tree, slot) == DECIDE_CREATE;
}

/* The directory of a node that is to be made where parents are missing;
 * `directory_count` when there is none, or none may be tried yet. */
static uint32_t find_missing(const struct tree *tree, uint64_t now_ms)
{
    bool is_missing = false;
    for (uint32_t i = 0; i < tree->directory_count; i++) {
        is_missing = is_missing || tree->directories[i].is_missing;
    }
    for (uint32_t i = 0; is_missing && i < tree->fixed; i++) {
        const struct tree_slot *slot = &tree->slots[i];
        const struct directory *directory = &tree->directories[slot->directory];
        if (directory->is_missing && directory->not_until_ms <= now_ms &&
            may_fly(slot, now_ms) && tree_decide(tree, slot) == DECIDE_CREATE) {
            return slot->directory;
        }
    }
    return tree->directory_count;
}

static bool plan_parent(struct tree *tree, uint32_t directory,
                        struct tree_request *request)
{
    tree->parent_directory = directory;
    tree->parent_ticket = ++tree->last_ticket;
    request->kind = TREE_PARENT;
    request->ticket = tree->parent_ticket;
    directory_next_part(&tree->directories[directory], request->path);
    return true;
}

static bool plan_read(struct tree *tree, uint64_t now_ms,
                      struct tree_request *request)
{
    if (tree->reads >= TREE_READS_MOST) {
        return false;
    }
    for (uint32_t i = 0; i < tree->slot_count; i++) {
        struct tree_slot *slot = &tree->slots[i];
        if (!wants_read(tree, slot) || is_waiting(slot, now_ms)) {
            continue;
        }
        slot->must_read = false;
        slot->again_ms = 0;
        slot->read_ticket = ++tree->last_ticket;
        tree->reads++;
        request->kind = TREE_READ;
        request->ticket = slot->read_ticket;
        request->slot = i;
        /* .agent changes by our own hand with every heartbeat. */
        request->is_watched = i < tree->fixed && i != tree->instances;
        return tree_path(tree, i, request->path, sizeof request->path);
    }
    return false;
}

bool tree_survey(struct tree *tree)
{
    if (!tree->is_connected || tree->must_list || tree->list_ticket != 0) {
        return tree->is_surveyed;
    }
    for (uint32_t i = 0; !tree->is_surveyed && i < tree->slot_count; i++) {
        const struct tree_slot *slot = &tree->slots[i];
        if (slot->name != NULL && !may_decide(slot)) {
            return false;
        }
    }
    tree->is_surveyed = true;
    return true;
}

static void add_op(struct tree_request *request, enum tree_op_kind kind,
                   uint32_t slot, const struct tree_slot *at)
{
    assert(request->count < TREE_OPS_MOST);
    request->ops[request->count++] =
        (struct tree_op){.kind = kind,
                         .slot = slot,
                         .bytes = kind == TREE_DELETE ? NULL : at->flight.bytes,
                         .length = kind == TREE_DELETE ? 0 : at->flight.length,
                         .version = at->seen.stat.version};
}

/* Copies what shall stand there into the flight; false: no memory, later. */
static bool load_flight(struct tree_slot *slot, enum tree_decision decision)
{
    bool is_kept = slot->wish == WISH_KEEP;
    const char *bytes = is_kept ? slot->seen.bytes : slot->wanted;
    size_t length = is_kept ? slot->seen.length : slot->wanted_length;
    if (decision != DECIDE_DELETE) {
        slot->flight.bytes = malloc(length > 0 ? length : 1);
        if (slot->flight.bytes == NULL) {
            return false;
        }
        memcpy(slot->flight.bytes, bytes, length);
        slot->flight.length = length;
    }
    slot->must_write = false; /* a flight that fails is decided anew */
    slot->flight.is_set = decision == DECIDE_SET;
    slot->flight.is_flying = true;
    return true;
}

static void load_ops(struct tree *tree, uint32_t slot,
                     enum tree_decision decision, struct tree_request *request)
{
    struct tree_slot *at = &tree->slots[slot];
    if (!load_flight(at, decision)) {
        return;
    }
    if (decision == DECIDE_DELETE || decision == DECIDE_TAKE_OVER) {
        add_op(request, TREE_DELETE, slot, at);
    }
    if (decision == DECIDE_CREATE || decision == DECIDE_TAKE_OVER) {
        add_op(request, TREE_CREATE, slot, at);
    }
    if (decision == DECIDE_SET) {
        add_op(request, TREE_SET, slot, at);
    }
    at->flight.position = request->count - 1;
}

/* A renamed instance: its old node stays until the new one may stand. */
static bool is_held(const struct tree *tree, uint32_t slot)
{
    return tree->holds_strays && !tree->is_withdrawing &&
           tree_is_stray(tree, &tree->slots[slot]);
}

/* The most it takes of a multi: a delete and a create. */
static size_t slot_bytes(const struct tree *tree, const struct tree_slot *slot)
{
    size_t path = strlen(slot->name) + OP_OVERHEAD_BYTES;
    if (slot->directory != TREE_LEFTOVER) {
        path += strlen(tree->directories[slot->directory].path) + 1;
    }
    size_t bytes = slot->wanted_length > slot->seen.length ? slot->wanted_length
                                                           : slot->seen.length;
    return 2 * path + bytes;
}

static bool is_being_read(const struct tree *tree, uint32_t number)
{
    const struct tree_slot *slot = &tree->slots[number];
    bool is_due = slot->must_read && slot->again_ms == 0;
    return slot->name != NULL && (slot->read_ticket != 0 || is_due);
}

/* A change of state and its members fly together: after a multi that failed
 * all are read again, and none goes before the last one was. */
static bool waits_for_others(const struct tree *tree, uint32_t number)
{
    if (number == tree->instances || number >= tree->fixed) {
        return false;
    }
    uint32_t instance = number < tree->instances
                            ? number
                            : (number - tree->instances - 1) % tree->instances;
    bool is_waiting = is_being_read(tree, instance);
    for (uint32_t i = 1; !is_waiting && i < tree->directory_count; i++) {
        is_waiting = is_being_read(tree, tree_member_slot(tree, i, instance));
    }
    return is_waiting;
}

/* A multi while it is loaded. */
struct load {
    struct tree_request *request;
    size_t bytes;
    bool has_left_out;
    bool is_closed; /* nothing more goes in */
};

static bool is_loadable(const struct tree *tree, uint32_t number,
                        uint64_t now_ms)
{
    const struct tree_slot *slot = &tree->slots[number];
    return may_fly(slot, now_ms) && tree_is_change(tree_decide(tree, slot)) &&
           !is_held(tree, number) && !has_no_parent(tree, slot) &&
           !waits_for_others(tree, number);
}

/* The next turn is that of the first one left out: no room, or it flies
 * alone. */
static void load_slot(struct tree *tree, uint32_t number, struct load *load)
{
    struct tree_request *request = load->request;
    const struct tree_slot *slot = &tree->slots[number];
    size_t own_bytes = slot_bytes(tree, slot);
    bool is_full = request->count + 2 > TREE_OPS_MOST ||
                   load->bytes + own_bytes > TREE_MULTI_BYTES_MOST;
    bool is_left_out = is_full || (slot->flies_alone && load->bytes > 0);
    load->is_closed = is_full;
    if (is_left_out && !load->has_left_out) {
        load->has_left_out = true;
        tree->turn = number;
    }
    if (is_left_out) {
        return;
    }
    load_ops(tree, number, tree_decide(tree, slot), request);
    load->bytes += own_bytes;
    if (slot->flies_alone && slot->flight.is_flying) {
        tree->turn = (number + 1) % tree->slot_count;
        load->is_closed = true;
    }
}

/* Loads what differs, bad news first, from the slot whose turn it is on. */
static void load_multi(struct tree *tree, uint64_t now_ms,
                       struct tree_request *request)
{
    struct load load = {.request = request};
    uint32_t first = tree->turn;
    uint32_t count = tree->slot_count;
    for (uint32_t i = 0; i < 2 * count && !load.is_closed; i++) {
        uint32_t number = (first + i) % count;
        bool is_first_pass = i < count;
        if (tree->slots[number].is_urgent == is_first_pass &&
            is_loadable(tree, number, now_ms)) {
            load_slot(tree, number, &load);
        }
    }
}

static bool plan_multi(struct tree *tree, uint64_t now_ms,
                       struct tree_request *request)
{
    request->kind = TREE_MULTI;
    load_multi(tree, now_ms, request);
    if (request->count == 0) {
        return false;
    }
    tree->multi_ticket = ++tree->last_ticket;
    request->ticket = tree->multi_ticket;
    return true;
}

bool tree_next(struct tree *tree, uint64_t now_ms, struct tree_request *request)
{
    request->count = 0;
    if (!tree->is_connected || tree->list_ticket != 0 ||
        tree->parent_ticket != 0) {
        return false;
    }
    bool is_backing_off = tree->backoff_until_ms > now_ms;
    if (!is_backing_off) {
        tree->backoff_until_ms = 0;
    }
    if (tree->must_list) {
        return !is_backing_off && plan_list(tree, request);
    }
    if (plan_read(tree, now_ms, request)) {
        return true;
    }
    if (!tree_survey(tree) || is_backing_off || tree->multi_ticket != 0) {
        return false;
    }
    uint32_t missing = find_missing(tree, now_ms);
    return missing < tree->directory_count ? plan_parent(tree, missing, request)
                                           : plan_multi(tree, now_ms, request);
}

/* The moment until which a slot or its directory waits; 0 = neither does. */
static uint64_t flies_after(const struct tree *tree,
                            const struct tree_slot *slot)
{
    uint64_t directory_ms =
        has_no_parent(tree, slot)
            ? tree->directories[slot->directory].not_until_ms
            : 0;
    return directory_ms > slot->not_until_ms ? directory_ms
                                             : slot->not_until_ms;
}

uint64_t tree_next_ms(const struct tree *tree)
{
    if (!tree->is_connected || tree->list_ticket != 0 ||
        tree->parent_ticket != 0) {
        return UINT64_MAX; /* the answer comes first */
    }
    bool may_read = tree->reads < TREE_READS_MOST;
    bool may_write = tree->multi_ticket == 0;
    uint64_t next_ms =
        tree->backoff_until_ms != 0 ? tree->backoff_until_ms : UINT64_MAX;
    for (uint32_t i = 0; i < tree->slot_count; i++) {
        const struct tree_slot *slot = &tree->slots[i];
        if (may_read && wants_read(tree, slot) && slot->again_ms != 0 &&
            slot->again_ms < next_ms) {
            next_ms = slot->again_ms;
        }
        uint64_t flies_ms = flies_after(tree, slot);
        if (may_write && flies_ms != 0 && flies_ms < next_ms &&
            may_decide(slot) && !waits_for_others(tree, i) &&
            tree_is_change(tree_decide(tree, slot))) {
            next_ms = flies_ms;
        }
    }
    return next_ms;
}
