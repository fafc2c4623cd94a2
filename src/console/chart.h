/*
 * chart.h - one drawing of the console's history: lines over the last hour or
 * day, with axes, a legend in words, and the marks of what happened. SVG made
 * here; nothing is loaded and nothing is clever.
 *
 * A line is the mean of each column; where a column's least and most differ
 * from it, a faint stroke spans them. What was not sampled is a gap.
 */
#ifndef CONSOLE_CHART_H
#define CONSOLE_CHART_H

#include <stdbool.h>

#include "console/body.h"
#include "console/history_book.h"
#include "console/snapshot.h"

#define CHART_COLUMNS 360
#define CHART_LINES_MOST 8

/* What the numbers of a series are. */
enum chart_unit {
    CHART_COUNT,
    CHART_MS,
    CHART_US,
    CHART_KB,
    CHART_CPU, /* thousandths of a core, told as percent */
};

struct chart_line {
    enum history_series series;
    const char *name;
    const char *colour; /* a class of the style sheet */
};

struct chart {
    const char *id; /* of its place in the document */
    const char *title;
    const char *note; /* a sentence: what to look for */
    enum chart_unit unit;
    bool hides_zero; /* lines that never left 0 are left out */
    int count;
    struct chart_line lines[CHART_LINES_MOST];
};

/* The figure: a drawing of the hour and one of the day, side by side. Needs a
 * history, and chart_write_marks in the same document. */
void chart_write(const struct chart *chart, const struct snapshot *snapshot,
                 struct body *body);

/* The marks of both spans, drawn once; the charts refer to them. */
void chart_write_marks(const struct snapshot *snapshot, struct body *body);

/* The marks as a list, the newest first. */
void chart_write_happened(const struct snapshot *snapshot, struct body *body);

/* --- parts ------------------------------------------------------------- */

/* The place of the drawing's lines inside it. */
#define CHART_LEFT 52
#define CHART_TOP 8
#define CHART_HEIGHT 100
#define CHART_RIGHT 8
#define CHART_BOTTOM 18

uint64_t chart_column_ms(enum history_span span);

/* All that was sampled in one column, 0 the oldest. */
struct history_point chart_column(const struct history *history,
                                  enum history_span span,
                                  enum history_series series, uint32_t column);

/* The end of an axis that holds `most`: a number that reads well, never 0. */
uint64_t chart_axis_end(enum chart_unit unit, uint64_t most);

void chart_write_value(enum chart_unit unit, uint64_t value, struct body *body);

/* Lines across and moments along. */
void chart_write_axes(const struct snapshot *snapshot, enum history_span span,
                      enum chart_unit unit, uint64_t end, struct body *body);

#endif
