/*
 * metrics_stages.c - how long the stages of the probes took: a histogram a
 * stage over all instances, and of each instance the sum and the count.
 *
 * A histogram of each instance's stages was nine tenths of the text with a
 * thousand instances; their percentiles stand in /status. The figures over all
 * are the supervisor's: a sum over those that are left after a reload would go
 * back, and a counter may not.
 */
#include "console/metrics.h"

#define METRIC "sentinel_agent_probe_stage_duration_seconds"
#define OWN_METRIC "sentinel_agent_instance_probe_stage_duration_seconds"
#define SECOND_US 1000000u

/* Microseconds as seconds, without zeros at the end: 0.0025, 5. */
static void write_us(struct body *body, uint64_t us)
{
    char digits[] = ".000000";
    size_t length = sizeof digits - 1;
    uint64_t rest = us % SECOND_US;
    for (size_t i = length - 1; i > 0; i--) {
        digits[i] = (char)('0' + rest % 10);
        rest /= 10;
    }
    while (digits[length - 1] == '0') {
        length--;
    }
    body_decimal(body, us / SECOND_US);
    body_append(body, digits, length > 1 ? length : 0);
}

static void write_start(struct body *body, const char *metric, enum step step)
{
    body_text(body, metric);
    body_text(body, "{stage=\"");
    body_text(body, step_name(step));
    body_text(body, "\"");
}

/* Prometheus counts cumulatively: a bucket holds all that are shorter too. */
static void write_buckets(const struct histogram *histogram, enum step step,
                          struct body *body)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        count += histogram->counts[i];
        write_start(body, METRIC "_bucket", step);
        body_text(body, ",le=\"");
        if (i < HISTOGRAM_BUCKETS - 1) {
            write_us(body, histogram_bound_us(i));
        } else {
            body_text(body, "+Inf");
        }
        body_text(body, "\"} ");
        body_decimal(body, count);
        body_text(body, "\n");
    }
}

/* What ends a line that counts: sum, then count. */
static void write_sum(struct body *body, const struct histogram *histogram)
{
    body_text(body, "} ");
    write_us(body, histogram->sum_us);
    body_text(body, "\n");
}

static void write_count(struct body *body, const struct histogram *histogram)
{
    body_text(body, "} ");
    body_decimal(body, histogram_count(histogram));
    body_text(body, "\n");
}

static void write_histogram(const struct histogram *histogram, enum step step,
                            struct body *body)
{
    write_buckets(histogram, step, body);
    write_start(body, METRIC "_sum", step);
    write_sum(body, histogram);
    write_start(body, METRIC "_count", step);
    write_count(body, histogram);
}

static void write_own(const struct board_instance *instance, enum step step,
                      struct body *body)
{
    struct histogram own = histogram_widen(&instance->instance.stages[step]);
    if (histogram_count(&own) == 0) {
        return;
    }
    metrics_write_start(body, OWN_METRIC "_sum", instance);
    metrics_write_label(body, "stage", step_name(step));
    write_sum(body, &own);
    metrics_write_start(body, OWN_METRIC "_count", instance);
    metrics_write_label(body, "stage", step_name(step));
    write_count(body, &own);
}

void metrics_write_stages(const struct snapshot *snapshot, struct body *body)
{
    metrics_write_head(body, METRIC, "histogram",
                       "How long the stages of probes took, all attempts at "
                       "all instances.");
    for (int step = 0; step < STEP_COUNT; step++) {
        const struct histogram *histogram = &snapshot->agent.stages[step];
        if (histogram_count(histogram) > 0) {
            write_histogram(histogram, (enum step)step, body);
        }
    }
    metrics_write_head(body, OWN_METRIC, "summary",
                       "The same of one instance, without percentiles.");
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        for (int step = 0; instance != NULL && step < STEP_COUNT; step++) {
            write_own(instance, (enum step)step, body);
        }
    }
}
