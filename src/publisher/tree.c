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

#define AGENT_NAME ".agent"

bool tree_name_is_valid(const char *name)
{
    return text_is_printable(name, TREE_NAME_BYTES - 1) &&
           strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

/* "/a/b/c": no empty part, none that ZooKeeper would refuse. */
static bool path_is_valid(const char *path)
{
    char part[TREE_PATH_BYTES];
    while (*path == '/') {
        size_t length = strcspn(path + 1, "/");
        if (length >= sizeof part) {
            return false;
        }
        memcpy(part, path + 1, length);
        part[length] = '\0';
        if (!tree_name_is_valid(part)) {
            return false;
        }
        path += 1 + length;
    }
    return *path == '\0';
}

bool tree_is_stray(const struct tree *tree, const struct tree_slot *slot)
{
    return slot - tree->slots > tree->instances;
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

void tree_free_slot(struct tree_slot *slot)
{
    tree_forget_seen(slot);
    tree_end_flight(slot);
    free(slot->wanted);
    free(slot->name);
    *slot = (struct tree_slot){0};
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

static int compare_names(const void *one, const void *other, void *context)
{
    const struct tree *tree = context;
    return strcmp(tree->slots[*(const uint32_t *)one].name,
                  tree->slots[*(const uint32_t *)other].name);
}

static void sort_names(struct tree *tree)
{
    uint32_t count = tree->instances + 1;
    for (uint32_t i = 0; i < count; i++) {
        assert(tree->slots[i].name != NULL);
        tree->by_name[i] = i;
    }
    qsort_r(tree->by_name, count, sizeof *tree->by_name, compare_names, tree);
    tree->is_sorted = true;
}

struct tree_slot *tree_find_slot(struct tree *tree, const char *name)
{
    if (!tree->is_sorted) {
        sort_names(tree);
    }
    uint32_t low = 0;
    uint32_t high = tree->instances + 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct tree_slot *slot = &tree->slots[tree->by_name[middle]];
        int order = strcmp(name, slot->name);
        if (order == 0) {
            return slot;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    for (uint32_t i = tree->instances + 1; i < tree->slot_count; i++) {
        struct tree_slot *slot = &tree->slots[i];
        if (slot->name != NULL && strcmp(slot->name, name) == 0) {
            return slot;
        }
    }
    return NULL;
}

int tree_create(const char *state_path, const char *cluster, const char *host,
                const char *agent, uint32_t instances, struct tree **tree)
{
    struct tree *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return -ENOMEM;
    }
    made->instances = instances;
    made->slot_count = instances + 1 + TREE_STRAYS_MOST;
    made->slots = calloc(made->slot_count, sizeof *made->slots);
    made->by_name = calloc(instances + 1, sizeof *made->by_name);
    int status = -ENOMEM;
    if (made->slots == NULL || made->by_name == NULL) {
        goto fail;
    }
    status = -EINVAL;
    if (!text_format(made->directory, sizeof made->directory, "%s/%s/%s",
                     state_path, cluster, host) ||
        !path_is_valid(made->directory) ||
        strlen(made->directory) > TREE_PATH_BYTES - 1 - SETTINGS_NAME_BYTES ||
        !text_copy(made->agent, sizeof made->agent, agent)) {
        goto fail;
    }
    status = tree_name_slot(made, instances, AGENT_NAME);
    if (status != 0) {
        goto fail;
    }
    *tree = made;
    return 0;

fail:
    tree_destroy(made);
    return status;
}

void tree_destroy(struct tree *tree)
{
    if (tree == NULL) {
        return;
    }
    for (uint32_t i = 0; tree->slots != NULL && i < tree->slot_count; i++) {
        tree_free_slot(&tree->slots[i]);
    }
    free(tree->slots);
    free(tree->by_name);
    free(tree);
}

int tree_name_slot(struct tree *tree, uint32_t slot, const char *name)
{
    assert(slot <= tree->instances);
    if (!tree_name_is_valid(name) || strlen(name) >= SETTINGS_NAME_BYTES) {
        return -EINVAL;
    }
    char *copy = strdup(name);
    if (copy == NULL) {
        return -ENOMEM;
    }
    free(tree->slots[slot].name);
    tree->slots[slot].name = copy;
    tree->is_sorted = false;
    return 0;
}

uint32_t tree_agent_slot(const struct tree *tree)
{
    return tree->instances;
}

int tree_want(struct tree *tree, uint32_t slot, const char *bytes,
              size_t length, uint64_t claim_version)
{
    assert(slot <= tree->instances && length <= PAYLOAD_BYTES_MOST);
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
    assert(slot <= tree->instances);
    tree->slots[slot].must_write = tree->slots[slot].wish == WISH_BYTES;
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
    assert(slot <= tree->instances);
    if (!tree->is_withdrawing) {
        wish_without_bytes(&tree->slots[slot], WISH_KEEP);
    }
}

void tree_drop(struct tree *tree, uint32_t slot)
{
    assert(slot <= tree->instances);
    wish_without_bytes(&tree->slots[slot], WISH_NONE);
}

void tree_hold_strays(struct tree *tree, bool is_held)
{
    tree->holds_strays = is_held;
}

void tree_withdraw(struct tree *tree)
{
    tree->is_withdrawing = true;
    for (uint32_t i = 0; i <= tree->instances; i++) {
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

bool tree_path(const struct tree *tree, uint32_t slot, char *path, size_t size)
{
    assert(slot < tree->slot_count && tree->slots[slot].name != NULL);
    return text_format(path, size, "%s/%s", tree->directory,
                       tree->slots[slot].name);
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
    return decision == DECIDE_NOTHING || decision == DECIDE_FOREIGN;
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
