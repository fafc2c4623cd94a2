/*
 * tree_answers.c - what ZooKeeper said: every answer becomes what was seen,
 * or a reason to look again. Nothing is decided here.
 *
 * An answer counts only while its ticket is the one awaited: what comes late,
 * twice, or from before a lost connection changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "publisher/tree_state.h"

static void note_dead_session(struct tree *tree, uint64_t session)
{
    if (session == 0 || tree_owns(tree, session)) {
        return;
    }
    uint32_t at = tree->dead_session_count % TREE_DEAD_SESSIONS_MOST;
    tree->dead_sessions[at] = session;
    tree->dead_session_count++;
}

static bool found_equals(const struct payload_found *one,
                         const struct payload_found *other)
{
    return one->is_ours == other->is_ours && one->state == other->state &&
           one->since_wall_ms == other->since_wall_ms &&
           one->is_expired == other->is_expired &&
           one->registered_wall_ms == other->registered_wall_ms;
}

static void set_seen(struct tree *tree, struct tree_slot *slot,
                     const char *bytes, size_t length,
                     const struct tree_stat *stat)
{
    struct payload_found before = slot->seen.found;
    bool was_owned =
        slot->seen.exists && tree_owns(tree, slot->seen.stat.owner);
    tree_forget_seen(slot);
    struct tree_seen *seen = &slot->seen;
    seen->is_known = true;
    seen->exists = true;
    seen->stat = *stat;
    if (length <= TREE_BYTES_MOST) {
        seen->bytes = malloc(length > 0 ? length : 1);
    }
    if (seen->bytes != NULL) {
        memcpy(seen->bytes, bytes, length);
        seen->length = length;
        payload_decode(bytes, length, tree->agent, &seen->found);
    }
    if (seen->found.is_ours) {
        note_dead_session(tree, stat->owner);
    }
    if (!was_owned || !found_equals(&before, &seen->found)) {
        slot->is_found_new = true;
    }
}

static void set_absent(struct tree_slot *slot)
{
    if (slot->seen.exists) {
        slot->is_found_new = true;
    }
    tree_forget_seen(slot);
    slot->seen.is_known = true;
}

void tree_on_connected(struct tree *tree, uint64_t session)
{
    tree_on_suspended(tree);
    if (tree->session != 0 && tree->session != session) {
        note_dead_session(tree, tree->session);
    }
    tree->session = session;
    tree->is_connected = true;
    tree->is_surveyed = false;
    tree->failures = 0;
    tree->backoff_until_ms = 0;
    tree_sweep(tree);
}

void tree_on_suspended(struct tree *tree)
{
    tree->is_connected = false;
    tree->list_ticket = 0;
    tree->parent_ticket = 0;
    tree->multi_ticket = 0;
    tree->reads = 0;
    for (uint32_t i = 0; i < tree->slot_count; i++) {
        struct tree_slot *slot = &tree->slots[i];
        if (slot->read_ticket != 0 || slot->flight.is_flying) {
            slot->must_read = true;
        }
        slot->read_ticket = 0;
        slot->flies_alone = false;
        slot->failures = 0;
        slot->not_until_ms = 0;
        tree_end_flight(slot);
    }
}

void tree_sweep(struct tree *tree)
{
    tree->must_list = true;
    for (uint32_t i = 0; i < tree->slot_count; i++) {
        if (tree->slots[i].name != NULL) {
            tree->slots[i].must_read = true;
        }
    }
}

void tree_on_changed(struct tree *tree, const char *path)
{
    struct tree_slot *slot = tree_find_path(tree, path);
    bool is_our_deed = tree->is_withdrawing && slot != NULL &&
                       slot->seen.is_known && !slot->seen.exists;
    if (slot != NULL && !is_our_deed) {
        slot->must_read = true;
        slot->again_ms = 0;
    }
}

/* False: there is no room to follow it now. */
static bool add_stray(struct tree *tree, const char *name)
{
    if (!tree_name_is_valid(name)) {
        return true;
    }
    for (uint32_t i = tree->fixed; i < tree->slot_count; i++) {
        struct tree_slot *slot = &tree->slots[i];
        if (slot->name != NULL) {
            continue;
        }
        slot->directory = 0;
        slot->name = strdup(name);
        if (slot->name != NULL) {
            slot->wish = WISH_NONE;
            slot->must_read = true;
            slot->is_listed = true;
        }
        return true;
    }
    return false;
}

/* Whoever finds no room waits for the next list, which begins with them: so
 * strangers' nodes, however many, do not hide ours for ever. */
static void find_names(struct tree *tree, const char *const *names,
                       uint32_t count)
{
    uint32_t begin = count > 0 ? tree->list_turn % count : 0;
    tree->has_unlisted = false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = (begin + i) % count;
        struct tree_slot *slot = tree_find_slot(tree, 0, names[at]);
        if (slot != NULL) {
            slot->is_listed = true;
        } else if (!add_stray(tree, names[at]) && !tree->has_unlisted) {
            tree->has_unlisted = true;
            tree->list_turn = at;
        }
    }
}

static void take_names(struct tree *tree, const char *const *names,
                       uint32_t count)
{
    for (uint32_t i = 0; i < tree->slot_count; i++) {
        tree->slots[i].is_listed = false;
    }
    find_names(tree, names, count);
    for (uint32_t i = 0; i < tree->slot_count; i++) {
        struct tree_slot *slot = &tree->slots[i];
        if (slot->name == NULL || slot->directory != 0 || slot->is_listed ||
            slot->read_ticket != 0 || slot->flight.is_flying) {
            continue;
        }
        if (tree_is_stray(tree, slot)) {
            tree_free_slot(slot);
            continue;
        }
        set_absent(slot);
        slot->must_read = false;
    }
}

