/*
 * chart.c - see chart.h.
 */
#include "console/chart.h"

#include <inttypes.h>

#include "console/chart_pen.h"

#define CHART_WIDTH (CHART_LEFT + CHART_COLUMNS + CHART_RIGHT)
#define CHART_WHOLE_HEIGHT (CHART_TOP + CHART_HEIGHT + CHART_BOTTOM)

uint64_t chart_column_ms(enum history_span span)
{
    return history_step_ms(span) * history_steps(span) / CHART_COLUMNS;
}

struct history_point chart_column(const struct history *history,
                                  enum history_span span,
                                  enum history_series series, uint32_t column)
{
    uint32_t each = history_steps(span) / CHART_COLUMNS;
    uint64_t newest = history->heads[span].step;
    uint64_t ago = (uint64_t)(CHART_COLUMNS - column) * each;
    struct history_point all = {HISTORY_NONE, HISTORY_NONE, HISTORY_NONE};
    uint64_t sum = 0;
    uint32_t count = 0;
    for (uint64_t i = 1; i <= each; i++) {
        /* Of the steps up to the newest the first ones may be before 0. */
        if (newest + i < ago) {
            continue;
        }
        struct history_point one =
            history_at(history, span, series, newest + i - ago);
        if (one.mean == HISTORY_NONE) {
            continue;
        }
        all.least = count == 0 || one.least < all.least ? one.least : all.least;
        all.most = count == 0 || one.most > all.most ? one.most : all.most;
        sum += one.mean;
        count++;
    }
    all.mean = count > 0 ? (uint32_t)(sum / count) : HISTORY_NONE;
    return all;
}

/* A line's columns, worked out once a drawing. */
struct trace {
    const struct chart_line *line;
    uint32_t most; /* HISTORY_NONE: there is no point */
    struct history_point columns[CHART_COLUMNS];
};

static void trace(const struct history *history, enum history_span span,
                  const struct chart_line *line, struct trace *trace)
{
    trace->line = line;
    trace->most = HISTORY_NONE;
    for (uint32_t column = 0; column < CHART_COLUMNS; column++) {
        struct history_point point =
            chart_column(history, span, line->series, column);
        bool is_more =
            point.most != HISTORY_NONE &&
            (trace->most == HISTORY_NONE || point.most > trace->most);
        trace->most = is_more ? point.most : trace->most;
        trace->columns[column] = point;
    }
}

static unsigned height_of(uint64_t value, uint64_t end)
{
    uint64_t up = value >= end ? CHART_HEIGHT : value * CHART_HEIGHT / end;
    return (unsigned)(CHART_TOP + CHART_HEIGHT - up);
}

/* --- lines ---------------------------------------------------------------- */

static void write_mean(const struct trace *trace, uint64_t end,
                       struct body *body)
{
    struct chart_pen pen;
    chart_pen_init(&pen, body);
    body_format(body, "<path class=\"%s\" d=\"", trace->line->colour);
    for (uint32_t column = 0; column < CHART_COLUMNS; column++) {
        uint32_t mean = trace->columns[column].mean;
        if (mean == HISTORY_NONE) {
            chart_pen_lift(&pen);
        } else {
            chart_pen_draw(&pen, CHART_LEFT + column, height_of(mean, end));
        }
    }
    chart_pen_lift(&pen);
    body_text(body, "\"/>");
}

/* From the least to the most of each column that was not even. */
static void write_range(const struct trace *trace, uint64_t end,
                        struct body *body)
{
    bool is_begun = false;
    for (uint32_t column = 0; column < CHART_COLUMNS; column++) {
        const struct history_point *point = &trace->columns[column];
        unsigned low = height_of(point->least, end);
        unsigned high = height_of(point->most, end);
        if (point->mean == HISTORY_NONE || low == high) {
            continue;
        }
        if (!is_begun) {
            body_format(body, "<path class=\"%s range\" d=\"",
                        trace->line->colour);
        }
        is_begun = true;
        body_format(body, "M%" PRIu32 " %uV%u", CHART_LEFT + column, low, high);
    }
    if (is_begun) {
        body_text(body, "\"/>");
    }
}

/* --- the figure ----------------------------------------------------------- */

static const char *span_name(enum history_span span)
{
    return span == HISTORY_HOUR ? "last hour" : "last 24 hours";
}

/* The newest value sampled, in the present column or the one before. */
static uint32_t present_of(const struct trace *trace)
{
    uint32_t mean = trace->columns[CHART_COLUMNS - 1].mean;
    return mean != HISTORY_NONE ? mean : trace->columns[CHART_COLUMNS - 2].mean;
}

/* Who a line is, what it is now and what it was at most: the legend, and the
 * drawing for those who cannot see it. */
static void write_legend(const struct chart *chart, const struct trace *traces,
                         int count, enum history_span span, struct body *body)
{
    body_format(body, "<figcaption><b>%s</b>", span_name(span));
    for (int i = 0; i < count; i++) {
        uint32_t now = present_of(&traces[i]);
        body_format(body, "%s <span class=\"%s\">%s</span> ",
                    i == 0 ? ":" : ";", traces[i].line->colour,
                    traces[i].line->name);
        if (now != HISTORY_NONE) {
            chart_write_value(chart->unit, now, body);
            body_text(body, ", ");
        }
        body_text(body, "at most ");
        chart_write_value(chart->unit, traces[i].most, body);
    }
    body_text(body,
              count > 0 ? "</figcaption>\n" : ": not known</figcaption>\n");
}

/* Lines without a point are left out, and those that never left 0 where the
 * chart says so. */
static int trace_all(const struct chart *chart, const struct history *history,
                     enum history_span span, struct trace *traces)
{
    int count = 0;
    for (int i = 0; i < chart->count; i++) {
        trace(history, span, &chart->lines[i], &traces[count]);
        uint32_t most = traces[count].most;
        if (most != HISTORY_NONE && (most > 0 || !chart->hides_zero)) {
            count++;
        }
    }
    return count;
}

static void write_drawing(const struct chart *chart,
                          const struct snapshot *snapshot,
                          enum history_span span, struct body *body)
{
    struct trace traces[CHART_LINES_MOST];
    int count = trace_all(chart, &snapshot->history->history, span, traces);
    uint64_t most = 0;
    for (int i = 0; i < count; i++) {
        most = traces[i].most > most ? traces[i].most : most;
    }
    uint64_t end = chart_axis_end(chart->unit, most);
    body_text(body, "<figure>");
    write_legend(chart, traces, count, span, body);
    body_format(body,
                "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" "
                "aria-label=\"%s, %s\">",
                CHART_WIDTH, CHART_WHOLE_HEIGHT, chart->title, span_name(span));
    chart_write_axes(snapshot, span, chart->unit, end, body);
    body_format(body, "<use href=\"#marks-%d\"/>", (int)span);
    for (int i = 0; i < count; i++) {
        write_range(&traces[i], end, body);
    }
    for (int i = 0; i < count; i++) {
        write_mean(&traces[i], end, body);
    }
    body_text(body, "</svg></figure>\n");
}

void chart_write(const struct chart *chart, const struct snapshot *snapshot,
                 struct body *body)
{
    body_format(body,
                "<section id=\"%s\" data-live><h2>%s <small>%s</small>"
                "</h2>\n<div class=\"pair\">",
                chart->id, chart->title, chart->note);
    write_drawing(chart, snapshot, HISTORY_HOUR, body);
    write_drawing(chart, snapshot, HISTORY_DAY, body);
    body_text(body, "</div></section>\n");
}
