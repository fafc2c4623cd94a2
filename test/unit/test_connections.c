/*
 * test_connections.c - who gives way when all connections are taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/connections.h"

static void the_first_to_come_is_the_oldest(void **state)
{
    (void)state;
    struct connections connections;
    connections_init(&connections);
    assert_null(connections_find_oldest(&connections));
    (void)connections_take(&connections, 10, 0);
    (void)connections_take(&connections, 11, 0);
    assert_int_equal(connections_find_oldest(&connections)->fd, 10);
}

static void an_answered_one_is_younger_than_one_that_waits(void **state)
{
    (void)state;
    struct connections connections;
    connections_init(&connections);
    struct connection *first = connections_take(&connections, 10, 0);
    (void)connections_take(&connections, 11, 0);
    connections_renew(&connections, first);
    assert_int_equal(connections_find_oldest(&connections)->fd, 11);
}

static void there_is_an_end_to_them_and_a_place_comes_free(void **state)
{
    (void)state;
    struct connections connections;
    connections_init(&connections);
    struct connection *first = connections_take(&connections, 0, 0);
    int most = CONNECTIONS_MOST + CONNECTIONS_ENDING_MOST;
    for (int fd = 1; fd < most; fd++) {
        assert_non_null(connections_take(&connections, fd, 0));
    }
    assert_null(connections_take(&connections, most, 0));
    connections_release(first);
    assert_non_null(connections_take(&connections, most, 0));
    assert_int_equal(connections_find_oldest(&connections)->fd, 1);
}

static void a_held_one_does_not_give_way_until_its_answer_is_over(void **state)
{
    (void)state;
    struct connections connections;
    connections_init(&connections);
    struct connection *first = connections_take(&connections, 10, 0);
    (void)connections_take(&connections, 11, 0);
    first->is_held = true;
    assert_int_equal(connections_find_oldest(&connections)->fd, 11);
    connections_renew(&connections, first);
    assert_false(first->is_held);
    assert_int_equal(connections_find_oldest(&connections)->fd, 11);
}

static void who_was_told_to_go_is_not_told_again(void **state)
{
    (void)state;
    struct connections connections;
    connections_init(&connections);
    struct connection *first = connections_take(&connections, 10, 0);
    first->is_ending = true;
    assert_null(connections_find_oldest(&connections));
    (void)connections_take(&connections, 11, 0);
    assert_int_equal(connections_find_oldest(&connections)->fd, 11);
    connections_release(first);
    assert_false(connections_take(&connections, 12, 0)->is_ending);
}

/* The first has asked, so many others have not. */
static void take_crowd(struct connections *connections, int silent)
{
    connections_init(connections);
    connections_take(connections, 10, 0)->is_asked = true;
    for (int i = 0; i < silent; i++) {
        (void)connections_take(connections, 11 + i, 0);
    }
}

static void of_many_who_never_ask_one_gives_way_first(void **state)
{
    (void)state;
    struct connections connections;
    take_crowd(&connections, CONNECTIONS_SILENT_MANY);
    assert_int_equal(connections_find_oldest(&connections)->fd, 11);
}

static void few_who_came_only_now_do_not_give_way_to_one_who_never_reads(
    void **state)
{
    (void)state;
    struct connections connections;
    take_crowd(&connections, CONNECTIONS_SILENT_MANY - 1);
    assert_int_equal(connections_find_oldest(&connections)->fd, 10);
}

static void owed_is_who_has_asked_or_has_only_come(void **state)
{
    (void)state;
    struct connections connections;
    connections_init(&connections);
    uint64_t later_ms = 1000 + CONNECTION_NEW_MS;
    assert_false(connections_is_any_owed(&connections, 1000));
    struct connection *one = connections_take(&connections, 10, 1000);
    assert_true(connections_is_any_owed(&connections, later_ms - 1));
    assert_false(connections_is_any_owed(&connections, later_ms));
    one->is_asked = true;
    assert_true(connections_is_any_owed(&connections, later_ms));
    one->is_ending = true;
    assert_false(connections_is_any_owed(&connections, later_ms));
    one->is_ending = false;
    one->answers = 1;
    connections_renew(&connections, one);
    assert_false(connections_is_any_owed(&connections, 1000));
}

static void a_place_that_comes_free_forgets_who_had_it(void **state)
{
    (void)state;
    struct connections connections;
    connections_init(&connections);
    struct connection *first = connections_take(&connections, 10, 0);
    first->is_local = true;
    first->is_held = true;
    first->answers = 3;
    connections_release(first);
    struct connection *second = connections_take(&connections, 11, 0);
    assert_ptr_equal(second, first);
    assert_false(second->is_local);
    assert_false(second->is_held);
    assert_int_equal(second->answers, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_to_come_is_the_oldest),
        cmocka_unit_test(an_answered_one_is_younger_than_one_that_waits),
        cmocka_unit_test(there_is_an_end_to_them_and_a_place_comes_free),
        cmocka_unit_test(a_held_one_does_not_give_way_until_its_answer_is_over),
        cmocka_unit_test(who_was_told_to_go_is_not_told_again),
        cmocka_unit_test(of_many_who_never_ask_one_gives_way_first),
        cmocka_unit_test(
            few_who_came_only_now_do_not_give_way_to_one_who_never_reads),
        cmocka_unit_test(owed_is_who_has_asked_or_has_only_come),
        cmocka_unit_test(a_place_that_comes_free_forgets_who_had_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
