/*
 * tree_world.h - a ZooKeeper of a few arrays that can lie about what it did,
 * and a tree that believes in it: the stage of the tree's tests.
 */
#ifndef TEST_TREE_WORLD_H
#define TEST_TREE_WORLD_H

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "publisher/tree.h"

#define NODES_MOST 600
#define REQUESTS_MOST 5000
#define DIRECTORY "/state/cluster/host"
#define AGENT "0123456789abcdef"
#define OURS 100u
#define DEAD 99u
#define STRANGER 7u

struct fake_node {
    char path[128];
    char bytes[PAYLOAD_BYTES_MOST];
    size_t length;
    struct tree_stat stat;
};

/* How the next multi ends; REFUSED: all until further notice. */
enum fate { HONEST, DONE_BUT_LOST, NOT_DONE_AND_LOST, REFUSED };

struct world {
    struct tree *tree;
    struct fake_node nodes[NODES_MOST];
    uint32_t count;
    uint64_t zxid;
    uint64_t now_ms;
    enum fate fate;
    uint32_t refused;       /* a bit for each slot that may not be written */
    uint32_t conflict;      /* ... whose version is always another */
    const char *no_parents; /* nothing may be made below; NULL = none */
    uint32_t lists;
    uint32_t reads;
    uint32_t parents;
    uint32_t multis;
    uint32_t ops;
    uint32_t most_ops;
    size_t most_bytes;
    uint32_t published;
    struct tree_notice last_published;
    uint32_t raised;
    uint32_t cleared;
    uint32_t refusals;
    uint32_t refusals_over;
    struct tree_request request;
};

/* --- a ZooKeeper --------------------------------------------------------- */

static inline struct fake_node *find(struct world *world, const char *path)
{
    for (uint32_t i = 0; i < world->count; i++) {
        if (strcmp(world->nodes[i].path, path) == 0) {
            return &world->nodes[i];
        }
    }
    return NULL;
}

static inline struct fake_node *node(struct world *world, const char *name)
{
    char path[128];
    (void)text_format(path, sizeof path, DIRECTORY "/%s", name);
    return find(world, path);
}

static inline void add(struct world *world, const char *path, const char *bytes,
                       size_t length, uint64_t owner)
{
    assert_true(world->count < NODES_MOST);
    struct fake_node *made = &world->nodes[world->count++];
    *made = (struct fake_node){.length = length};
    (void)text_copy(made->path, sizeof made->path, path);
    memcpy(made->bytes, bytes, length);
    made->stat = (struct tree_stat){.czxid = ++world->zxid, .owner = owner};
}

static inline void erase(struct world *world, const char *path)
{
    struct fake_node *gone = find(world, path);
    assert_non_null(gone);
    *gone = world->nodes[--world->count];
}

static inline void overwrite(struct fake_node *at, const char *bytes,
                             size_t length)
{
    if (at == NULL) {
        fail_msg("%s", "no such node");
        return; /* gcc does not know that it never gets here */
    }
    memcpy(at->bytes, bytes, length);
    at->length = length;
    at->stat.version++;
}

static inline bool has_parent(struct world *world, const char *path)
{
    char parent[128];
    (void)text_copy(parent, sizeof parent, path);
    *strrchr(parent, '/') = '\0';
    return parent[0] == '\0' || find(world, parent) != NULL;
}

/* Whose parent is the one that lets nobody make anything. */
static inline bool is_forbidden(const struct world *world, const char *path)
{
    size_t length = world->no_parents != NULL ? strlen(world->no_parents) : 0;
    return length != 0 && strncmp(path, world->no_parents, length) == 0 &&
           path[length] == '/' && strchr(path + length + 1, '/') == NULL;
}

static inline enum tree_outcome make(struct world *world, const char *path,
                                     const char *bytes, size_t length,
                                     uint64_t owner)
{
    if (find(world, path) != NULL) {
        return TREE_EXISTS;
    }
    if (is_forbidden(world, path)) {
        return TREE_REFUSED;
    }
    if (!has_parent(world, path)) {
        return TREE_NO_NODE;
    }
    add(world, path, bytes, length, owner);
    return TREE_OK;
}

