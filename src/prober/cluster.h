/*
 * cluster.h - what CLUSTER INFO tells of the cluster as this node sees it.
 */
#ifndef PROBER_CLUSTER_H
#define PROBER_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>

#define CLUSTER_SLOTS 16384

struct cluster {
    bool is_ok;          /* cluster_state is ok */
    bool is_down;        /* it is something else */
    bool has_unassigned; /* slots without a node */
    bool has_failed;     /* slots of a node that failed */
};

/* Reads a stranger's text; what it does not tell stays false. */
void cluster_read(struct cluster *cluster, const char *text, size_t length);

#endif
