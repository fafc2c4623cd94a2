/*
 * histogram.h - how long something took, counted in fixed buckets: bounded
 * memory, and what Prometheus calls a histogram.
 */
#ifndef MODEL_HISTOGRAM_H
#define MODEL_HISTOGRAM_H

#include <stdint.h>

/* Upper bounds in microseconds; one more bucket holds what is longer. They
 * reach from an idle loopback (some 50 us) to the default timeout and past
 * it. */
#define HISTOGRAM_BOUNDS \
    100, 250, 500, 1000, 2500, 5000, 10000, 50000, 250000, 1000000, 5000000
#define HISTOGRAM_BUCKETS 12 /* of them the last without a bound */

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS]; /* each bucket's own */
    uint64_t sum_us;
};

/* The same of one instance, in half the room: it stands on the board for each.
 * A probe every 100 ms fills a count in 13 years; it stays full. */
struct histogram_narrow {
    uint64_t sum_us;
    uint32_t counts[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t took_us);
void histogram_narrow_add(struct histogram_narrow *histogram, uint64_t took_us);

struct histogram histogram_widen(const struct histogram_narrow *narrow);

/* The bound of a bucket in microseconds; 0 for the last, which has none. */
uint64_t histogram_bound_us(unsigned bucket);

/* Everything counted. */
uint64_t histogram_count(const struct histogram *histogram);

/* About what so many percent of it took at most, estimated as Prometheus does:
 * evenly inside a bucket, the last bound for what is past it. 0 when nothing
 * was counted. */
uint64_t histogram_percentile_us(const struct histogram *histogram,
                                 unsigned percent);

#endif
