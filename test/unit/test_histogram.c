/*
 * test_histogram.c - what is counted where, and the percentiles guessed from
 * it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/histogram.h"

#define LAST (HISTOGRAM_BUCKETS - 1)

static void a_bound_belongs_to_its_bucket(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LAST; i++) {
        struct histogram histogram = {0};
        histogram_add(&histogram, histogram_bound_us(i));
        assert_int_equal(histogram.counts[i], 1);
        histogram_add(&histogram, histogram_bound_us(i) + 1);
        assert_int_equal(histogram.counts[i + 1], 1);
        assert_int_equal(histogram_count(&histogram), 2);
        assert_int_equal(histogram.sum_us, 2 * histogram_bound_us(i) + 1);
    }
}

static void bounds_grow_and_the_last_bucket_has_none(void **state)
{
    (void)state;
    for (unsigned i = 1; i < LAST; i++) {
        assert_true(histogram_bound_us(i) > histogram_bound_us(i - 1));
    }
    assert_int_equal(histogram_bound_us(LAST), 0);
}

static void of_nothing_there_is_no_percentile(void **state)
{
    struct histogram histogram = {0};
    (void)state;
    assert_int_equal(histogram_percentile_us(&histogram, 50), 0);
    assert_int_equal(histogram_percentile_us(&histogram, 99), 0);
}

static void percentiles_lie_evenly_inside_their_bucket(void **state)
{
    struct histogram histogram = {0};
    (void)state;
    for (int i = 0; i < 50; i++) {
        histogram_add(&histogram, 80);
        histogram_add(&histogram, 400); /* of 251 to 500 */
    }
    assert_int_equal(histogram_percentile_us(&histogram, 25), 50);
    assert_int_equal(histogram_percentile_us(&histogram, 50), 100);
    assert_int_equal(histogram_percentile_us(&histogram, 75), 375);
    assert_int_equal(histogram_percentile_us(&histogram, 100), 500);
}

static void past_the_last_bound_that_bound_is_told(void **state)
{
    struct histogram histogram = {0};
    (void)state;
    histogram_add(&histogram, UINT64_C(60000000));
    assert_int_equal(histogram_percentile_us(&histogram, 50),
                     histogram_bound_us(LAST - 1));
    assert_int_equal(histogram_percentile_us(&histogram, 0),
                     histogram_bound_us(LAST - 1));
}

static void a_narrow_one_counts_the_same_and_stays_full(void **state)
{
    struct histogram_narrow narrow = {0};
    (void)state;
    histogram_narrow_add(&narrow, 100);
    histogram_narrow_add(&narrow, UINT64_C(60000000));
    narrow.counts[1] = UINT32_MAX;
    histogram_narrow_add(&narrow, 101);
    struct histogram wide = histogram_widen(&narrow);
    assert_int_equal(wide.sum_us, UINT64_C(60000201));
    assert_int_equal(wide.counts[0], 1);
    assert_int_equal(wide.counts[1], UINT32_MAX);
    assert_int_equal(wide.counts[LAST], 1);
    assert_int_equal(histogram_count(&wide), UINT64_C(2) + UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bound_belongs_to_its_bucket),
        cmocka_unit_test(bounds_grow_and_the_last_bucket_has_none),
        cmocka_unit_test(of_nothing_there_is_no_percentile),
        cmocka_unit_test(percentiles_lie_evenly_inside_their_bucket),
        cmocka_unit_test(past_the_last_bound_that_bound_is_told),
        cmocka_unit_test(a_narrow_one_counts_the_same_and_stays_full),
    };
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