void tree_on_listed(struct tree *tree, uint64_t ticket,
                    enum tree_outcome outcome, const char *const *names,
                    uint32_t count, uint64_t now_ms)
{
    if (ticket != tree->list_ticket || ticket == 0) {
        return;
    }
    tree->list_ticket = 0;
    switch (outcome) {
    case TREE_OK:
        directory_found(&tree->directories[0]);
        take_names(tree, names, count);
        break;
    case TREE_NO_NODE:
        directory_lost(&tree->directories[0]);
        take_names(tree, NULL, 0);
        break;
    case TREE_LOST:
        tree->must_list = true;
        tree_note_failure(tree, now_ms);
        break;
    case TREE_EXISTS:
    case TREE_CONFLICT:
    case TREE_REFUSED:
        /* We may not list it; the nodes themselves are read all the same. */
        break;
    }
}

void tree_on_parent(struct tree *tree, uint64_t ticket,
                    enum tree_outcome outcome, uint64_t now_ms)
{
    if (ticket != tree->parent_ticket || ticket == 0) {
        return;
    }
    tree->parent_ticket = 0;
    struct directory *directory = &tree->directories[tree->parent_directory];
    switch (outcome) {
    case TREE_OK:
    case TREE_EXISTS:
        directory_part_made(directory);
        break;
    case TREE_REFUSED:
        directory_part_refused(directory);
        break;
    case TREE_NO_NODE: /* one we may not make, or somebody removes them */
        tree_blame_directory(directory, now_ms);
        break;
    case TREE_LOST:
    case TREE_CONFLICT:
        tree_note_failure(tree, now_ms);
        break;
    }
}

/* A stray that is gone or not ours concerns us no longer. */
static void review_stray(struct tree *tree, struct tree_slot *slot)
{
    if (tree_is_stray(tree, slot) && slot->seen.is_known && !slot->must_read &&
        tree_decide(tree, slot) == DECIDE_NOTHING) {
        tree_free_slot(slot);
    }
}

void tree_on_read(struct tree *tree, uint64_t ticket, uint32_t slot,
                  enum tree_outcome outcome, const char *bytes, size_t length,
                  const struct tree_stat *stat, uint64_t now_ms)
{
    if (slot >= tree->slot_count || ticket == 0 ||
        tree->slots[slot].read_ticket != ticket) {
        return;
    }
    struct tree_slot *at = &tree->slots[slot];
    at->read_ticket = 0;
    tree->reads--;
    switch (outcome) {
    case TREE_OK:
        set_seen(tree, at, bytes, length, stat);
        break;
    case TREE_NO_NODE:
        set_absent(at);
        break;
    case TREE_LOST:
        at->must_read = true;
        at->again_ms = now_ms + TREE_READ_AGAIN_MS;
        return;
    case TREE_EXISTS:
    case TREE_CONFLICT:
    case TREE_REFUSED:
        /* There, and hidden from us: somebody else's business. */
        set_seen(tree, at, NULL, TREE_BYTES_MOST + 1, &(struct tree_stat){0});
        break;
    }
    if (tree_is_foreign(tree, at)) {
        at->again_ms = now_ms + TREE_FOREIGN_AGAIN_MS;
    }
    review_stray(tree, at);
}

/* The multi was done: what flew is what stands there now. */
static void land(struct tree *tree, struct tree_slot *slot,
                 const struct tree_stat *stats)
{
    struct tree_flight *flight = &slot->flight;
    if (flight->bytes == NULL) {
        set_absent(slot);
        /* It makes room for one that the last list had none for. */
        tree->must_list = tree->must_list || tree->has_unlisted;
        tree->has_unlisted = false;
    } else if (flight->is_set) {
        const struct tree_stat *stat = &stats[flight->position];
        set_seen(tree, slot, flight->bytes, flight->length, stat);
        if (stat->owner != tree->session) {
            slot->must_read = true;
        }
    } else {
        /* The answer to a create tells no czxid, and no watch stands yet. */
        struct tree_stat stat = {.owner = tree->session};
        directory_found(&tree->directories[slot->directory]);
        set_seen(tree, slot, flight->bytes, flight->length, &stat);
        slot->must_read = true;
    }
    tree_end_flight(slot);
    slot->flies_alone = false;
    slot->is_refused = false;
    slot->failures = 0;
    slot->not_until_ms = 0;
    review_stray(tree, slot);
}

void tree_on_multi(struct tree *tree, uint64_t ticket,
                   enum tree_outcome outcome, const struct tree_stat *stats,
                   uint64_t now_ms)
{
    if (ticket != tree->multi_ticket || ticket == 0) {
        return;
    }
    tree->multi_ticket = 0;
    if (outcome != TREE_OK) {
        tree_blame(tree, outcome, now_ms);
    } else {
        tree->failures = 0;
    }
    for (uint32_t i = 0; i < tree->slot_count; i++) {
        struct tree_slot *slot = &tree->slots[i];
        if (!slot->flight.is_flying) {
            continue;
        }
        if (outcome == TREE_OK) {
            land(tree, slot, stats);
        } else {
            tree_end_flight(slot);
            slot->must_read = true;
        }
    }
}