static inline enum tree_outcome apply(struct world *world,
                                      const struct tree_op *op,
                                      struct tree_stat *stat)
{
    char path[TREE_PATH_BYTES];
    assert_true(tree_path(world->tree, op->slot, path, sizeof path));
    if (op->slot < 32 && (world->refused >> op->slot & 1) != 0) {
        return TREE_REFUSED;
    }
    if (op->slot < 32 && (world->conflict >> op->slot & 1) != 0) {
        return TREE_CONFLICT;
    }
    if (op->kind == TREE_CREATE) {
        return make(world, path, op->bytes, op->length, OURS);
    }
    struct fake_node *at = find(world, path);
    if (at == NULL) {
        return TREE_NO_NODE;
    }
    if (at->stat.version != op->version) {
        return TREE_CONFLICT;
    }
    if (op->kind == TREE_DELETE) {
        erase(world, path);
        return TREE_OK;
    }
    overwrite(at, op->bytes, op->length);
    *stat = at->stat;
    return TREE_OK;
}

static inline enum tree_outcome apply_all(struct world *world,
                                          const struct tree_request *request,
                                          struct tree_stat *stats)
{
    struct fake_node *before = malloc(sizeof world->nodes);
    uint32_t count = world->count;
    assert_non_null(before);
    memcpy(before, world->nodes, sizeof world->nodes);
    enum tree_outcome outcome = TREE_OK;
    for (uint32_t i = 0; outcome == TREE_OK && i < request->count; i++) {
        outcome = apply(world, &request->ops[i], &stats[i]);
    }
    if (outcome != TREE_OK) {
        memcpy(world->nodes, before, sizeof world->nodes);
        world->count = count;
    }
    free(before);
    return outcome;
}

static inline void serve_multi(struct world *world,
                               const struct tree_request *request)
{
    struct tree_stat stats[TREE_OPS_MOST] = {0};
    enum fate fate = world->fate;
    world->fate = fate == REFUSED ? REFUSED : HONEST;
    world->multis++;
    world->ops += request->count;
    size_t bytes = 0;
    for (uint32_t i = 0; i < request->count; i++) {
        bytes += request->ops[i].length;
    }
    if (bytes > world->most_bytes) {
        world->most_bytes = bytes;
    }
    if (request->count > world->most_ops) {
        world->most_ops = request->count;
    }
    enum tree_outcome outcome = TREE_LOST;
    if (fate == HONEST || fate == DONE_BUT_LOST) {
        outcome = apply_all(world, request, stats);
    }
    outcome = fate == HONEST    ? outcome
              : fate == REFUSED ? TREE_REFUSED
                                : TREE_LOST;
    tree_on_multi(world->tree, request->ticket, outcome, stats, world->now_ms);
}

static inline void serve_list(struct world *world,
                              const struct tree_request *request)
{
    const char *names[NODES_MOST];
    uint32_t count = 0;
    size_t length = strlen(request->path);
    for (uint32_t i = 0; i < world->count; i++) {
        const char *path = world->nodes[i].path;
        if (strncmp(path, request->path, length) == 0 && path[length] == '/') {
            names[count++] = path + length + 1;
        }
    }
    world->lists++;
    bool is_there = find(world, request->path) != NULL;
    tree_on_listed(world->tree, request->ticket,
                   is_there ? TREE_OK : TREE_NO_NODE, names, count,
                   world->now_ms);
}

static inline void serve_read(struct world *world,
                              const struct tree_request *request)
{
    const struct fake_node *at = find(world, request->path);
    world->reads++;
    if (at == NULL) {
        tree_on_read(world->tree, request->ticket, request->slot, TREE_NO_NODE,
                     NULL, 0, NULL, world->now_ms);
        return;
    }
    tree_on_read(world->tree, request->ticket, request->slot, TREE_OK,
                 at->bytes, at->length, &at->stat, world->now_ms);
}

static inline void serve_one(struct world *world,
                             const struct tree_request *request)
{
    switch (request->kind) {
    case TREE_LIST:
        serve_list(world, request);
        break;
    case TREE_PARENT:
        world->parents++;
        tree_on_parent(world->tree, request->ticket,
                       make(world, request->path, "", 0, 0), world->now_ms);
        break;
    case TREE_READ:
        serve_read(world, request);
        break;
    case TREE_MULTI:
        serve_multi(world, request);
        break;
    }
}

