/*
 * test_tree_whose.c - whose node it is: ours, our dead session's, a stranger's
 * or nobody's; and what becomes of it.
 */
#include "tree_world.h"

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

static void more_strays_than_are_followed_at_a_time_go_at_once(void **state)
{
    (void)state;
    enum { MANY = 2 * TREE_STRAYS_MOST };
    struct world *world = make_world(1);
    add_parents(world);
    for (int i = 0; i < MANY; i++) {
        char name[16];
        (void)text_format(name, sizeof name, "old%d", i);
        put(world, name, AGENT, "up", OURS);
    }
    tree_on_connected(world->tree, OURS);
    settle(world);
    for (int i = 0; i < MANY; i++) {
        char name[16];
        (void)text_format(name, sizeof name, "old%d", i);
        assert_null(node(world, name));
    }
    free_world(world);
}

static void many_strangers_do_not_hide_a_stray_for_ever(void **state)
{
    (void)state;
    struct world *world = make_world(1);
    add_parents(world);
    for (int i = 0; i < 2 * TREE_STRAYS_MOST; i++) {
        char name[16];
        (void)text_format(name, sizeof name, "else%d", i);
        put(world, name, "fedcba9876543210", "up", STRANGER);
    }
    put(world, "old", AGENT, "up", OURS);
    tree_on_connected(world->tree, OURS);
    for (int i = 0; i < 3 && node(world, "old") != NULL; i++) {
        settle(world);
        tree_sweep(world->tree);
    }
    settle(world);
    assert_null(node(world, "old"));
    assert_non_null(node(world, "else0"));
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

static void what_was_withdrawn_is_not_read_again(void **state)
{
    (void)state;
    struct world *world = settled_world();
    tree_withdraw(world->tree);
    serve(world);
    assert_null(node(world, "r1"));
    tree_on_changed(world->tree, DIRECTORY "/r1"); /* the watch on it */
    assert_true(tree_is_withdrawn(world->tree));
    assert_false(tree_next(world->tree, world->now_ms, &world->request));
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

/* Three instances that all say `up`. */
static struct world *three_up(void)
{
    struct world *world = settled_world();
    want(world, 0, "up", 1);
    want(world, 2, "up", 1);
    settle(world);
    world->multis = 0;
    return world;
}

static void a_node_we_may_not_write_holds_up_no_other(void **state)
{
    (void)state;
    struct world *world = three_up();
    world->refused = 1;
    for (uint32_t i = 0; i < 3; i++) {
        want(world, i, "down", 2);
    }
    serve(world); /* and no time passes */
    check(world, "r0", "up");
    check(world, "r1", "down");
    check(world, "r2", "down");
    assert_int_equal(world->refusals, 1);
    uint64_t next_ms = tree_next_ms(world->tree);
    assert_true(next_ms > world->now_ms && next_ms != UINT64_MAX);
    want(world, 1, "up", 3);
    serve(world);
    check(world, "r1", "up");
    assert_true(tree_is_settled(world->tree)); /* it stands aside */
    world->refused = 0;
    world->now_ms = tree_next_ms(world->tree);
    settle(world);
    check(world, "r0", "down");
    assert_int_equal(world->refusals_over, 1);
    free_world(world);
}

/* Else the loop would turn without end until the answer. */
static void while_an_answer_is_awaited_time_alone_brings_nothing(void **state)
{
    (void)state;
    struct world *world = three_up();
    world->refused = 1;
    want(world, 0, "down", 2);
    serve(world);
    uint64_t next_ms = tree_next_ms(world->tree);
    want(world, 1, "down", 2);
    assert_true(tree_next(world->tree, world->now_ms, &world->request));
    assert_int_equal(world->request.kind, TREE_MULTI);
    world->now_ms = next_ms + 1; /* the refused one's time has come */
    struct tree_request other;
    assert_false(tree_next(world->tree, world->now_ms, &other));
    assert_true(tree_next_ms(world->tree) == UINT64_MAX);
    struct tree_request request = world->request;
    serve_one(world, &request);
    check(world, "r1", "down");
    free_world(world);
}

static void a_refusal_is_over_when_nothing_is_to_be_written(void **state)
{
    (void)state;
    struct world *world = three_up();
    world->refused = 1;
    want(world, 0, "down", 2);
    serve(world);
    assert_int_equal(world->refusals, 1);
    want(world, 0, "up", 3);
    serve(world);
    assert_int_equal(world->refusals_over, 1);
    assert_true(tree_is_settled(world->tree));
    free_world(world);
}

static void a_node_that_somebody_else_keeps_writing_holds_up_no_other(
    void **state)
{
    (void)state;
    struct world *world = three_up();
    world->conflict = 2;
    for (uint32_t i = 0; i < 3; i++) {
        want(world, i, "down", 2);
    }
    serve(world);
    check(world, "r0", "down");
    check(world, "r1", "up");
    check(world, "r2", "down");
    assert_true(world->multis < 10);
    world->conflict = 0;
    settle(world);
    check(world, "r1", "down");
    free_world(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_our_dead_session_is_taken_over_in_one_multi),
        cmocka_unit_test(a_kept_node_is_taken_over_with_its_own_bytes),
        cmocka_unit_test(
            a_strangers_node_is_left_alarmed_and_replaced_when_gone),
        cmocka_unit_test(a_persistent_node_is_a_strangers_whatever_it_says),
        cmocka_unit_test(a_node_deleted_from_outside_is_restored),
        cmocka_unit_test(a_node_overwritten_from_outside_is_restored),
        cmocka_unit_test(a_sweep_finds_what_no_watch_told),
        cmocka_unit_test(strays_of_ours_go_and_strangers_stay),
        cmocka_unit_test(more_strays_than_are_followed_at_a_time_go_at_once),
        cmocka_unit_test(many_strangers_do_not_hide_a_stray_for_ever),
        cmocka_unit_test(a_new_session_takes_over_what_the_old_one_left),
        cmocka_unit_test(a_set_that_met_another_owner_is_read_again),
        cmocka_unit_test(withdrawing_leaves_nothing_of_ours),
        cmocka_unit_test(what_was_withdrawn_is_not_read_again),
        cmocka_unit_test(withdrawing_makes_no_parents),
        cmocka_unit_test(a_directory_we_may_not_list_is_read_node_by_node),
        cmocka_unit_test(a_node_we_may_not_write_holds_up_no_other),
        cmocka_unit_test(while_an_answer_is_awaited_time_alone_brings_nothing),
        cmocka_unit_test(a_refusal_is_over_when_nothing_is_to_be_written),
        cmocka_unit_test(
            a_node_that_somebody_else_keeps_writing_holds_up_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
