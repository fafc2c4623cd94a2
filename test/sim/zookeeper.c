/*
 * zookeeper.c - a simulated ZooKeeper: one server that holds bytes.
 *
 * Requests of a connection arrive in order, each a little later; answers take
 * their time too. When the connection goes, whatever was under way may have
 * been done or not, and nobody is told. A session without contact for its
 * timeout ends, and its nodes go.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NODES_MOST (WORLD_INSTANCES_MOST + 64)

struct parcel {
    uint32_t connection;
    uint64_t session;
    struct tree_request request;
    char *bytes[TREE_OPS_MOST]; /* copies */
    char *paths[TREE_OPS_MOST];
    enum tree_outcome outcome;
    struct tree_stat stats[TREE_OPS_MOST];
};

struct sim_node *zookeeper_find(struct world *world, const char *path)
{
    struct sim_zookeeper *zookeeper = &world->zookeeper;
    for (uint32_t i = 0; i < zookeeper->node_count; i++) {
        if (strcmp(zookeeper->nodes[i].path, path) == 0) {
            return &zookeeper->nodes[i];
        }
    }
    return NULL;
}

/* The record of a path, made when it is new. */
static struct sim_node *get_node(struct world *world, const char *path)
{
    struct sim_zookeeper *zookeeper = &world->zookeeper;
    struct sim_node *node = zookeeper_find(world, path);
    if (node != NULL) {
        return node;
    }
    if (zookeeper->nodes == NULL) {
        zookeeper->nodes = calloc(NODES_MOST, sizeof *zookeeper->nodes);
    }
    if (zookeeper->nodes == NULL || zookeeper->node_count == NODES_MOST) {
        abort();
    }
    node = &zookeeper->nodes[zookeeper->node_count++];
    (void)text_copy(node->path, sizeof node->path, path); /* ours: short */
    return node;
}

static void changed(struct world *world, struct sim_node *node)
{
    world->zookeeper.zxid++;
    oracle_node(world, node->path, node->exists ? node->bytes : NULL,
                node->length);
    if (node->is_watched) {
        node->is_watched = false;
        sim_publisher_watch(world, node->path);
    }
}

void zookeeper_write_node(struct world *world, struct sim_node *node,
                          const char *bytes, size_t length)
{
    memcpy(node->bytes, bytes, length);
    node->length = length;
    changed(world, node);
}

static void create_node(struct world *world, const char *path,
                        const char *bytes, size_t length, uint64_t owner)
{
    struct sim_node *node = get_node(world, path);
    node->exists = true;
    node->version = 0;
    node->czxid = world->zookeeper.zxid + 1;
    node->owner = owner;
    zookeeper_write_node(world, node, bytes, length);
}

void zookeeper_delete_node(struct world *world, struct sim_node *node)
{
    node->exists = false;
    changed(world, node);
}

static bool has_parent(struct world *world, const char *path)
{
    char parent[192];
    (void)text_copy(parent, sizeof parent, path); /* ours: short */
    char *slash = strrchr(parent, '/');
    if (slash == parent) {
        return true;
    }
    *slash = '\0';
    const struct sim_node *node = zookeeper_find(world, parent);
    return node != NULL && node->exists;
}

/* --- requests ----------------------------------------------------------- */

/* Would this operation do, with what the earlier ones of its multi left? */
static enum tree_outcome check_op(struct world *world, const char *path,
                                  const struct tree_op *op, bool was_deleted)
{
    const struct sim_node *node = zookeeper_find(world, path);
    bool exists = node != NULL && node->exists && !was_deleted;
    if (op->kind == TREE_CREATE) {
        if (!has_parent(world, path)) {
            return TREE_NO_NODE;
        }
        return exists ? TREE_EXISTS : TREE_OK;
    }
    if (!exists) {
        return TREE_NO_NODE;
    }
    return node->version == op->version ? TREE_OK : TREE_CONFLICT;
}

void zookeeper_put(struct world *world, const char *path, uint64_t owner)
{
    create_node(world, path, "", 0, owner);
}

static void apply_op(struct world *world, struct parcel *parcel, uint32_t i)
{
    const struct tree_op *op = &parcel->request.ops[i];
    const char *path = parcel->paths[i];
    struct sim_node *node = zookeeper_find(world, path);
    world->zookeeper.writes++;
    switch (op->kind) {
    case TREE_CREATE:
        create_node(world, path, parcel->bytes[i], op->length, parcel->session);
        break;
    case TREE_SET:
        node->version++;
        zookeeper_write_node(world, node, parcel->bytes[i], op->length);
        parcel->stats[i] = (struct tree_stat){.czxid = node->czxid,
                                              .owner = node->owner,
                                              .version = node->version};
        break;
    case TREE_DELETE:
        zookeeper_delete_node(world, node);
        break;
    }
}

void zookeeper_path(const struct world *world, uint32_t instance, char *path,
                    size_t size)
{
    (void)text_format(path, size, "/redis-sentinel/sim/host/%s",
                      world->settings.instances[instance].name); /* short */
}

