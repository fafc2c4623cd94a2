/*
 * test_tree.c - wanted against seen, against a ZooKeeper of a few arrays that
 * can lie about what it did.
 */
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
    struct tree_request request;
};

/* --- a ZooKeeper --------------------------------------------------------- */

static struct fake_node *find(struct world *world, const char *path)
{
    for (uint32_t i = 0; i < world->count; i++) {
        if (strcmp(world->nodes[i].path, path) == 0) {
            return &world->nodes[i];
        }
    }
    return NULL;
}

static struct fake_node *node(struct world *world, const char *name)
{
    char path[128];
    (void)text_format(path, sizeof path, DIRECTORY "/%s", name);
    return find(world, path);
}

static void add(struct world *world, const char *path, const char *bytes,
                size_t length, uint64_t owner)
{
    assert_true(world->count < NODES_MOST);
    struct fake_node *made = &world->nodes[world->count++];
    *made = (struct fake_node){.length = length};
    (void)text_copy(made->path, sizeof made->path, path);
    memcpy(made->bytes, bytes, length);
    made->stat = (struct tree_stat){.czxid = ++world->zxid, .owner = owner};
}

static void erase(struct world *world, const char *path)
{
    struct fake_node *gone = find(world, path);
    assert_non_null(gone);
    *gone = world->nodes[--world->count];
}

static void overwrite(struct fake_node *at, const char *bytes, size_t length)
{
    memcpy(at->bytes, bytes, length);
    at->length = length;
    at->stat.version++;
}

static bool has_parent(struct world *world, const char *path)
{
    char parent[128];
    (void)text_copy(parent, sizeof parent, path);
    *strrchr(parent, '/') = '\0';
    return parent[0] == '\0' || find(world, parent) != NULL;
}

static enum tree_outcome make(struct world *world, const char *path,
                              const char *bytes, size_t length, uint64_t owner)
{
    if (find(world, path) != NULL) {
        return TREE_EXISTS;
    }
    if (!has_parent(world, path)) {
        return TREE_NO_NODE;
    }
    add(world, path, bytes, length, owner);
    return TREE_OK;
}

