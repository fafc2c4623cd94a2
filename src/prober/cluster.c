/*
 * cluster.c - see cluster.h.
 */
#include "prober/cluster.h"

#include <string.h>

#include "prober/lines.h"

#define VALUE_BYTES 16

static bool is_named(const struct line *line, const char *name)
{
    return line->name_length == strlen(name) &&
           memcmp(line->name, name, line->name_length) == 0;
}

void cluster_read(struct cluster *cluster, const char *text, size_t length)
{
    struct lines lines = {.text = text, .length = length};
    struct line line;
    char value[VALUE_BYTES];
    uint64_t slots = 0;
    while (lines_next(&lines, &line)) {
        if (is_named(&line, "cluster_state") &&
            line_value(&line, value, sizeof(value))) {
            cluster->is_down = strcmp(value, "ok") != 0;
        } else if (is_named(&line, "cluster_slots_assigned") &&
                   line_number(&line, CLUSTER_SLOTS, &slots)) {
            cluster->has_unassigned = slots < CLUSTER_SLOTS;
        } else if (is_named(&line, "cluster_slots_fail") &&
                   line_number(&line, CLUSTER_SLOTS, &slots)) {
            cluster->has_failed = slots > 0;
        }
    }
}
