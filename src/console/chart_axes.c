/*
 * chart_axes.c - the numbers beside a chart and the moments below it.
 */
#include <inttypes.h>
#include <time.h>

#include "console/chart.h"
#include "console/page.h"

#define MOMENTS 4 /* stretches between the moments below */
#define KB_STEP 1024

uint64_t chart_axis_end(enum chart_unit unit, uint64_t most)
{
    uint64_t step = unit == CHART_KB ? KB_STEP : 1;
    if (unit == CHART_KB) {
        while (step < most) {
            step *= 2;
        }
        return step;
    }
    for (;;) {
        if (most <= step) {
            return step;
        }
        if (most <= 2 * step) {
            return 2 * step;
        }
        if (most <= 5 * step) {
            return 5 * step;
        }
        step *= 10;
    }
}

void chart_write_value(enum chart_unit unit, uint64_t value, struct body *body)
{
    switch (unit) {
    case CHART_COUNT:
        body_decimal(body, value);
        break;
    case CHART_MS:
        body_duration(body, value);
        break;
    case CHART_US:
        page_write_us(body, value);
        break;
    case CHART_KB:
        page_write_size(body, value * KB_STEP);
        break;
    case CHART_CPU:
        body_format(body, "%.1f %%", (double)value / 10);
        break;
    }
}

/* A line across at that share of the axis, and its number. */
static void write_line(enum chart_unit unit, uint64_t value, int y,
                       struct body *body)
{
    body_format(body,
                "<path class=\"grid\" d=\"M%d %dh%d\"/><text x=\"%d\" "
                "y=\"%d\" class=\"end\">",
                CHART_LEFT, y, CHART_COLUMNS, CHART_LEFT - 4, y + 3);
    chart_write_value(unit, value, body);
    body_text(body, "</text>");
}

/* "02:15", of UTC. */
static void write_moment(uint64_t wall_ms, int x, const char *anchor,
                         struct body *body)
{
    struct tm moment;
    char text[16];
    time_t seconds = (time_t)(wall_ms / 1000);
    if (gmtime_r(&seconds, &moment) == NULL) {
        return; /* a year past what an int holds */
    }
    (void)strftime(text, sizeof text, "%H:%M", &moment); /* fits */
    body_format(body, "<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>", x,
                CHART_TOP + CHART_HEIGHT + 13, anchor, text);
}

void chart_write_axes(const struct snapshot *snapshot, enum history_span span,
                      enum chart_unit unit, uint64_t end, struct body *body)
{
    uint64_t whole_ms = chart_column_ms(span) * CHART_COLUMNS;
    write_line(unit, end, CHART_TOP, body);
    if (end % 2 == 0) {
        write_line(unit, end / 2, CHART_TOP + CHART_HEIGHT / 2, body);
    }
    write_line(unit, 0, CHART_TOP + CHART_HEIGHT, body);
    for (int i = 0; i <= MOMENTS; i++) {
        uint64_t ago_ms = whole_ms / MOMENTS * (uint64_t)(MOMENTS - i);
        if (ago_ms > snapshot->now_wall_ms) {
            continue;
        }
        write_moment(snapshot->now_wall_ms - ago_ms,
                     CHART_LEFT + CHART_COLUMNS / MOMENTS * i,
                     i == MOMENTS ? "end" : "middle", body);
    }
}