static enum tree_outcome apply(struct world *world, const struct tree_op *op,
                               struct tree_stat *stat)
{
    char path[TREE_PATH_BYTES];
    assert_true(tree_path(world->tree, op->slot, path, sizeof path));
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

static enum tree_outcome apply_all(struct world *world,
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

static void serve_multi(struct world *world, const struct tree_request *request)
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

static void serve_list(struct world *world, const struct tree_request *request)
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

static void serve_read(struct world *world, const struct tree_request *request)
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

static void serve_one(struct world *world, const struct tree_request *request)
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

static void take_notices(struct world *world)
{
    struct tree_notice notice;
    while (tree_take_notice(world->tree, &notice)) {
        world->published += notice.kind == TREE_PUBLISHED;
        world->raised += notice.kind == TREE_ALARM_RAISED;
        world->cleared += notice.kind == TREE_ALARM_CLEARED;
        if (notice.kind == TREE_PUBLISHED) {
            world->last_published = notice;
        }
    }
}

/* Answers everything asked for now. */
static void serve(struct world *world)
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
static void settle(struct world *world)
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

static size_t payload(char *bytes, const char *agent, const char *state)
{
    (void)text_format(bytes, PAYLOAD_BYTES_MOST,
                      "{\"agent\":\"%s\",\"since\":1700000000000,"
                      "\"state\":\"%s\"}",
                      agent, state);
    return strlen(bytes);
}

static void put(struct world *world, const char *name, const char *agent,
                const char *state, uint64_t owner)
{
    char path[128];
    char bytes[PAYLOAD_BYTES_MOST];
    (void)text_format(path, sizeof path, DIRECTORY "/%s", name);
    add(world, path, bytes, payload(bytes, agent, state), owner);
}

static void want(struct world *world, uint32_t slot, const char *state,
                 uint64_t version)
{
    char bytes[PAYLOAD_BYTES_MOST];
    size_t length = payload(bytes, AGENT, state);
    assert_int_equal(tree_want(world->tree, slot, bytes, length, version), 0);
}

static void check(struct world *world, const char *name, const char *state)
{
    char bytes[PAYLOAD_BYTES_MOST];
    size_t length = payload(bytes, AGENT, state);
    const struct fake_node *at = node(world, name);
    assert_non_null(at);
    assert_int_equal(at->length, length);
    assert_memory_equal(at->bytes, bytes, length);
    assert_int_equal(at->stat.owner, OURS);
}

static struct world *make_world(uint32_t instances)
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

static void add_parents(struct world *world)
{
    add(world, "/state", "", 0, 0);
    add(world, "/state/cluster", "", 0, 0);
    add(world, DIRECTORY, "", 0, 0);
}

static void free_world(struct world *world)
{
    tree_destroy(world->tree);
    free(world);
}

/* Three instances, the second of which is settled as `up`. */
static struct world *settled_world(void)
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

/* --- the cases ------------------------------------------------------------ */

static void nothing_is_written_before_everything_was_read(void **state)
{
    (void)state;
    struct world *world = make_world(3);
    add_parents(world);
    put(world, "r0", AGENT, "up", OURS);
    want(world, 0, "down", 1);
    want(world, 1, "up", 1);
    tree_on_connected(world->tree, OURS);
    struct tree_request *request = &world->request;
    assert_true(tree_next(world->tree, 1000, request));
    assert_int_equal(request->kind, TREE_LIST);
    struct tree_request list = *request;
    assert_false(tree_next(world->tree, 1000, request));
    serve_one(world, &list);
    assert_true(tree_next(world->tree, 1000, request));
    assert_int_equal(request->kind, TREE_READ);
    struct tree_request read = *request;
    assert_false(tree_next(world->tree, 1000, request));
    serve_one(world, &read);
    assert_true(tree_next(world->tree, 1000, request));
    assert_int_equal(request->kind, TREE_MULTI);
    assert_int_equal(request->count, 2);
    free_world(world);
}

static void missing_parents_are_made_and_then_all_nodes_in_one_multi(
    void **state)
{
    (void)state;
    struct world *world = make_world(3);
    want(world, 0, "up", 1);
    want(world, 1, "down", 1);
    want(world, 2, "up", 1);
    assert_int_equal(
        tree_want(world->tree, tree_agent_slot(world->tree), "{}", 2, 0), 0);
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_int_equal(world->parents, 3);
    assert_int_equal(world->multis, 1);
    assert_int_equal(find(world, DIRECTORY)->stat.owner, 0);
    check(world, "r0", "up");
    check(world, "r1", "down");
    check(world, "r2", "up");
    assert_non_null(node(world, ".agent"));
    assert_int_equal(world->published, 3);
    free_world(world);
}

static void parents_removed_in_between_are_made_again(void **state)
{
    (void)state;
    struct world *world = settled_world();
    world->count = 0; /* somebody wiped the whole tree */
    tree_on_changed(world->tree, DIRECTORY "/r1");
    settle(world);
    check(world, "r1", "up");
    assert_int_equal(world->parents, 3);
    free_world(world);
}

static void a_node_that_holds_the_wanted_bytes_is_acknowledged_unwritten(
    void **state)
{
    (void)state;
    struct world *world = make_world(1);
    add_parents(world);
    put(world, "r0", AGENT, "up", OURS);
    want(world, 0, "up", 5);
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_int_equal(world->multis, 0);
    assert_int_equal(world->published, 1);
    assert_int_equal(world->last_published.claim_version, 5);
    assert_int_equal(world->last_published.since_wall_ms, 1700000000000);
    assert_int_equal(world->last_published.stat.czxid,
                     node(world, "r0")->stat.czxid);
    free_world(world);
}

static void a_steady_tree_asks_for_nothing(void **state)
{
    (void)state;
    struct world *world = settled_world();
    want(world, 1, "up", 1);
    assert_false(
        tree_next(world->tree, world->now_ms + 3600000, &world->request));
    assert_int_equal(tree_next_ms(world->tree), UINT64_MAX);
    free_world(world);
}

static void a_change_is_set_with_the_version_last_seen(void **state)
{
    (void)state;
    struct world *world = settled_world();
    want(world, 1, "down", 2);
    assert_true(tree_next(world->tree, world->now_ms, &world->request));
    assert_int_equal(world->request.kind, TREE_MULTI);
    assert_int_equal(world->request.count, 1);
    assert_int_equal(world->request.ops[0].kind, TREE_SET);
    assert_int_equal(world->request.ops[0].version, 0);
    struct tree_request request = world->request;
    assert_false(tree_next(world->tree, world->now_ms, &world->request));
    serve_one(world, &request);
    settle(world);
    check(world, "r1", "down");
    assert_int_equal(world->last_published.claim_version, 2);
    assert_int_equal(world->last_published.stat.version, 1);
    want(world, 1, "up", 3);
    settle(world);
    assert_int_equal(node(world, "r1")->stat.version, 2);
    free_world(world);
}

static void what_changes_during_a_multi_goes_with_the_next(void **state)
{
    (void)state;
    struct world *world = settled_world();
    want(world, 1, "down", 2);
    assert_true(tree_next(world->tree, world->now_ms, &world->request));
    struct tree_request request = world->request;
    want(world, 1, "loading", 3);
    serve_one(world, &request);
    take_notices(world);
    assert_int_equal(world->published, 0);
    settle(world);
    check(world, "r1", "loading");
    assert_int_equal(world->multis, 2);
    assert_int_equal(world->last_published.claim_version, 3);
    free_world(world);
}

static void an_ambiguous_multi_that_was_done_is_not_repeated(void **state)
{
    (void)state;
    struct world *world = settled_world();
    want(world, 1, "down", 2);
    world->fate = DONE_BUT_LOST;
    settle(world);
    check(world, "r1", "down");
    assert_int_equal(world->multis, 1);
    assert_int_equal(node(world, "r1")->stat.version, 1);
    assert_int_equal(world->last_published.claim_version, 2);
    free_world(world);
}

static void an_ambiguous_multi_that_was_not_done_is_repeated(void **state)
{
    (void)state;
    struct world *world = settled_world();
    want(world, 1, "down", 2);
    world->fate = NOT_DONE_AND_LOST;
    serve(world);
    settle(world);
    check(world, "r1", "down");
    assert_int_equal(world->multis, 2);
    free_world(world);
}

static void an_ambiguous_create_is_read_back_first(void **state)
{
    (void)state;
    struct world *world = settled_world();
    want(world, 0, "up", 1);
    world->fate = DONE_BUT_LOST;
    settle(world);
    check(world, "r0", "up");
    assert_int_equal(world->multis, 1);
    assert_int_equal(world->published, 1);
    free_world(world);
}

static void a_version_conflict_is_read_back_and_written_anew(void **state)
{
    (void)state;
    struct world *world = settled_world();
    overwrite(node(world, "r1"), "intruder", 8); /* and no watch fired */
    want(world, 1, "down", 2);
    settle(world);
    check(world, "r1", "down");
    assert_int_equal(world->multis, 2);
    assert_int_equal(node(world, "r1")->stat.version, 2);
    free_world(world);
}

static void failures_in_a_row_wait_longer_and_longer(void **state)
{
    (void)state;
    struct world *world = settled_world();
    want(world, 1, "down", 2);
    world->fate = REFUSED;
    serve(world);
    assert_int_equal(world->multis, 2); /* once more at once, then waiting */
    uint64_t waited_ms = 0;
    for (int i = 0; i < 12; i++) {
        uint64_t next_ms = tree_next_ms(world->tree);
        assert_true(next_ms != UINT64_MAX);
        assert_true(next_ms - world->now_ms >= waited_ms);
        waited_ms = next_ms - world->now_ms;
        world->now_ms = next_ms;
        serve(world);
    }
    assert_int_equal(world->multis, 2 + 12);
    assert_int_equal(waited_ms, TREE_BACKOFF_MOST_MS);
    world->fate = HONEST;
    settle(world);
    check(world, "r1", "down");
    free_world(world);
}

static void all_of_our_dead_session_is_taken_over_in_one_multi(void **state)
{
    (void)state;
    struct world *world = make_world(2);
    add_parents(world);
    put(world, "r0", AGENT, "up", DEAD);
    put(world, ".agent", "", "", DEAD); /* carries no agent value */
    want(world, 0, "up", 1);
    assert_int_equal(
        tree_want(world->tree, tree_agent_slot(world->tree), "{}", 2, 0), 0);
    tree_on_connected(world->tree, OURS);
    settle(world);
    check(world, "r0", "up");
    assert_int_equal(node(world, ".agent")->stat.owner, OURS);
    assert_int_equal(world->multis, 1);
    assert_int_equal(world->ops, 4);
    assert_int_equal(world->raised, 0);
    free_world(world);
}

static void a_kept_node_is_taken_over_with_its_own_bytes(void **state)
{
    (void)state;
    struct world *world = make_world(2);
    add_parents(world);
    put(world, "r0", AGENT, "degraded", DEAD);
    put(world, "r1", AGENT, "loading", OURS);
    tree_on_connected(world->tree, OURS);
    settle(world);
    check(world, "r0", "degraded");
    check(world, "r1", "loading");
    assert_int_equal(world->ops, 2);
    assert_int_equal(world->published, 0);
    struct payload_found found;
    tree_found(world->tree, 0, &found);
    assert_int_equal(found.state, STATE_DEGRADED);
    erase(world, DIRECTORY "/r1");
    tree_on_changed(world->tree, DIRECTORY "/r1");
    settle(world);
    assert_null(node(world, "r1"));
    free_world(world);
}

static void a_strangers_node_is_left_alarmed_and_replaced_when_gone(
    void **state)
{
    (void)state;
    struct world *world = make_world(2);
    add_parents(world);
    put(world, "r0", "fedcba9876543210", "up", STRANGER);
    want(world, 0, "down", 1);
    want(world, 1, "up", 1);
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_int_equal(node(world, "r0")->stat.owner, STRANGER);
    check(world, "r1", "up");
    assert_int_equal(world->raised, 1);
    assert_int_equal(world->cleared, 0);
    struct payload_found found;
    tree_found(world->tree, 0, &found);
    assert_int_equal(found.state, STATE_NONE);

    uint32_t reads = world->reads;
    serve(world);
    assert_int_equal(world->reads, reads); /* not all the time */
    erase(world, DIRECTORY "/r0");
    world->now_ms += TREE_FOREIGN_AGAIN_MS;
    settle(world);
    check(world, "r0", "down");
    assert_int_equal(world->raised, 1);
    assert_int_equal(world->cleared, 1);
    free_world(world);
}

static void a_persistent_node_is_a_strangers_whatever_it_says(void **state)
{
    (void)state;
    struct world *world = make_world(1);
    add_parents(world);
    put(world, "r0", AGENT, "up", 0);
    want(world, 0, "down", 1);
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_int_equal(world->multis, 0);
    assert_int_equal(world->raised, 1);
    free_world(world);
}

static void a_node_deleted_from_outside_is_restored(void **state)
{
    (void)state;
    struct world *world = settled_world();
    erase(world, DIRECTORY "/r1");
    tree_on_changed(world->tree, DIRECTORY "/r1");
    settle(world);
    check(world, "r1", "up");
    assert_int_equal(world->published, 1); /* another czxid */
    free_world(world);
}

static void a_node_overwritten_from_outside_is_restored(void **state)
{
    (void)state;
    struct world *world = settled_world();
    overwrite(node(world, "r1"), "", 0);
    tree_on_changed(world->tree, DIRECTORY "/r1");
    settle(world);
    check(world, "r1", "up");
    free_world(world);
}

static void a_sweep_finds_what_no_watch_told(void **state)
{
    (void)state;
    struct world *world = settled_world();
    erase(world, DIRECTORY "/r1");
    serve(world);
    assert_null(node(world, "r1"));
    tree_sweep(world->tree);
    settle(world);
    check(world, "r1", "up");
    free_world(world);
}

static void strays_of_ours_go_and_strangers_stay(void **state)
{
    (void)state;
    struct world *world = make_world(1);
    add_parents(world);
    put(world, "old-ours", AGENT, "up", OURS);
    put(world, "old-dead", AGENT, "up", DEAD);
    put(world, "else", "fedcba9876543210", "up", STRANGER);
    put(world, "kept", AGENT, "up", 0);
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_null(node(world, "old-ours"));
    assert_null(node(world, "old-dead"));
    assert_non_null(node(world, "else"));
    assert_non_null(node(world, "kept"));
    assert_int_equal(world->raised, 0);
    free_world(world);
}

static void a_multi_keeps_its_bounds(void **state)
{
    (void)state;
    struct world *world = make_world(250);
    add_parents(world);
    char bytes[PAYLOAD_BYTES_MOST];
    memset(bytes, 'x', sizeof bytes);
    for (uint32_t i = 0; i < 250; i++) {
        char name[16];
        (void)text_format(name, sizeof name, "r%" PRIu32, i);
        put(world, name, AGENT, "up", i % 2 == 0 ? DEAD : OURS);
        assert_int_equal(tree_want(world->tree, i, bytes, sizeof bytes, 1), 0);
    }
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_int_equal(world->ops, 125 + 2 * 125);
    assert_true(world->most_ops <= TREE_OPS_MOST);
    assert_true(world->most_bytes <= TREE_MULTI_BYTES_MOST);
    assert_int_equal(world->published, 250);
    free_world(world);
}

static void only_so_many_reads_fly_at_once(void **state)
{
    (void)state;
    struct world *world = make_world(200);
    add_parents(world);
    for (uint32_t i = 0; i < 200; i++) {
        char name[16];
        (void)text_format(name, sizeof name, "r%" PRIu32, i);
        put(world, name, AGENT, "up", OURS);
    }
    tree_on_connected(world->tree, OURS);
    assert_true(tree_next(world->tree, 1000, &world->request));
    struct tree_request list = world->request;
    serve_one(world, &list);
    uint32_t reads = 0;
    while (tree_next(world->tree, 1000, &world->request)) {
        reads++;
    }
    assert_int_equal(reads, TREE_READS_MOST);
    free_world(world);
}

static void answers_of_a_lost_connection_change_nothing(void **state)
{
    (void)state;
    struct world *world = settled_world();
    want(world, 1, "down", 2);
    assert_true(tree_next(world->tree, world->now_ms, &world->request));
    struct tree_request request = world->request;
    tree_on_suspended(world->tree);
    assert_false(tree_next(world->tree, world->now_ms, &world->request));
    assert_int_equal(tree_next_ms(world->tree), UINT64_MAX);
    struct tree_stat stats[1] = {{.czxid = 1, .owner = OURS, .version = 1}};
    tree_on_multi(world->tree, request.ticket, TREE_OK, stats, world->now_ms);
    take_notices(world);
    assert_int_equal(world->published, 0);
    tree_on_connected(world->tree, OURS);
    settle(world);
    check(world, "r1", "down");
    free_world(world);
}

static void a_new_session_takes_over_what_the_old_one_left(void **state)
{
    (void)state;
    struct world *world = settled_world();
    tree_on_suspended(world->tree);
    node(world, "r1")->stat.owner = DEAD;
    tree_on_connected(world->tree, OURS);
    settle(world);
    check(world, "r1", "up");
    free_world(world);
}

static void a_set_that_met_another_owner_is_read_again(void **state)
{
    (void)state;
    struct world *world = settled_world();
    node(world, "r1")->stat.owner = DEAD; /* and no watch fired */
    want(world, 1, "down", 2);
    settle(world);
    check(world, "r1", "down");
    assert_int_equal(world->multis, 2);
    free_world(world);
}

static void a_touched_node_is_written_once_more(void **state)
{
    (void)state;
    struct world *world = settled_world();
    tree_touch(world->tree, 1);
    settle(world);
    assert_int_equal(world->multis, 1);
    assert_int_equal(node(world, "r1")->stat.version, 1);
    free_world(world);
}

static void withdrawing_leaves_nothing_of_ours(void **state)
{
    (void)state;
    struct world *world = settled_world();
    put(world, "r2", "fedcba9876543210", "up", STRANGER);
    tree_sweep(world->tree);
    settle(world);
    tree_withdraw(world->tree);
    assert_false(tree_is_withdrawn(world->tree));
    want(world, 0, "up", 9); /* too late */
    settle(world);
    assert_true(tree_is_withdrawn(world->tree));
    assert_null(node(world, "r0"));
    assert_null(node(world, "r1"));
    assert_non_null(node(world, "r2"));
    free_world(world);
}

static void withdrawing_makes_no_parents(void **state)
{
    (void)state;
    struct world *world = make_world(1);
    want(world, 0, "up", 1);
    tree_withdraw(world->tree);
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_true(tree_is_withdrawn(world->tree));
    assert_int_equal(world->count, 0);
    free_world(world);
}

static void a_directory_we_may_not_list_is_read_node_by_node(void **state)
{
    (void)state;
    struct world *world = make_world(1);
    add_parents(world);
    want(world, 0, "up", 1);
    tree_on_connected(world->tree, OURS);
    assert_true(tree_next(world->tree, 1000, &world->request));
    tree_on_listed(world->tree, world->request.ticket, TREE_REFUSED, NULL, 0,
                   1000);
    settle(world);
    check(world, "r0", "up");
    free_world(world);
}

static void paths_that_zookeeper_refuses_are_refused_here(void **state)
{
    (void)state;
    struct tree *tree = NULL;
    const char *bad[] = {"state",   "/state/", "//state",
                         "/a/../b", "/a\n",    "/a/./b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(tree_create(bad[i], "c", "h", AGENT, 1, &tree),
                         -EINVAL);
    }
    assert_int_equal(tree_create("/a/b", "c", "h", AGENT, 1, &tree), 0);
    assert_int_equal(tree_name_slot(tree, 0, "a/b"), -EINVAL);
    assert_int_equal(tree_name_slot(tree, 0, ".."), -EINVAL);
    assert_int_equal(tree_name_slot(tree, 0, ""), -EINVAL);
    assert_int_equal(tree_name_slot(tree, 0, "\x01"), -EINVAL);
    assert_int_equal(tree_name_slot(tree, 0, "fine"), 0);
    tree_destroy(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_written_before_everything_was_read),
        cmocka_unit_test(
            missing_parents_are_made_and_then_all_nodes_in_one_multi),
        cmocka_unit_test(parents_removed_in_between_are_made_again),
        cmocka_unit_test(
            a_node_that_holds_the_wanted_bytes_is_acknowledged_unwritten),
        cmocka_unit_test(a_steady_tree_asks_for_nothing),
        cmocka_unit_test(a_change_is_set_with_the_version_last_seen),
        cmocka_unit_test(what_changes_during_a_multi_goes_with_the_next),
        cmocka_unit_test(an_ambiguous_multi_that_was_done_is_not_repeated),
        cmocka_unit_test(an_ambiguous_multi_that_was_not_done_is_repeated),
        cmocka_unit_test(an_ambiguous_create_is_read_back_first),
        cmocka_unit_test(a_version_conflict_is_read_back_and_written_anew),
        cmocka_unit_test(failures_in_a_row_wait_longer_and_longer),
        cmocka_unit_test(all_of_our_dead_session_is_taken_over_in_one_multi),
        cmocka_unit_test(a_kept_node_is_taken_over_with_its_own_bytes),
        cmocka_unit_test(
            a_strangers_node_is_left_alarmed_and_replaced_when_gone),
        cmocka_unit_test(a_persistent_node_is_a_strangers_whatever_it_says),
        cmocka_unit_test(a_node_deleted_from_outside_is_restored),
        cmocka_unit_test(a_node_overwritten_from_outside_is_restored),
        cmocka_unit_test(a_sweep_finds_what_no_watch_told),
        cmocka_unit_test(strays_of_ours_go_and_strangers_stay),
        cmocka_unit_test(a_multi_keeps_its_bounds),
        cmocka_unit_test(only_so_many_reads_fly_at_once),
        cmocka_unit_test(answers_of_a_lost_connection_change_nothing),
        cmocka_unit_test(a_new_session_takes_over_what_the_old_one_left),
        cmocka_unit_test(a_set_that_met_another_owner_is_read_again),
        cmocka_unit_test(a_touched_node_is_written_once_more),
        cmocka_unit_test(withdrawing_leaves_nothing_of_ours),
        cmocka_unit_test(withdrawing_makes_no_parents),
        cmocka_unit_test(a_directory_we_may_not_list_is_read_node_by_node),
        cmocka_unit_test(paths_that_zookeeper_refuses_are_refused_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
