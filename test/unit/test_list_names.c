/*
 * test_list_names.c - of a list that came over the wire only names are looked
 * at, and none of its places is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "publisher/list_names.h"

static char empty[] = "";
static char alpha[] = "alpha";
static char beta[] = "beta";
static char gamma_name[] = "gamma";
static char path[] = "a/b";

static void names_come_in_order(void **state)
{
    (void)state;
    char *names[] = {gamma_name, alpha, beta};
    assert_int_equal(list_names_sort(names, 3), 3);
    assert_ptr_equal(names[0], alpha);
    assert_ptr_equal(names[1], beta);
    assert_ptr_equal(names[2], gamma_name);
}

static void what_a_torn_list_left_out_is_passed_over(void **state)
{
    (void)state;
    char *names[] = {NULL, beta, NULL, NULL, alpha, NULL};
    assert_int_equal(list_names_sort(names, 6), 2);
    assert_ptr_equal(names[0], alpha);
    assert_ptr_equal(names[1], beta);
    for (size_t i = 2; i < 6; i++) {
        assert_null(names[i]);
    }
}

static void what_can_be_no_name_stands_behind_for_whoever_frees_it(void **state)
{
    (void)state;
    char *names[] = {path, empty, alpha};
    assert_int_equal(list_names_sort(names, 3), 1);
    assert_ptr_equal(names[0], alpha);
    bool has_path = names[1] == path || names[2] == path;
    bool has_empty = names[1] == empty || names[2] == empty;
    assert_true(has_path && has_empty);
}

static void a_list_of_nothing_has_no_names(void **state)
{
    (void)state;
    char *names[] = {NULL, NULL};
    assert_int_equal(list_names_sort(names, 2), 0);
    assert_int_equal(list_names_sort(NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_in_order),
        cmocka_unit_test(what_a_torn_list_left_out_is_passed_over),
        cmocka_unit_test(
            what_can_be_no_name_stands_behind_for_whoever_frees_it),
        cmocka_unit_test(a_list_of_nothing_has_no_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
