/*
 * metrics_stages.c - how long the stages of the probes took: one histogram
 * family, a histogram for each instance and each stage it ever reached.
 *
 * It is the longest family by far (14 lines a histogram), so it is put
 * together from pieces, without printf.
 */
#include "console/metrics.h"

#define METRIC "sentinel_agent_probe_stage_duration_seconds"
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

static void write_start(struct body *body, const char *metric,
                        const struct board_instance *instance, enum step step)
{
    metrics_write_start(body, metric, instance);
    metrics_write_label(body, "stage", step_name(step));
}

/* Prometheus counts cumulatively: a bucket holds all that are shorter too. */
static void write_buckets(const struct board_instance *instance, enum step step,
                          struct body *body)
{
    const struct histogram *histogram = &instance->instance.stages[step];
    uint64_t count = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        count += histogram->counts[i];
        write_start(body, METRIC "_bucket", instance, step);
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

static void write_histogram(const struct board_instance *instance,
                            enum step step, struct body *body)
{
    const struct histogram *histogram = &instance->instance.stages[step];
    write_buckets(instance, step, body);
    write_start(body, METRIC "_sum", instance, step);
    body_text(body, "} ");
    write_us(body, histogram->sum_us);
    body_text(body, "\n");
    write_start(body, METRIC "_count", instance, step);
    body_text(body, "} ");
    body_decimal(body, histogram_count(histogram));
    body_text(body, "\n");
}

void metrics_write_stages(const struct snapshot *snapshot, struct body *body)
{
    metrics_write_head(body, METRIC, "histogram",
                       "How long the stages of a probe took, all attempts.");
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        for (int step = 0; instance != NULL && step < STEP_COUNT; step++) {
            if (histogram_count(&instance->instance.stages[step]) > 0) {
                write_histogram(instance, (enum step)step, body);
            }
        }
    }
}
