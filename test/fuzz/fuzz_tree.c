/*
 * fuzz_tree.c - a tree whose ZooKeeper says anything in any order.
 *
 * Each byte of the input is a wish, an event or an answer: right, wrong, of
 * another ticket, twice, never. Whatever comes, the tree keeps its bounds,
 * asks nothing while it has no connection, never has two multis under way,
 * and touches a node only at a version it was told.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "publisher/tree.h"

#define INSTANCES 3
#define SHARED 2
#define LEFTOVERS 2
#define FIXED (INSTANCES * (1 + SHARED) + 1)
#define PENDING_MOST 8
#define PATHS 5
#define STEPS_MOST 2000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct stage {
    const uint8_t *bytes;
    size_t left;
    struct tree *tree;
    bool is_connected;
    uint64_t multi; /* ticket of the one under way; 0 = none */
    struct tree_request pending[PENDING_MOST];
    uint32_t pending_count;
    uint64_t now_ms;
    bool has_more; /* it was not asked until it had nothing to ask */
};

static uint8_t next(struct stage *stage)
{
    if (stage->left == 0) {
        return 0;
    }
    stage->left--;
    return *stage->bytes++;
}

static void check(const struct stage *stage, const struct tree_request *request)
{
    assert(stage->is_connected && request->ticket != 0);
    assert(request->kind == TREE_MULTI || request->path[0] == '/');
    if (request->kind != TREE_MULTI) {
        return;
    }
    assert(stage->multi == 0);
    assert(request->count > 0 && request->count <= TREE_OPS_MOST);
    for (uint32_t i = 0; i < request->count; i++) {
        const struct tree_op *op = &request->ops[i];
        char path[TREE_PATH_BYTES];
        assert(tree_path(stage->tree, op->slot, path, sizeof path));
        assert(op->length <= PAYLOAD_BYTES_MOST);
        assert((op->bytes == NULL) == (op->kind == TREE_DELETE));
    }
}

static void ask(struct stage *stage)
{
    struct tree_request request;
    stage->has_more = true;
    for (int i = 0; i < PENDING_MOST; i++) {
        if (!tree_next(stage->tree, stage->now_ms, &request)) {
            stage->has_more = false;
            return;
        }
        check(stage, &request);
        if (request.kind == TREE_MULTI) {
            stage->multi = request.ticket;
        }
        if (stage->pending_count < PENDING_MOST) {
            stage->pending[stage->pending_count++] = request;
        }
    }
}

static struct tree_stat any_stat(struct stage *stage)
{
    return (struct tree_stat){.czxid = next(stage),
                              .owner = next(stage) % 4,
                              .version = next(stage) % 4};
}

static size_t any_payload(struct stage *stage, const char **bytes)
{
    static const char *const payloads[] = {
        "", "{}", "{\"agent\":\"aa\",\"since\":1700000000000,\"state\":\"up\"}",
        "{\"agent\":\"bb\",\"state\":\"down\"}"};
    *bytes = payloads[next(stage) % 4];
    return strlen(*bytes);
}

static void answer(struct stage *stage)
{
    static const char *const names[] = {"r0",     "r1", "stray",
                                        ".agent", "..", "r1"};
    if (stage->pending_count == 0) {
        return;
    }
    uint32_t at = next(stage) % stage->pending_count;
    struct tree_request request = stage->pending[at];
    if (next(stage) % 8 != 0) { /* else it will be answered twice */
        stage->pending[at] = stage->pending[--stage->pending_count];
    }
    enum tree_outcome outcome = next(stage) % (TREE_REFUSED + 1);
    const char *bytes = NULL;
    struct tree_stat stats[TREE_OPS_MOST] = {0};
    stats[0] = any_stat(stage);
    switch (request.kind) {
    case TREE_LIST:
        tree_on_listed(stage->tree, request.ticket, outcome, names,
                       next(stage) % 7, stage->now_ms);
        break;
    case TREE_PARENT:
        tree_on_parent(stage->tree, request.ticket, outcome, stage->now_ms);
        break;
    case TREE_READ: {
        size_t length = any_payload(stage, &bytes);
        tree_on_read(stage->tree, request.ticket, request.slot, outcome, bytes,
                     length, &stats[0], stage->now_ms);
        break;
    }
    case TREE_MULTI:
        tree_on_multi(stage->tree, request.ticket, outcome, stats,
                      stage->now_ms);
        if (request.ticket == stage->multi) {
            stage->multi = 0;
        }
        break;
    }
}

