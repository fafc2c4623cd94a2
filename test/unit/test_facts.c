/*
 * test_facts.c - the table of facts keeps the rules that messages, board and
 * pages rely on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/facts.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz_"

static void nothing_is_known_at_first(void **state)
{
    struct facts facts;
    (void)state;
    facts_init(&facts);
    assert_int_equal(facts.mode, MODE_UNKNOWN);
    assert_int_equal(facts.pid, 0);
    assert_int_equal(facts.start_ticks, 0);
    for (int i = 0; i < FACT_COUNT; i++) {
        assert_int_equal(facts.values[i], FACT_UNKNOWN);
    }
}

static void every_fact_has_a_key_a_metric_and_a_sentence(void **state)
{
    (void)state;
    for (int i = 0; i < FACT_COUNT; i++) {
        const char *help = fact_help((enum fact)i);
        const char *key = fact_key((enum fact)i);
        const char *metric = fact_metric((enum fact)i);
        assert_int_equal(strspn(key, LOWER), strlen(key));
        assert_int_equal(strspn(metric, LOWER), strlen(metric));
        assert_in_range(strlen(metric), 3, 64);
        assert_int_equal(help[strlen(help) - 1], '.');
        assert_null(strpbrk(help, "\\\n")); /* HELP lines escape them */
    }
}

static void no_two_facts_share_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < FACT_COUNT; i++) {
        for (int j = 0; j < i; j++) {
            const char *one = fact_field((enum fact)i);
            const char *other = fact_field((enum fact)j);
            assert_string_not_equal(fact_key((enum fact)i),
                                    fact_key((enum fact)j));
            assert_string_not_equal(fact_metric((enum fact)i),
                                    fact_metric((enum fact)j));
            if (one != NULL && other != NULL) {
                assert_string_not_equal(one, other);
            }
        }
    }
}

static void numbers_out_of_range_have_no_texts(void **state)
{
    (void)state;
    assert_null(fact_field(FACT_COUNT));
    assert_null(fact_key((enum fact) - 1));
    assert_null(fact_metric(FACT_COUNT));
    assert_null(fact_help(FACT_COUNT));
    assert_string_equal(mode_name(MODE_COUNT), "?");
    assert_string_equal(mode_name(MODE_CLUSTER), "cluster");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(every_fact_has_a_key_a_metric_and_a_sentence),
        cmocka_unit_test(no_two_facts_share_a_name),
        cmocka_unit_test(numbers_out_of_range_have_no_texts),
    };
    return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
