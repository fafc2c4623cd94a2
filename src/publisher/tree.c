/*
 * tree.c - wishes and questions: what the owner of a tree says and asks.
 *
 * tree_decide is the table of tree.h; all else here keeps the records it
 * reads. Fails only for want of memory, and then leaves the wish as it was.
 */
#include "publisher/tree.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "publisher/tree_state.h"

bool tree_is_stray(const struct tree *tree, const struct tree_slot *slot)
{
    return slot - tree->slots >= tree->fixed;
}

void tree_forget_seen(struct tree_slot *slot)
{
    free(slot->seen.bytes);
    slot->seen = (struct tree_seen){0};
}

void tree_end_flight(struct tree_slot *slot)
{
    free(slot->flight.bytes);
    slot->flight = (struct tree_flight){0};
}

bool tree_owns(const struct tree *tree, uint64_t session)
{
    if (session == 0 || session == tree->session) {
        return session != 0;
    }
    for (uint32_t i = 0; i < TREE_DEAD_SESSIONS_MOST; i++) {
        if (tree->dead_sessions[i] == session) {
            return true;
        }
    }
    return false;
}

bool tree_is_foreign(const struct tree *tree, const struct tree_slot *slot)
{
    return slot->seen.exists && slot->wish != WISH_NONE &&
           !tree_owns(tree, slot->seen.stat.owner);
}

static bool holds_wanted(const struct tree_slot *slot)
{
    return slot->seen.bytes != NULL &&
           slot->seen.length == slot->wanted_length &&
           memcmp(slot->seen.bytes, slot->wanted, slot->wanted_length) == 0;
}

enum tree_decision tree_decide(const struct tree *tree,
                               const struct tree_slot *slot)
{
    const struct tree_seen *seen = &slot->seen;
    if (!seen->exists) {
        return slot->wish == WISH_BYTES ? DECIDE_CREATE : DECIDE_NOTHING;
    }
    if (tree_is_foreign(tree, slot)) {
        return DECIDE_FOREIGN;
    }
    if (slot->wish == WISH_NONE) {
        bool is_ours = tree_owns(tree, seen->stat.owner);
        return is_ours ? DECIDE_DELETE : DECIDE_NOTHING;
    }
    if (seen->stat.owner != tree->session) {
        bool has_bytes = slot->wish == WISH_BYTES || seen->bytes != NULL;
        return has_bytes ? DECIDE_TAKE_OVER : DECIDE_NOTHING;
    }
    if (slot->wish == WISH_KEEP) {
        return DECIDE_NOTHING;
    }
    return slot->must_write || !holds_wanted(slot) ? DECIDE_SET
                                                   : DECIDE_NOTHING;
}

bool tree_is_change(enum tree_decision decision)
{
    return decision != DECIDE_NOTHING && decision != DECIDE_FOREIGN;
}

int tree_want(struct tree *tree, uint32_t slot, const char *bytes,
              size_t length, uint64_t claim_version)
{
    assert(slot < tree->fixed && length <= TREE_BYTES_MOST);
    if (tree->is_withdrawing) {
        return 0;
    }
    struct tree_slot *at = &tree->slots[slot];
    bool is_same = at->wish == WISH_BYTES && at->wanted_length == length &&
                   memcmp(at->wanted, bytes, length) == 0;
    if (!is_same) {
        char *copy = malloc(length > 0 ? length : 1);
        if (copy == NULL) {
            return -ENOMEM;
        }
        memcpy(copy, bytes, length);
        free(at->wanted);
        at->wanted = copy;
        at->wanted_length = length;
        at->wish = WISH_BYTES;
    }
    at->claim_version = claim_version;
    return 0;
}

void tree_touch(struct tree *tree, uint32_t slot)
{
    assert(slot < tree->fixed);
    tree->slots[slot].must_write = tree->slots[slot].wish == WISH_BYTES;
}

void tree_hurry(struct tree *tree, uint32_t slot, bool is_urgent)
{
    assert(slot < tree->fixed);
    tree->slots[slot].is_urgent = is_urgent;
}

static void wish_without_bytes(struct tree_slot *slot, enum tree_wish wish)
{
    slot->must_write = false;
    free(slot->wanted);
    slot->wanted = NULL;
    slot->wanted_length = 0;
    slot->wish = wish;
}

void tree_keep(struct tree *tree, uint32_t slot)
{
    assert(slot < tree->fixed);
    if (!tree->is_withdrawing) {
        wish_without_bytes(&tree->slots[slot], WISH_KEEP);
    }
}

void tree_drop(struct tree *tree, uint32_t slot)
{
    assert(slot < tree->fixed);
    wish_without_bytes(&tree->slots[slot], WISH_NONE);
}

void tree_hold_strays(struct tree *tree, bool is_held)
{
    tree->holds_strays = is_held;
}

void tree_withdraw(struct tree *tree)
{
    tree->is_withdrawing = true;
    for (uint32_t i = 0; i < tree->fixed; i++) {
        tree_drop(tree, i);
    }
}

void tree_found(const struct tree *tree, uint32_t slot,
                struct payload_found *found)
{
    const struct tree_seen *seen = &tree->slots[slot].seen;
    *found = (struct payload_found){0};
    if (seen->exists && tree_owns(tree, seen->stat.owner)) {
        *found = seen->found;
    }
}

static bool slot_is_settled(const struct tree *tree,
                            const struct tree_slot *slot)
{
    if (slot->name == NULL) {
        return true;
    }
    if (!slot->seen.is_known || slot->must_read || slot->read_ticket != 0 ||
        slot->flight.is_flying) {
        return false;
    }
    enum tree_decision decision = tree_decide(tree, slot);
    bool is_standing_aside = !tree->is_withdrawing &&
                             !tree_is_stray(tree, slot) &&
                             tree_is_refused(tree, slot);
    return !tree_is_change(decision) || is_standing_aside;
}

bool tree_is_settled(const struct tree *tree)
{
    if (!tree->is_connected || tree->must_list || tree->list_ticket != 0 ||
        tree->multi_ticket != 0) {
        return false;
    }
    for (uint32_t i = 0; i < tree->slot_count; i++) {
        if (!slot_is_settled(tree, &tree->slots[i])) {
            return false;
        }
    }
    return true;
}

bool tree_is_withdrawn(const struct tree *tree)
{
    return tree->is_withdrawing && tree_is_settled(tree);
}
