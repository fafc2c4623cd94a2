/*
 * tree_load.c - which differences one multi takes: bad news first, in turn,
 * all of an instance's together, within the bounds of operations and bytes.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "publisher/tree_state.h"

/* Room for a path, a jute record's heads and an ACL around the bytes. */
#define OP_OVERHEAD_BYTES 128

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

/* Of a state node's or a member's slot. */
static uint32_t instance_of(const struct tree *tree, uint32_t number)
{
    return number < tree->instances
               ? number
               : (number - tree->instances - 1) % tree->instances;
}

/* A change of state and its members fly together: after a multi that failed
 * all are read again, and none goes before the last one was. */
bool tree_waits_for_others(const struct tree *tree, uint32_t number)
{
    if (number == tree->instances || number >= tree->fixed) {
        return false;
    }
    uint32_t instance = instance_of(tree, number);
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
    return tree_may_fly(slot, now_ms) &&
           tree_is_change(tree_decide(tree, slot)) && !is_held(tree, number) &&
           !tree_has_no_parent(tree, slot) &&
           !tree_waits_for_others(tree, number);
}

/* The next turn is that of the first one left out. */
static void leave_out(struct tree *tree, uint32_t number, struct load *load)
{
    if (!load->has_left_out) {
        load->has_left_out = true;
        tree->turn = number;
    }
}

/* There is room for it; but one that flies alone waits until it can. */
static void load_slot(struct tree *tree, uint32_t number, struct load *load)
{
    const struct tree_slot *slot = &tree->slots[number];
    if (slot->flies_alone && load->bytes > 0) {
        leave_out(tree, number, load);
        return;
    }
    load_ops(tree, number, tree_decide(tree, slot), load->request);
    load->bytes += slot_bytes(tree, slot);
    if (slot->flies_alone && slot->flight.is_flying) {
        tree->turn = (number + 1) % tree->slot_count;
        load->is_closed = true;
    }
}

/* What else is to be done of the same instance: its state and its members
 * change together, for readers shall see a new role in both trees at once. One
 * that flies alone has been told apart. Their number, with `number` itself. */
static uint32_t gather_unit(const struct tree *tree, uint32_t number,
                            uint64_t now_ms, uint32_t *unit)
{
    uint32_t count = 0;
    unit[count++] = number;
    if (number == tree->instances || number >= tree->fixed ||
        tree->slots[number].flies_alone) {
        return count;
    }
    uint32_t instance = instance_of(tree, number);
    for (uint32_t i = 0; i < tree->directory_count; i++) {
        uint32_t other =
            i == 0 ? instance : tree_member_slot(tree, i, instance);
        if (other != number && !tree->slots[other].flies_alone &&
            is_loadable(tree, other, now_ms)) {
            unit[count++] = other;
        }
    }
    return count;
}

/* All of a unit, or nothing: the next multi begins with it. An empty one has
 * room for any. */
static void load_unit(struct tree *tree, uint32_t number, uint64_t now_ms,
                      struct load *load)
{
    uint32_t unit[TREE_DIRECTORIES_MOST];
    uint32_t count = gather_unit(tree, number, now_ms, unit);
    size_t bytes = load->bytes;
    for (uint32_t i = 0; i < count; i++) {
        bytes += slot_bytes(tree, &tree->slots[unit[i]]);
    }
    bool is_full = load->request->count + 2 * count > TREE_OPS_MOST ||
                   bytes > TREE_MULTI_BYTES_MOST;
    if (is_full) {
        leave_out(tree, number, load);
        load->is_closed = true;
        return;
    }
    for (uint32_t i = 0; i < count && !load->is_closed; i++) {
        load_slot(tree, unit[i], load);
    }
}

/* Bad news, then the rest, then what nobody wants: an old name goes when the
 * new one stands, or with it; so not while one is left out. */
#define PASSES 3
#define PASS_STRAYS 2

static uint32_t pass_of(const struct tree *tree, uint32_t number)
{
    const struct tree_slot *slot = &tree->slots[number];
    if (tree_is_stray(tree, slot)) {
        return PASS_STRAYS;
    }
    return slot->is_urgent ? 0 : 1;
}

/* Loads what differs, in each pass from the slot whose turn it is on. */
void tree_load_multi(struct tree *tree, uint64_t now_ms,
                     struct tree_request *request)
{
    struct load load = {.request = request};
    uint32_t first = tree->turn;
    uint32_t count = tree->slot_count;
    for (uint32_t i = 0; i < PASSES * count && !load.is_closed; i++) {
        uint32_t number = (first + i % count) % count;
        if (load.has_left_out && i / count == PASS_STRAYS) {
            return;
        }
        if (pass_of(tree, number) == i / count &&
            is_loadable(tree, number, now_ms)) {
            load_unit(tree, number, now_ms, &load);
        }
    }
}
