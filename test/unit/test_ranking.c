/*
 * test_ranking.c - which instance an operator wants to see first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "ctl/fetch.h"
#include "ctl/ranking.h"

static const char fleet[] =
    "[{\"name\":\"b\",\"state\":\"up\",\"since\":50,"
    "  \"timings\":{\"connect_us\":10,\"ping_us\":20}},"
    " {\"name\":\"a\",\"state\":\"up\",\"since\":40,"
    "  \"timings\":{\"connect_us\":500}},"
    " {\"name\":\"d\",\"state\":\"down\",\"since\":90},"
    " {\"name\":\"c\",\"state\":\"loading\",\"since\":10},"
    " {\"name\":\"e\",\"state\":\"odd\",\"since\":20},"
    " {\"name\":\"f\",\"state\":\"maint\",\"since\":30}]";

/* The names in their order, as one text. */
static void assert_order(const char *text, enum sort sort, bool is_reversed,
                         const char *names)
{
    char found[64] = "";
    json_t *instances = json_loads(text, 0, NULL);
    assert_non_null(instances);
    json_t *sorted = ranking_sort(instances, sort, is_reversed);
    assert_non_null(sorted);
    for (size_t i = 0; i < json_array_size(sorted); i++) {
        (void)text_append(found, sizeof found, "%s",
                          fetch_text(json_array_get(sorted, i), "name"));
    }
    assert_string_equal(found, names);
    json_decref(sorted);
    json_decref(instances);
}

static void the_worst_state_stands_first(void **state)
{
    (void)state;
    assert_order(fleet, SORT_STATE, false, "decfab");
}

static void the_slowest_stands_first(void **state)
{
    (void)state;
    assert_order(fleet, SORT_LATENCY, false, "abcdef");
}

static void the_last_changed_stands_first(void **state)
{
    (void)state;
    assert_order(fleet, SORT_AGE, false, "dbafec");
}

static void names_go_up(void **state)
{
    (void)state;
    assert_order(fleet, SORT_NAME, false, "abcdef");
}

static void reversed_is_the_other_way_round(void **state)
{
    (void)state;
    assert_order(fleet, SORT_STATE, true, "bafced");
    assert_order(fleet, SORT_NAME, true, "fedcba");
}

static void what_is_no_list_has_no_order(void **state)
{
    (void)state;
    assert_order("[]", SORT_STATE, false, "");
    json_t *sorted = ranking_sort(NULL, SORT_NAME, true);
    assert_int_equal(json_array_size(sorted), 0);
    json_decref(sorted);
}

static void a_latency_is_the_sum_of_its_steps(void **state)
{
    (void)state;
    json_t *one = json_loads("{\"timings\":{\"connect_us\":10,\"tls_us\":5,"
                             "\"ping_us\":-3,\"info_us\":\"x\"}}",
                             0, NULL);
    assert_int_equal(ranking_latency_us(one), 15);
    assert_int_equal(ranking_latency_us(NULL), 0);
    json_decref(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_state_stands_first),
        cmocka_unit_test(the_slowest_stands_first),
        cmocka_unit_test(the_last_changed_stands_first),
        cmocka_unit_test(names_go_up),
        cmocka_unit_test(reversed_is_the_other_way_round),
        cmocka_unit_test(what_is_no_list_has_no_order),
        cmocka_unit_test(a_latency_is_the_sum_of_its_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
