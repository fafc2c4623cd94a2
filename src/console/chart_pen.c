/*
 * chart_pen.c - see chart_pen.h. All strokes are relative: their numbers are
 * short.
 */
#include "console/chart_pen.h"

#include <inttypes.h>

void chart_pen_init(struct chart_pen *pen, struct body *body)
{
    *pen = (struct chart_pen){.body = body};
}

/* The flat stretch up to here. */
static void catch_up(struct chart_pen *pen)
{
    if (pen->written_x < pen->x) {
        body_text(pen->body, "h");
        body_decimal(pen->body, pen->x - pen->written_x);
        pen->written_x = pen->x;
    }
}

void chart_pen_draw(struct chart_pen *pen, uint32_t x, uint32_t y)
{
    if (!pen->is_down) {
        body_format(pen->body, "M%" PRIu32 " %" PRIu32 "h0", x, y);
        pen->written_x = x;
    } else if (y != pen->y) {
        catch_up(pen);
        body_format(pen->body,
                    y < pen->y ? "l%" PRIu32 "-%" PRIu32
                               : "l%" PRIu32 " %" PRIu32,
                    x - pen->x, y < pen->y ? pen->y - y : y - pen->y);
        pen->written_x = x;
    }
    pen->x = x;
    pen->y = y;
    pen->is_down = true;
}

void chart_pen_lift(struct chart_pen *pen)
{
    if (pen->is_down) {
        catch_up(pen);
    }
    pen->is_down = false;
}
