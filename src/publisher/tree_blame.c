/*
 * tree_blame.c - what a failure costs, and whom: a pause for all, a flight
 * alone, a directory seen as missing.
 */
#include "publisher/tree_state.h"

/* One failure may be another's harmless doing (we read and try again at
 * once); from the second in a row on we wait, twice as long each time. The
 * moment until which to wait, or 0. */
static uint64_t backoff_until(uint32_t failures, uint64_t most_ms,
                              uint64_t now_ms)
{
    if (failures < 2) {
        return 0;
    }
    uint64_t wait_ms = TREE_BACKOFF_FIRST_MS;
    for (uint32_t i = 2; i < failures && wait_ms < most_ms; i++) {
        wait_ms *= 2;
    }
    if (wait_ms > most_ms) {
        wait_ms = most_ms;
    }
    return now_ms + wait_ms;
}

void tree_note_failure(struct tree *tree, uint64_t now_ms)
{
    tree->failures++;
    tree->backoff_until_ms =
        backoff_until(tree->failures, TREE_BACKOFF_MOST_MS, now_ms);
}

/* The one slot that flew, or NULL if there were more. */
static struct tree_slot *find_single(struct tree *tree)
{
    struct tree_slot *single = NULL;
    for (uint32_t i = 0; i < tree->slot_count; i++) {
        struct tree_slot *slot = &tree->slots[i];
        if (slot->flight.is_flying && single != NULL) {
            return NULL;
        }
        if (slot->flight.is_flying) {
            single = slot;
        }
    }
    return single;
}

void tree_blame_directory(struct directory *directory, uint64_t now_ms)
{
    directory->failures++;
    uint64_t most_ms =
        directory->has_refusal ? TREE_REFUSED_MOST_MS : TREE_BACKOFF_MOST_MS;
    directory_failed(directory,
                     backoff_until(directory->failures, most_ms, now_ms));
}

/* A node was not there: one to be changed, which reading will tell, or the
 * parent of one to be made. The host's directory is listed; of the others each
 * part is asked for. True: it was a directory that we may not make. */
static bool suspect_directories(struct tree *tree, uint64_t now_ms)
{
    bool is_to_blame = false;
    tree->must_list = true;
    for (uint32_t i = 0; i < tree->fixed; i++) {
        const struct tree_slot *slot = &tree->slots[i];
        struct directory *directory = &tree->directories[slot->directory];
        bool is_made = slot->flight.is_flying && slot->flight.bytes != NULL &&
                       !slot->flight.is_set;
        if (is_made && directory->has_refusal) {
            is_to_blame = true;
            tree_blame_directory(directory, now_ms);
        } else if (is_made && slot->directory != 0) {
            directory_lost(directory);
        }
    }
    return is_to_blame;
}

bool tree_is_refused(const struct tree *tree, const struct tree_slot *slot)
{
    enum tree_decision decision = tree_decide(tree, slot);
    if (decision == DECIDE_CREATE &&
        tree->directories[slot->directory].is_refused) {
        return true;
    }
    return slot->is_refused && tree_is_change(decision);
}

/* Whose fault was it? A lost answer is nobody's, and neither is a first
 * conflict. Otherwise a slot that flew alone pays for it alone; those that
 * flew together fly apart until each has landed. */
void tree_blame(struct tree *tree, enum tree_outcome outcome, uint64_t now_ms)
{
    if (outcome == TREE_NO_NODE && suspect_directories(tree, now_ms)) {
        return;
    }
    struct tree_slot *single = find_single(tree);
    if (outcome == TREE_LOST) {
        tree_note_failure(tree, now_ms);
        return;
    }
    if (single != NULL) {
        single->flies_alone = true;
        single->is_refused = outcome == TREE_REFUSED;
        single->failures++;
        single->not_until_ms = backoff_until(
            single->failures,
            single->is_refused ? TREE_REFUSED_MOST_MS : TREE_BACKOFF_MOST_MS,
            now_ms);
        return;
    }
    tree->failures++;
    if (outcome != TREE_REFUSED && tree->failures < 2) {
        return;
    }
    for (uint32_t i = 0; i < tree->slot_count; i++) {
        tree->slots[i].flies_alone |= tree->slots[i].flight.is_flying;
    }
}