static void wish(struct stage *stage)
{
    uint32_t slot = next(stage) % FIXED;
    const char *bytes = NULL;
    size_t length = 0;
    switch (next(stage) % 6) {
    case 5:
        tree_hurry(stage->tree, slot, next(stage) % 2 == 0);
        tree_hold_strays(stage->tree, next(stage) % 2 == 0);
        break;
    case 0:
        tree_keep(stage->tree, slot);
        break;
    case 1:
        tree_drop(stage->tree, slot);
        break;
    case 2:
        tree_touch(stage->tree, slot);
        break;
    default:
        length = any_payload(stage, &bytes);
        assert(tree_want(stage->tree, slot, bytes, length, next(stage)) == 0);
    }
}

static void step(struct stage *stage)
{
    static const char *const paths[PATHS] = {"/s/c/h/r0", "/s/c/h/else",
                                             "/p/one/m1", "/p/m0", "/old/m"};
    switch (next(stage) % 8) {
    case 0:
        wish(stage);
        break;
    case 1:
        stage->now_ms += next(stage) * 40u;
        break;
    case 2:
        tree_on_changed(stage->tree, paths[next(stage) % PATHS]);
        break;
    case 3:
        tree_sweep(stage->tree);
        break;
    case 4:
        if (next(stage) % 4 == 0) {
            tree_on_suspended(stage->tree);
            stage->is_connected = false;
            stage->multi = 0;
        } else if (!stage->is_connected) {
            tree_on_connected(stage->tree, 1 + next(stage) % 2);
            stage->is_connected = true;
        }
        break;
    default:
        answer(stage);
    }
}

/* Two directories shared with others, one inside the other, and what an
 * earlier configuration left there and elsewhere. */
static void add_shared(struct stage *stage)
{
    static const char *const shared[SHARED] = {"/p", "/p/one"};
    static const char *const members[INSTANCES] = {"m0", "m1", "m2"};
    static const char *const left[LEFTOVERS] = {"/old/m", "/p/one/m9"};
    for (uint32_t i = 0; i < SHARED; i++) {
        int directory = tree_add_directory(stage->tree, shared[i]);
        assert(directory == (int)i + 1);
        for (uint32_t j = 0; j < INSTANCES; j++) {
            uint32_t slot = tree_member_slot(stage->tree, i + 1, j);
            assert(tree_name_slot(stage->tree, slot, members[j]) == 0);
            tree_drop(stage->tree, slot);
        }
    }
    for (uint32_t i = 0; i < LEFTOVERS; i++) {
        assert(tree_add_leftover(stage->tree, left[i]) == 0);
    }
}

/* When time is given no turn before an answer or a later moment, the loop
 * would turn without end. */
static void check_time(const struct stage *stage)
{
    uint64_t next_ms = tree_next_ms(stage->tree);
    assert(next_ms > stage->now_ms || stage->has_more);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char *const names[INSTANCES] = {"r0", "r1", "r2"};
    struct stage stage = {.bytes = bytes, .left = length, .now_ms = 1};
    assert(tree_create("/s", "c", "h", "aa", INSTANCES, &stage.tree) == 0);
    for (uint32_t i = 0; i < INSTANCES; i++) {
        assert(tree_name_slot(stage.tree, i, names[i]) == 0);
    }
    add_shared(&stage);
    for (int i = 0; stage.left > 0 && i < STEPS_MOST; i++) {
        step(&stage);
        ask(&stage);
        struct tree_notice notice;
        uint32_t slot = 0;
        for (int n = 0; tree_take_notice(stage.tree, &notice); n++) {
            assert(notice.slot < FIXED && n < 4 * FIXED);
        }
        while (tree_take_found(stage.tree, &slot)) {
            assert(slot < INSTANCES);
        }
        check_time(&stage);
    }
    if (stage.left % 2 == 0) {
        tree_withdraw(stage.tree);
        ask(&stage);
    }
    tree_destroy(stage.tree);
    return 0;
}
