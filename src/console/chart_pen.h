/*
 * chart_pen.h - draws a path of SVG point by point, from left to right, in few
 * bytes: a flat stretch is one stroke.
 */
#ifndef CONSOLE_CHART_PEN_H
#define CONSOLE_CHART_PEN_H

#include <stdbool.h>
#include <stdint.h>

#include "console/body.h"

struct chart_pen {
    struct body *body; /* borrowed */
    bool is_down;
    uint32_t x; /* where the pen is... */
    uint32_t y;
    uint32_t written_x; /* ...and how far it is written */
};

void chart_pen_init(struct chart_pen *pen, struct body *body);

/* To the next point; the first one after a lift begins anew, and shows also
 * when it stays alone. */
void chart_pen_draw(struct chart_pen *pen, uint32_t x, uint32_t y);

/* At a gap, and at the end. */
void chart_pen_lift(struct chart_pen *pen);

#endif
