/*
 * histogram.c - see histogram.h.
 */
#include "model/histogram.h"

#include <assert.h>

static const uint64_t bounds_us[] = {HISTOGRAM_BOUNDS};

#define BOUNDED (sizeof(bounds_us) / sizeof(bounds_us[0]))

_Static_assert(BOUNDED == HISTOGRAM_BUCKETS - 1, "one bucket has no bound");

static unsigned bucket_of(uint64_t took_us)
{
    unsigned bucket = 0;
    while (bucket < BOUNDED && took_us > bounds_us[bucket]) {
        bucket++;
    }
    return bucket;
}

void histogram_add(struct histogram *histogram, uint64_t took_us)
{
    histogram->counts[bucket_of(took_us)]++;
    histogram->sum_us += took_us;
}

void histogram_narrow_add(struct histogram_narrow *histogram, uint64_t took_us)
{
    uint32_t *count = &histogram->counts[bucket_of(took_us)];
    *count += *count < UINT32_MAX ? 1 : 0;
    histogram->sum_us += took_us;
}

struct histogram histogram_widen(const struct histogram_narrow *narrow)
{
    struct histogram wide = {.sum_us = narrow->sum_us};
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        wide.counts[i] = narrow->counts[i];
    }
    return wide;
}

uint64_t histogram_bound_us(unsigned bucket)
{
    assert(bucket < HISTOGRAM_BUCKETS);
    return bucket < BOUNDED ? bounds_us[bucket] : 0;
}

uint64_t histogram_count(const struct histogram *histogram)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        count += histogram->counts[i];
    }
    return count;
}

uint64_t histogram_percentile_us(const struct histogram *histogram,
                                 unsigned percent)
{
    uint64_t count = histogram_count(histogram);
    uint64_t rank = count / 100 * percent + count % 100 * percent / 100;
    uint64_t floor_us = 0;
    assert(percent <= 100);
    rank = rank > 0 ? rank : 1;
    for (unsigned i = 0; count > 0 && i < BOUNDED; i++) {
        if (rank <= histogram->counts[i]) {
            return floor_us +
                   (bounds_us[i] - floor_us) * rank / histogram->counts[i];
        }
        rank -= histogram->counts[i];
        floor_us = bounds_us[i];
    }
    return floor_us;
}
