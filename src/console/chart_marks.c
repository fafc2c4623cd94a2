/*
 * chart_marks.c - what happened, as marks across every chart of a document
 * and as a list below them.
 *
 * Starts, reloads and processes that ended are lines; changes of state, of
 * which there may be many, are short strokes at the foot.
 */
#include <inttypes.h>

#include "console/chart.h"
#include "console/page.h"

#define LISTED_EACH 20 /* of a kind, in the list */

static void write_mark(const struct history_mark *mark,
                       enum history_mark_kind kind, uint32_t column,
                       struct body *body)
{
    bool is_short = kind == HISTORY_MARK_CHANGE;
    int top = is_short ? CHART_TOP + CHART_HEIGHT - 8 : CHART_TOP;
    body_format(body,
                "<path class=\"mark m%d\" d=\"M%" PRIu32 " %dV%d\"><title>",
                (int)kind, CHART_LEFT + column, top, CHART_TOP + CHART_HEIGHT);
    body_html(body, mark->text);
    body_text(body, "</title></path>");
}

static void write_kind(const struct snapshot *snapshot, enum history_span span,
                       enum history_mark_kind kind, struct body *body)
{
    for (uint32_t ago = 0;; ago++) {
        const struct history_mark *mark =
            history_marks_find(&snapshot->history->marks, kind, ago);
        if (mark == NULL) {
            return;
        }
        uint64_t column =
            snapshot_age_ms(snapshot, mark->at_ms) / chart_column_ms(span);
        if (column < CHART_COLUMNS) {
            write_mark(mark, kind, CHART_COLUMNS - 1 - (uint32_t)column, body);
        }
    }
}

void chart_write_marks(const struct snapshot *snapshot, struct body *body)
{
    body_text(body, "<section id=\"marks\" data-live><svg class=\"hidden\" "
                    "aria-hidden=\"true\">");
    for (int span = 0; span < HISTORY_SPANS; span++) {
        body_format(body, "<g id=\"marks-%d\">", span);
        for (int kind = 0; kind < HISTORY_MARK_KINDS; kind++) {
            write_kind(snapshot, (enum history_span)span,
                       (enum history_mark_kind)kind, body);
        }
        body_text(body, "</g>");
    }
    body_text(body, "</svg></section>\n");
}

/* --- in words ------------------------------------------------------------- */

static void write_words(const struct snapshot *snapshot,
                        enum history_mark_kind kind, struct body *body)
{
    static const char *const headings[HISTORY_MARK_KINDS] = {
        [HISTORY_MARK_START] = "Starts",
        [HISTORY_MARK_RELOAD] = "Reloads",
        [HISTORY_MARK_ENDING] = "Processes that ended unasked",
        [HISTORY_MARK_CHANGE] = "Changes of state",
    };
    body_format(body, "<div><h2 class=\"m%d\">%s</h2><ol class=\"log\">",
                (int)kind, headings[kind]);
    for (uint32_t ago = 0; ago < LISTED_EACH; ago++) {
        const struct history_mark *mark =
            history_marks_find(&snapshot->history->marks, kind, ago);
        if (mark == NULL) {
            break;
        }
        body_text(body, "<li>");
        page_write_moment(snapshot,
                          snapshot->now_wall_ms -
                              snapshot_age_ms(snapshot, mark->at_ms),
                          body);
        body_text(body, " ");
        body_html(body, mark->text);
        body_text(body, "</li>\n");
    }
    if (history_marks_find(&snapshot->history->marks, kind, 0) == NULL) {
        body_text(body, "<li class=\"dim\">None.</li>");
    }
    body_text(body, "</ol></div>\n");
}

void chart_write_happened(const struct snapshot *snapshot, struct body *body)
{
    body_text(body, "<section id=\"happened\" class=\"pair\" data-live>");
    for (int kind = 0; kind < HISTORY_MARK_KINDS; kind++) {
        write_words(snapshot, (enum history_mark_kind)kind, body);
    }
    body_text(body, "</section>\n");
}
