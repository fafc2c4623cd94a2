/*
 * zookeeper.h - a simulated ZooKeeper: one server that holds bytes.
 */
#ifndef SIM_ZOOKEEPER_H
#define SIM_ZOOKEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "publisher/tree.h"

struct world;

#define SESSIONS_MOST 256

struct sim_node {
    bool exists;
    bool is_watched;
    char path[192];
    char bytes[PAYLOAD_READ_MOST];
    size_t length;
    int32_t version;
    uint64_t czxid;
    uint64_t owner;
};

struct sim_zookeeper {
    struct sim_node *nodes; /* owned */
    uint32_t node_count;
    uint64_t zxid;
    uint64_t last_session;
    bool sessions[SESSIONS_MOST]; /* by number: is it alive? */
    uint64_t writes;
    bool is_reachable;
};

void sim_zookeeper_connect(struct world *world);
void sim_zookeeper_lost(struct world *world);
void sim_zookeeper_submit(struct world *world,
                          const struct tree_request *request);
/* Its nodes go; if the publisher stands on it, it hears so. */
void sim_zookeeper_expire(struct world *world, uint64_t session);
bool sim_zookeeper_is_alive(const struct world *world, uint64_t session);
/* A stranger's hand. */
void sim_zookeeper_delete(struct world *world, uint32_t instance);
void sim_zookeeper_overwrite(struct world *world, uint32_t instance);
const struct sim_node *sim_zookeeper_node(const struct world *world,
                                          uint32_t instance);
void sim_zookeeper_finish(struct world *world);

/* Between zookeeper.c and sessions.c. */
struct sim_node *zookeeper_find(struct world *world, const char *path);
void zookeeper_write_node(struct world *world, struct sim_node *node,
                          const char *bytes, size_t length);
void zookeeper_delete_node(struct world *world, struct sim_node *node);
/* The path of an instance's node. */
void zookeeper_path(const struct world *world, uint32_t instance, char *path,
                    size_t size);
/* What somebody else has put there: a persistent node if `owner` is 0. */
void zookeeper_put(struct world *world, const char *path, uint64_t owner);

#endif
