/*
 * test_tree_members.c - nodes in directories shared with other hosts, and
 * nodes left over from an earlier configuration.
 */
#include "tree_world.h"

#define SHARED "/services/redis"

/* Each of the instances may also stand in the shared directory. */
static struct world *make_shared_world_of(uint32_t instances)
{
    struct world *world = make_world(instances);
    add_parents(world);
    tree_drop(world->tree, tree_agent_slot(world->tree));
    assert_int_equal(tree_add_directory(world->tree, SHARED), 1);
    for (uint32_t i = 0; i < instances; i++) {
        char name[16];
        (void)text_format(name, sizeof name, "m%" PRIu32, i);
        assert_int_equal(tree_name_slot(world->tree,
                                        tree_member_slot(world->tree, 1, i),
                                        name),
                         0);
        tree_drop(world->tree, tree_member_slot(world->tree, 1, i));
    }
    return world;
}

static struct world *make_shared_world(void)
{
    return make_shared_world_of(3);
}

static void want_member(struct world *world, uint32_t instance,
                        const char *bytes)
{
    assert_int_equal(tree_want(world->tree,
                               tree_member_slot(world->tree, 1, instance),
                               bytes, strlen(bytes), 0),
                     0);
}

static void a_change_of_state_and_its_member_go_in_one_multi(void **state)
{
    (void)state;
    struct world *world = make_shared_world();
    add(world, "/services", "", 0, 0);
    add(world, SHARED, "", 0, 0);
    want(world, 0, "up", 1);
    want_member(world, 0, "{}");
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_int_equal(world->multis, 1);
    assert_int_equal(world->most_ops, 2);
    assert_non_null(find(world, SHARED "/m0"));
    want(world, 0, "down", 2);
    tree_drop(world->tree, tree_member_slot(world->tree, 1, 0));
    settle(world);
    assert_int_equal(world->multis, 2);
    assert_null(find(world, SHARED "/m0"));
    check(world, "r0", "down");
    free_world(world);
}

#define MANY 120

/* Answers all but the multi, which stands in the request. */
static void serve_until_multi(struct world *world)
{
    struct tree_request *request = &world->request;
    for (int i = 0; i < REQUESTS_MOST; i++) {
        assert_true(tree_next(world->tree, world->now_ms, request));
        if (request->kind == TREE_MULTI) {
            return;
        }
        struct tree_request other = *request;
        serve_one(world, &other);
    }
    fail_msg("%s", "no multi came");
}

static bool is_in(const struct tree_request *request, uint32_t slot)
{
    for (uint32_t i = 0; i < request->count; i++) {
        if (request->ops[i].slot == slot) {
            return true;
        }
    }
    return false;
}

static void an_instance_is_never_split_over_two_multis(void **state)
{
    (void)state;
    struct world *world = make_shared_world_of(MANY);
    add(world, "/services", "", 0, 0);
    add(world, SHARED, "", 0, 0);
    for (uint32_t i = 0; i < MANY; i++) {
        want(world, i, i % 3 == 0 ? "down" : "up", 1);
        tree_hurry(world->tree, i, i % 3 == 0);
        want_member(world, i, "{}");
    }
    tree_on_connected(world->tree, OURS);
    for (uint32_t flown = 0; flown < 2 * MANY;) {
        serve_until_multi(world);
        struct tree_request multi = world->request;
        assert_true(multi.count <= TREE_OPS_MOST);
        for (uint32_t i = 0; i < MANY; i++) {
            assert_int_equal(
                is_in(&multi, i),
                is_in(&multi, tree_member_slot(world->tree, 1, i)));
        }
        flown += multi.count;
        serve_one(world, &multi);
    }
    settle(world);
    assert_true(world->multis <= 3);
    free_world(world);
}

static void missing_parents_of_a_shared_directory_are_made(void **state)
{
    (void)state;
    struct world *world = make_shared_world();
    want_member(world, 1, "{}");
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_int_equal(find(world, SHARED)->stat.owner, 0);
    assert_int_equal(find(world, SHARED "/m1")->stat.owner, OURS);
    /* And again, when somebody takes them away. */
    erase(world, SHARED "/m1");
    erase(world, SHARED);
    erase(world, "/services");
    tree_on_changed(world->tree, SHARED "/m1");
    settle(world);
    assert_int_equal(find(world, SHARED "/m1")->stat.owner, OURS);
    free_world(world);
}

/* Nothing may be made in /services: the members wait, and nothing else
 * does. */
