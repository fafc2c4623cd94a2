/*
 * history.c - see history.h.
 */
#include "console/history.h"

#include <string.h>

static const struct history_point nothing = {HISTORY_NONE, HISTORY_NONE,
                                             HISTORY_NONE};

uint32_t history_steps(enum history_span span)
{
    return span == HISTORY_HOUR ? HISTORY_HOUR_STEPS : HISTORY_DAY_STEPS;
}

uint64_t history_step_ms(enum history_span span)
{
    return span == HISTORY_HOUR ? HISTORY_HOUR_STEP_MS : HISTORY_DAY_STEP_MS;
}

/* The points of one step, a series each. */
static struct history_point *row_of(struct history *history,
                                    enum history_span span, uint64_t step)
{
    uint64_t place = step % history_steps(span);
    return span == HISTORY_HOUR ? history->hour[place] : history->day[place];
}

static void clear_row(struct history_point *row)
{
    for (int series = 0; series < HISTORY_SERIES; series++) {
        row[series] = nothing;
    }
}

void history_init(struct history *history)
{
    memset(history->heads, 0, sizeof history->heads);
    for (uint32_t step = 0; step < HISTORY_HOUR_STEPS; step++) {
        clear_row(history->hour[step]);
    }
    for (uint32_t step = 0; step < HISTORY_DAY_STEPS; step++) {
        clear_row(history->day[step]);
    }
}

/* Begins a step; those that nobody sampled become a gap. */
static void move_to(struct history *history, enum history_span span,
                    uint64_t step)
{
    struct history_head *head = &history->heads[span];
    uint64_t skipped = step - head->step;
    uint64_t cleared =
        skipped < history_steps(span) ? skipped : history_steps(span);
    for (uint64_t i = 0; i < cleared; i++) {
        clear_row(row_of(history, span, step - i));
    }
    memset(head->sums, 0, sizeof head->sums);
    head->step = step;
}

static void add_value(struct history_sum *sum, struct history_point *point,
                      uint32_t value)
{
    sum->sum += value;
    sum->count++;
    if (sum->count == 1 || value < point->least) {
        point->least = value;
    }
    if (sum->count == 1 || value > point->most) {
        point->most = value;
    }
    point->mean = (uint32_t)(sum->sum / sum->count);
}

static void add_to(struct history *history, enum history_span span,
                   const struct history_sample *sample, uint64_t now_ms)
{
    struct history_head *head = &history->heads[span];
    uint64_t step = now_ms / history_step_ms(span);
    if (step < head->step) {
        return;
    }
    if (step > head->step) {
        move_to(history, span, step);
    }
    struct history_point *row = row_of(history, span, step);
    for (int series = 0; series < HISTORY_SERIES; series++) {
        if (sample->values[series] != HISTORY_NONE) {
            add_value(&head->sums[series], &row[series],
                      sample->values[series]);
        }
    }
}

void history_add(struct history *history, const struct history_sample *sample,
                 uint64_t now_ms)
{
    add_to(history, HISTORY_HOUR, sample, now_ms);
    add_to(history, HISTORY_DAY, sample, now_ms);
}

struct history_point history_at(const struct history *history,
                                enum history_span span,
                                enum history_series series, uint64_t step)
{
    uint64_t newest = history->heads[span].step;
    if (step > newest || newest - step >= history_steps(span)) {
        return nothing;
    }
    uint64_t place = step % history_steps(span);
    return span == HISTORY_HOUR ? history->hour[place][series]
                                : history->day[place][series];
}