static inline void take_notices(struct world *world)
{
    struct tree_notice notice;
    while (tree_take_notice(world->tree, &notice)) {
        world->published += notice.kind == TREE_PUBLISHED;
        world->raised += notice.kind == TREE_ALARM_RAISED;
        world->cleared += notice.kind == TREE_ALARM_CLEARED;
        world->refusals += notice.kind == TREE_REFUSAL_RAISED;
        world->refusals_over += notice.kind == TREE_REFUSAL_CLEARED;
        if (notice.kind == TREE_PUBLISHED) {
            world->last_published = notice;
        }
    }
}

/* Answers everything asked for now. */
static inline void serve(struct world *world)
{
    uint32_t served = 0;
    while (tree_next(world->tree, world->now_ms, &world->request)) {
        struct tree_request request = world->request;
        serve_one(world, &request);
        assert_true(++served < REQUESTS_MOST);
    }
    take_notices(world);
}

/* Serves until it settles, letting time pass. */
static inline void settle(struct world *world)
{
    serve(world);
    for (int i = 0; !tree_is_settled(world->tree) && i < 100; i++) {
        uint64_t next_ms = tree_next_ms(world->tree);
        assert_true(next_ms != UINT64_MAX);
        if (next_ms > world->now_ms) {
            world->now_ms = next_ms;
        }
        serve(world);
    }
    assert_true(tree_is_settled(world->tree));
}

/* --- the stage ----------------------------------------------------------- */

static inline size_t payload(char *bytes, const char *agent, const char *state)
{
    (void)text_format(bytes, PAYLOAD_BYTES_MOST,
                      "{\"agent\":\"%s\",\"since\":1700000000000,"
                      "\"state\":\"%s\"}",
                      agent, state);
    return strlen(bytes);
}

static inline void put(struct world *world, const char *name, const char *agent,
                       const char *state, uint64_t owner)
{
    char path[128];
    char bytes[PAYLOAD_BYTES_MOST];
    (void)text_format(path, sizeof path, DIRECTORY "/%s", name);
    add(world, path, bytes, payload(bytes, agent, state), owner);
}

static inline void want(struct world *world, uint32_t slot, const char *state,
                        uint64_t version)
{
    char bytes[PAYLOAD_BYTES_MOST];
    size_t length = payload(bytes, AGENT, state);
    assert_int_equal(tree_want(world->tree, slot, bytes, length, version), 0);
}

static inline void check(struct world *world, const char *name,
                         const char *state)
{
    char bytes[PAYLOAD_BYTES_MOST];
    size_t length = payload(bytes, AGENT, state);
    const struct fake_node *at = node(world, name);
    assert_non_null(at);
    assert_int_equal(at->length, length);
    assert_memory_equal(at->bytes, bytes, length);
    assert_int_equal(at->stat.owner, OURS);
}

static inline struct world *make_world(uint32_t instances)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->now_ms = 1000;
    assert_int_equal(tree_create("/state", "cluster", "host", AGENT, instances,
                                 &world->tree),
                     0);
    for (uint32_t i = 0; i < instances; i++) {
        char name[16];
        (void)text_format(name, sizeof name, "r%" PRIu32, i);
        assert_int_equal(tree_name_slot(world->tree, i, name), 0);
    }
    return world;
}

static inline void add_parents(struct world *world)
{
    add(world, "/state", "", 0, 0);
    add(world, "/state/cluster", "", 0, 0);
    add(world, DIRECTORY, "", 0, 0);
}

static inline void free_world(struct world *world)
{
    tree_destroy(world->tree);
    free(world);
}

/* Three instances, the second of which is settled as `up`. */
static inline struct world *settled_world(void)
{
    struct world *world = make_world(3);
    add_parents(world);
    tree_drop(world->tree, tree_agent_slot(world->tree));
    want(world, 1, "up", 1);
    tree_on_connected(world->tree, OURS);
    settle(world);
    check(world, "r1", "up");
    world->multis = world->reads = world->lists = world->published = 0;
    return world;
}

#endif