static void a_directory_that_cannot_be_made_holds_up_no_other(void **state)
{
    (void)state;
    struct world *world = make_shared_world();
    add(world, "/services", "", 0, 0);
    world->no_parents = "/services";
    want(world, 0, "up", 1);
    want_member(world, 0, "{}");
    want_member(world, 1, "{}");
    tree_on_connected(world->tree, OURS);
    serve(world);
    world->now_ms = tree_next_ms(world->tree);
    serve(world);
    check(world, "r0", "up");
    assert_int_equal(world->refusals, 2);
    assert_true(tree_is_settled(world->tree));
    for (int i = 0; i < 20; i++) {
        world->now_ms = tree_next_ms(world->tree);
        serve(world);
    }
    assert_true(world->parents < 100);
    want(world, 0, "down", 2);
    serve(world); /* and no time passes */
    check(world, "r0", "down");
    world->no_parents = NULL;
    world->now_ms = tree_next_ms(world->tree);
    serve(world);
    assert_non_null(find(world, SHARED "/m0"));
    assert_non_null(find(world, SHARED "/m1"));
    assert_int_equal(world->refusals_over, 2);
    free_world(world);
}

static void a_host_directory_that_cannot_be_made_is_told_of(void **state)
{
    (void)state;
    struct world *world = make_world(3);
    add(world, "/state", "", 0, 0);
    world->no_parents = "/state";
    tree_drop(world->tree, tree_agent_slot(world->tree));
    want(world, 0, "up", 1);
    want(world, 1, "up", 1);
    tree_on_connected(world->tree, OURS);
    serve(world);
    assert_int_equal(world->refusals, 2);
    world->no_parents = NULL;
    world->now_ms = tree_next_ms(world->tree);
    settle(world);
    check(world, "r0", "up");
    assert_int_equal(world->refusals_over, 2);
    free_world(world);
}

static void other_hosts_members_are_never_looked_at(void **state)
{
    (void)state;
    struct world *world = make_shared_world();
    add(world, "/services", "", 0, 0);
    add(world, SHARED, "", 0, 0);
    for (int i = 0; i < 100; i++) {
        char path[64];
        (void)text_format(path, sizeof path, SHARED "/other%d", i);
        add(world, path, "{}", 2, STRANGER);
    }
    want_member(world, 0, "{}");
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_true(world->reads < 20);
    assert_int_equal(world->lists, 1);
    free_world(world);
}

static void our_dead_sessions_member_is_taken_over(void **state)
{
    (void)state;
    struct world *world = make_shared_world();
    add(world, "/services", "", 0, 0);
    add(world, SHARED, "", 0, 0);
    put(world, "r0", AGENT, "up", DEAD); /* by this its session is known */
    add(world, SHARED "/m0", "{\"a\":1}", 7, DEAD);
    want(world, 0, "up", 1);
    want_member(world, 0, "{\"a\":1}");
    tree_on_connected(world->tree, OURS);
    settle(world);
    const struct fake_node *member = find(world, SHARED "/m0");
    assert_int_equal(member->stat.owner, OURS);
    assert_int_equal(world->multis, 1);
    assert_int_equal(world->raised, 0);
    free_world(world);
}

static void a_strangers_member_is_left_and_told_of(void **state)
{
    (void)state;
    struct world *world = make_shared_world();
    add(world, "/services", "", 0, 0);
    add(world, SHARED, "", 0, 0);
    add(world, SHARED "/m0", "{}", 2, STRANGER);
    want_member(world, 0, "{}");
    tree_on_connected(world->tree, OURS);
    settle(world);
    assert_int_equal(world->raised, 1);
    assert_int_equal(find(world, SHARED "/m0")->stat.owner, STRANGER);
    free_world(world);
}

static void what_is_left_over_goes_if_it_is_ours(void **state)
{
    (void)state;
    struct world *world = make_shared_world();
    add(world, "/old", "", 0, 0);
    add(world, "/old/mine", "{}", 2, OURS);
    add(world, "/old/theirs", "{}", 2, STRANGER);
    assert_int_equal(tree_add_leftover(world->tree, "/old/mine"), 0);
    assert_int_equal(tree_add_leftover(world->tree, "/old/theirs"), 0);
    assert_int_equal(tree_add_leftover(world->tree, "/old/gone"), 0);
    assert_int_equal(tree_add_leftover(world->tree, "/old/gone"), -EEXIST);
    assert_int_equal(tree_add_leftover(world->tree, SHARED "/m0"), -EEXIST);
    assert_int_equal(tree_add_leftover(world->tree, "old//bad"), -EINVAL);
    want_member(world, 0, "{}");
    tree_hold_strays(world->tree, true);
    tree_on_connected(world->tree, OURS);
    serve(world);
    assert_non_null(find(world, "/old/mine"));
    assert_non_null(find(world, SHARED "/m0")); /* it is wanted: no left-over */
    tree_hold_strays(world->tree, false);
    settle(world);
    assert_null(find(world, "/old/mine"));
    assert_non_null(find(world, "/old/theirs"));
    free_world(world);
}

