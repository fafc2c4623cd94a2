/*
 * tree_plan.c - what is asked of ZooKeeper next.
 *
 * In order: list the host's directory, make missing parents, read what must be
 * read, then gather every difference into one multi. One list, one parent
 * and one multi at a time; while the multi is under way the next one gathers.
 */
#include "base/text.h"
#include "publisher/tree_state.h"

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

bool tree_may_fly(const struct tree_slot *slot, uint64_t now_ms)
{
    return may_decide(slot) && slot->not_until_ms <= now_ms;
}

/* Nodes to be made where parents are missing wait for these. */
bool tree_has_no_parent(const struct tree *tree, const struct tree_slot *slot)
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
            tree_may_fly(slot, now_ms) &&
            tree_decide(tree, slot) == DECIDE_CREATE) {
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

static bool plan_multi(struct tree *tree, uint64_t now_ms,
                       struct tree_request *request)
{
    request->kind = TREE_MULTI;
    tree_load_multi(tree, now_ms, request);
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
        tree_has_no_parent(tree, slot)
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
            may_decide(slot) && !tree_waits_for_others(tree, i) &&
            tree_is_change(tree_decide(tree, slot))) {
            next_ms = flies_ms;
        }
    }
    return next_ms;
}