static enum tree_outcome apply_multi(struct world *world, struct parcel *parcel)
{
    uint32_t deleted = UINT32_MAX;
    for (uint32_t i = 0; i < parcel->request.count; i++) {
        const struct tree_op *op = &parcel->request.ops[i];
        enum tree_outcome outcome =
            check_op(world, parcel->paths[i], op, op->slot == deleted);
        if (outcome != TREE_OK) {
            return outcome;
        }
        deleted = op->kind == TREE_DELETE ? op->slot : UINT32_MAX;
    }
    for (uint32_t i = 0; i < parcel->request.count; i++) {
        apply_op(world, parcel, i);
    }
    for (uint32_t i = 0; i < parcel->request.count; i++) {
        oracle_transaction(world, parcel->request.ops[i].slot);
    }
    return TREE_OK;
}

static enum tree_outcome apply_parent(struct world *world, const char *path)
{
    const struct sim_node *node = zookeeper_find(world, path);
    if (node != NULL && node->exists) {
        return TREE_EXISTS;
    }
    if (!has_parent(world, path)) {
        return TREE_NO_NODE;
    }
    create_node(world, path, "", 0, 0);
    return TREE_OK;
}

static void answer_list(struct world *world, const struct parcel *parcel)
{
    static const char *names[NODES_MOST];
    const char *path = parcel->request.path;
    const struct sim_node *node = zookeeper_find(world, path);
    bool exists = node != NULL && node->exists;
    uint32_t count = 0;
    size_t length = strlen(path);
    for (uint32_t i = 0; i < world->zookeeper.node_count; i++) {
        const struct sim_node *child = &world->zookeeper.nodes[i];
        if (child->exists && strncmp(child->path, path, length) == 0 &&
            child->path[length] == '/') {
            names[count++] = child->path + length + 1;
        }
    }
    tree_on_listed(world->publisher.desk.tree, parcel->request.ticket,
                   exists ? TREE_OK : TREE_NO_NODE, names, count,
                   world->now_ms);
}

static void answer_read(struct world *world, const struct parcel *parcel)
{
    struct sim_node *node = get_node(world, parcel->request.path);
    struct tree_stat stat = {
        .czxid = node->czxid, .owner = node->owner, .version = node->version};
    node->is_watched = node->is_watched || parcel->request.is_watched;
    tree_on_read(world->publisher.desk.tree, parcel->request.ticket,
                 parcel->request.slot, node->exists ? TREE_OK : TREE_NO_NODE,
                 node->bytes, node->exists ? node->length : 0, &stat,
                 world->now_ms);
}

static void free_bytes(struct parcel *parcel)
{
    for (uint32_t i = 0; i < parcel->request.count; i++) {
        free(parcel->bytes[i]);
        free(parcel->paths[i]);
        parcel->bytes[i] = NULL;
        parcel->paths[i] = NULL;
    }
}

/* Reads are answered as of now: nothing else writes while they travel that a
 * watch would not tell. */
static void handle_answer(struct world *world, void *data)
{
    struct parcel *parcel = data;
    struct sim_publisher *publisher = &world->publisher;
    if (!publisher->is_alive || publisher->is_frozen ||
        parcel->connection != publisher->connection) {
        return;
    }
    struct tree *tree = publisher->desk.tree;
    switch (parcel->request.kind) {
    case TREE_LIST:
        answer_list(world, parcel);
        break;
    case TREE_READ:
        answer_read(world, parcel);
        break;
    case TREE_PARENT:
        tree_on_parent(tree, parcel->request.ticket, parcel->outcome,
                       world->now_ms);
        break;
    case TREE_MULTI:
        tree_on_multi(tree, parcel->request.ticket, parcel->outcome,
                      parcel->stats, world->now_ms);
        break;
    }
    sim_publisher_answered(world);
}

static void handle_arrival(struct world *world, void *data)
{
    struct parcel *parcel = data;
    bool is_lost = parcel->connection != world->publisher.connection;
    bool is_alive = sim_zookeeper_is_alive(world, parcel->session);
    if (!is_alive || (is_lost && world_chance(world, 50))) {
        free_bytes(parcel);
        return;
    }
    if (parcel->request.kind == TREE_MULTI) {
        parcel->outcome = apply_multi(world, parcel);
    } else if (parcel->request.kind == TREE_PARENT) {
        parcel->outcome = apply_parent(world, parcel->request.path);
    }
    free_bytes(parcel);
    world_at(world, world->now_ms + world_between(world, 1, 5), handle_answer,
             world_copy(parcel, sizeof *parcel));
}

void sim_zookeeper_submit(struct world *world,
                          const struct tree_request *request)
{
    struct sim_publisher *publisher = &world->publisher;
    struct parcel parcel = {.connection = publisher->connection,
                            .session = publisher->session,
                            .request = *request};
    for (uint32_t i = 0; i < request->count; i++) {
        char path[TREE_PATH_BYTES];
        (void)tree_path(publisher->desk.tree, request->ops[i].slot, path,
                        sizeof path); /* any of ours fits */
        parcel.paths[i] = world_copy(path, strlen(path) + 1);
        if (request->ops[i].kind != TREE_DELETE) {
            parcel.bytes[i] =
                world_copy(request->ops[i].bytes, request->ops[i].length);
        }
    }
    uint64_t at_ms = world->now_ms + world_between(world, 1, 5);
    if (at_ms <= publisher->order_ms) {
        at_ms = publisher->order_ms + 1;
    }
    publisher->order_ms = at_ms;
    world_at(world, at_ms, handle_arrival, world_copy(&parcel, sizeof parcel));
}