/* The old name stands until these do, and then goes. */
static void expect_old_until(struct world *world, const char *one,
                             const char *other, const char *third)
{
    while (tree_next(world->tree, world->now_ms, &world->request)) {
        struct tree_request request = world->request;
        serve_one(world, &request);
        bool are_all_new = node(world, one) != NULL &&
                           node(world, other) != NULL &&
                           node(world, third) != NULL;
        assert_true(are_all_new || node(world, "old") != NULL);
    }
    settle(world);
    assert_null(node(world, "old"));
}

/* Those who speak last may stand before those whose turn it is. */
static void an_old_name_stays_until_all_new_ones_stand(void **state)
{
    (void)state;
    const uint32_t count = 3 * TREE_OPS_MOST;
    struct world *world = make_world(count);
    add_parents(world);
    put(world, "old", AGENT, "up", OURS);
    tree_drop(world->tree, tree_agent_slot(world->tree));
    tree_hold_strays(world->tree, true);
    for (uint32_t i = TREE_OPS_MOST; i < count; i++) {
        want(world, i, "up", 1);
    }
    tree_on_connected(world->tree, OURS);
    serve(world);
    for (uint32_t i = 0; i < TREE_OPS_MOST; i++) {
        want(world, i, "up", 1);
    }
    tree_hold_strays(world->tree, false);
    expect_old_until(world, "r0", "r98", "r99");
    free_world(world);
}

/* A refused multi does not say who is to blame: each goes alone after it. */
static void no_old_name_goes_while_a_new_one_is_left_out(void **state)
{
    (void)state;
    struct world *world = make_world(4);
    add_parents(world);
    put(world, "old", AGENT, "up", OURS);
    tree_drop(world->tree, tree_agent_slot(world->tree));
    tree_hold_strays(world->tree, true);
    for (uint32_t i = 1; i < 4; i++) {
        want(world, i, "up", 1);
    }
    tree_on_connected(world->tree, OURS);
    world->fate = REFUSED;
    while (world->multis == 0 &&
           tree_next(world->tree, world->now_ms, &world->request)) {
        struct tree_request request = world->request;
        serve_one(world, &request);
    }
    world->fate = HONEST;
    want(world, 0, "down", 1);
    tree_hold_strays(world->tree, false);
    expect_old_until(world, "r1", "r2", "r3");
    free_world(world);
}

static void bad_news_goes_before_good_news(void **state)
{
    (void)state;
    const uint32_t count = 3 * TREE_OPS_MOST;
    struct world *world = make_world(count);
    add_parents(world);
    tree_drop(world->tree, tree_agent_slot(world->tree));
    for (uint32_t i = 0; i < count; i++) {
        bool is_bad = i >= count - 5;
        want(world, i, is_bad ? "down" : "up", 1);
        tree_hurry(world->tree, i, is_bad);
    }
    tree_on_connected(world->tree, OURS);
    uint32_t served = 0;
    while (world->multis == 0 && served++ < REQUESTS_MOST) {
        assert_true(tree_next(world->tree, world->now_ms, &world->request));
        struct tree_request request = world->request;
        serve_one(world, &request);
    }
    for (uint32_t i = count - 5; i < count; i++) {
        char name[16];
        (void)text_format(name, sizeof name, "r%" PRIu32, i);
        check(world, name, "down");
    }
    settle(world);
    check(world, "r0", "up");
    free_world(world);
}

static void withdrawing_takes_the_members_too(void **state)
{
    (void)state;
    struct world *world = make_shared_world();
    want(world, 0, "up", 1);
    want_member(world, 0, "{}");
    tree_on_connected(world->tree, OURS);
    settle(world);
    tree_withdraw(world->tree);
    settle(world);
    assert_true(tree_is_withdrawn(world->tree));
    assert_null(find(world, SHARED "/m0"));
    assert_non_null(find(world, SHARED));
    free_world(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_of_state_and_its_member_go_in_one_multi),
        cmocka_unit_test(an_instance_is_never_split_over_two_multis),
        cmocka_unit_test(missing_parents_of_a_shared_directory_are_made),
        cmocka_unit_test(a_directory_that_cannot_be_made_holds_up_no_other),
        cmocka_unit_test(a_host_directory_that_cannot_be_made_is_told_of),
        cmocka_unit_test(other_hosts_members_are_never_looked_at),
        cmocka_unit_test(our_dead_sessions_member_is_taken_over),
        cmocka_unit_test(a_strangers_member_is_left_and_told_of),
        cmocka_unit_test(what_is_left_over_goes_if_it_is_ours),
        cmocka_unit_test(an_old_name_stays_until_all_new_ones_stand),
        cmocka_unit_test(no_old_name_goes_while_a_new_one_is_left_out),
        cmocka_unit_test(bad_news_goes_before_good_news),
        cmocka_unit_test(withdrawing_takes_the_members_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
