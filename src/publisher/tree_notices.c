/*
 * tree_notices.c - what is told: acknowledgements, alarms, and what was found.
 *
 * Each is told once, when it differs from what was told before.
 */
#include "publisher/tree_state.h"

/* Before the survey is done a dead session of ours may look like a
 * stranger's. */
static bool take_alarm(const struct tree *tree, struct tree_slot *slot,
                       struct tree_notice *notice)
{
    bool is_foreign = tree_is_foreign(tree, slot);
    if (!tree->is_surveyed || !slot->seen.is_known ||
        is_foreign == slot->is_alarmed) {
        return false;
    }
    slot->is_alarmed = is_foreign;
    notice->kind = is_foreign ? TREE_ALARM_RAISED : TREE_ALARM_CLEARED;
    notice->stat = slot->seen.stat;
    return true;
}

/* Over once it was written, or nothing is to be written any more. */
static bool take_refusal(const struct tree *tree, struct tree_slot *slot,
                         struct tree_notice *notice)
{
    bool is_refused = tree_is_refused(tree, slot);
    slot->is_refused = slot->is_refused && is_refused;
    if (is_refused == slot->is_told_refused) {
        return false;
    }
    slot->is_told_refused = is_refused;
    notice->kind = is_refused ? TREE_REFUSAL_RAISED : TREE_REFUSAL_CLEARED;
    notice->stat = slot->seen.stat;
    return true;
}

static bool take_published(const struct tree *tree, struct tree_slot *slot,
                           struct tree_notice *notice)
{
    const struct tree_seen *seen = &slot->seen;
    bool is_told = slot->told_claim == slot->claim_version &&
                   slot->told_stat.czxid == seen->stat.czxid &&
                   slot->told_stat.version == seen->stat.version;
    if (is_told || slot->wish != WISH_BYTES || slot->claim_version == 0 ||
        !seen->exists || seen->stat.owner != tree->session ||
        seen->stat.czxid == 0 || tree_decide(tree, slot) != DECIDE_NOTHING) {
        return false;
    }
    slot->told_claim = slot->claim_version;
    slot->told_stat = seen->stat;
    notice->kind = TREE_PUBLISHED;
    notice->claim_version = slot->claim_version;
    notice->since_wall_ms = seen->found.since_wall_ms;
    notice->stat = seen->stat;
    return true;
}

bool tree_take_notice(struct tree *tree, struct tree_notice *notice)
{
    for (uint32_t i = 0; i < tree->fixed; i++) {
        struct tree_slot *slot = &tree->slots[i];
        notice->slot = i;
        if (take_alarm(tree, slot, notice) ||
            take_refusal(tree, slot, notice) ||
            (i < tree->instances && take_published(tree, slot, notice))) {
            return true;
        }
    }
    return false;
}

/* Whose a member is only the survey tells: it bears no mark of ours. */
bool tree_take_found(struct tree *tree, uint32_t *instance)
{
    uint32_t known = tree_survey(tree) ? tree->fixed : tree->instances;
    for (uint32_t i = 0; i < known; i++) {
        if (i != tree->instances && tree->slots[i].is_found_new) {
            tree->slots[i].is_found_new = false;
            *instance = i < tree->instances
                            ? i
                            : (i - tree->instances - 1) % tree->instances;
            return true;
        }
    }
    return false;
}
