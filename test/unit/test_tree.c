/*
 * test_tree.c - what the tree asks for, in which order and bounds, and what it
 * makes of answers that fail, lie or come late.
 */
#include "tree_world.h"

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

static void what_the_list_does_not_name_is_made_without_a_look(void **state)
{
    (void)state;
    struct world *world = make_world(3);
    add_parents(world);
    for (uint32_t i = 0; i < 3; i++) {
        want(world, i, "up", 1);
    }
    tree_on_connected(world->tree, OURS);
    struct tree_request *request = &world->request;
    assert_true(tree_next(world->tree, 1000, request));
    struct tree_request list = *request;
    serve_one(world, &list);
    assert_true(tree_next(world->tree, 1000, request));
    assert_int_equal(request->kind, TREE_MULTI);
    assert_int_equal(world->reads, 0);
    /* Somebody was faster with one of them: that is news, and it is read. */
    struct tree_request multi = *request;
    put(world, "r1", "fedcba9876543210", "down", STRANGER);
    serve_one(world, &multi);
    settle(world);
    check(world, "r0", "up");
    check(world, "r2", "up");
    assert_int_equal(world->raised, 1);
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
    assert_int_equal(waited_ms, TREE_REFUSED_MOST_MS);
    world->fate = HONEST;
    world->now_ms = tree_next_ms(world->tree);
    settle(world);
    check(world, "r1", "down");
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
        cmocka_unit_test(what_the_list_does_not_name_is_made_without_a_look),
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
        cmocka_unit_test(a_multi_keeps_its_bounds),
        cmocka_unit_test(only_so_many_reads_fly_at_once),
        cmocka_unit_test(answers_of_a_lost_connection_change_nothing),
        cmocka_unit_test(a_touched_node_is_written_once_more),
        cmocka_unit_test(paths_that_zookeeper_refuses_are_refused_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
