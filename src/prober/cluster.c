/*
 * cluster.c - see cluster.h.
 */
#include "prober/cluster.h"

#include <string.h>

#include "prober/pairs.h"

#define VALUE_BYTES 16

static bool is_named(const struct pair *pair, const char *name)
{
    return pair->name_length == strlen(name) &&
           memcmp(pair->name, name, pair->name_length) == 0;
}

void cluster_read(struct cluster *cluster, const char *text, size_t length)
{
    struct pairs pairs = {.text = text, .length = length};
    struct pair pair;
    char value[VALUE_BYTES];
    uint64_t slots = 0;
    while (pairs_next(&pairs, &pair)) {
        if (is_named(&pair, "cluster_state") &&
            pair_value(&pair, value, sizeof(value))) {
            cluster->is_ok = strcmp(value, "ok") == 0;
            cluster->is_down = !cluster->is_ok;
        } else if (is_named(&pair, "cluster_slots_assigned") &&
                   pair_number(&pair, CLUSTER_SLOTS, &slots)) {
            cluster->has_unassigned = slots < CLUSTER_SLOTS;
        } else if (is_named(&pair, "cluster_slots_fail") &&
                   pair_number(&pair, CLUSTER_SLOTS, &slots)) {
            cluster->has_failed = slots > 0;
        }
    }
}
