/*
 * page_lines.c - two small drawings a row: the last outcomes as a bar, the
 * last latencies as a line. SVG made here, of lengths without a unit; each
 * says in words what it shows.
 */
#include <inttypes.h>

#include "console/chart_pen.h"
#include "console/history_book.h"
#include "console/page.h"

#define LINE_HEIGHT 12

static enum state outcome_at(const struct instance *instance, uint64_t position)
{
    uint8_t state = instance->outcomes[position % INSTANCE_OUTCOMES];
    return state < STATE_COUNT ? (enum state)state : STATE_NONE;
}

static void write_outcome_words(const struct instance *instance, uint64_t begin,
                                uint64_t end, struct body *body)
{
    uint32_t counts[STATE_COUNT] = {0};
    for (uint64_t i = begin; i < end; i++) {
        counts[outcome_at(instance, i)]++;
    }
    body_format(body, "last %" PRIu64 " outcomes:", end - begin);
    for (int i = 0; i < STATE_COUNT; i++) {
        if (counts[i] > 0) {
            body_format(body, " %" PRIu32 " %s", counts[i],
                        state_name((enum state)i));
        }
    }
}

/* A rectangle a run of equal outcomes, the newest at the right. */
void page_write_outcomes(const struct instance *instance, struct body *body)
{
    uint64_t end = instance->outcome_count;
    uint64_t begin = end > INSTANCE_OUTCOMES ? end - INSTANCE_OUTCOMES : 0;
    uint64_t x = INSTANCE_OUTCOMES - (end - begin);
    body_text(body,
              "<td data-label=\"outcomes\"><svg class=\"bar\" viewBox=\"0 "
              "0 60 8\" preserveAspectRatio=\"none\" role=\"img\"><title>");
    write_outcome_words(instance, begin, end, body);
    body_text(body, "</title>");
    while (begin < end) {
        enum state state = outcome_at(instance, begin);
        uint64_t run = 0;
        while (begin < end && outcome_at(instance, begin) == state) {
            run++;
            begin++;
        }
        body_format(body,
                    "<rect class=\"%s\" x=\"%" PRIu64 "\" width=\"%" PRIu64
                    "\" height=\"8\"/>",
                    page_state_class(state), x, run);
        x += run;
    }
    body_text(body, "</svg></td>");
}

/* --- latency -------------------------------------------------------------- */

/* The point that came `ago` before the newest; 0 = no answer then. */
static uint32_t point_at(const struct history_lane *lane, uint64_t ago)
{
    return lane->points[(lane->taken - 1 - ago) % HISTORY_LANE_POINTS];
}

static uint32_t longest_of(const struct history_lane *lane, uint64_t count)
{
    uint32_t longest = 0;
    for (uint64_t ago = 0; ago < count; ago++) {
        uint32_t point = point_at(lane, ago);
        longest = point > longest ? point : longest;
    }
    return longest;
}

/* A path in whole steps from the left; a probe without an answer lifts the
 * pen. */
static void write_path(const struct history_lane *lane, uint64_t count,
                       uint32_t longest, struct body *body)
{
    struct chart_pen pen;
    chart_pen_init(&pen, body);
    body_text(body, "<path d=\"");
    for (uint64_t i = 0; i < count; i++) {
        uint32_t point = point_at(lane, count - 1 - i);
        uint32_t x = (uint32_t)(HISTORY_LANE_POINTS - count + i);
        if (point == 0) {
            chart_pen_lift(&pen);
        } else {
            chart_pen_draw(
                &pen, x, LINE_HEIGHT - 1 - point * (LINE_HEIGHT - 2) / longest);
        }
    }
    chart_pen_lift(&pen);
    body_text(body, "\"/>");
}

static void write_line(const struct history_lane *lane, struct body *body)
{
    uint64_t count =
        lane->taken < HISTORY_LANE_POINTS ? lane->taken : HISTORY_LANE_POINTS;
    uint32_t longest = longest_of(lane, count);
    if (longest == 0) {
        return;
    }
    body_format(body,
                "<svg class=\"line\" viewBox=\"0 0 60 %d\" "
                "preserveAspectRatio=\"none\" role=\"img\"><title>the last "
                "%" PRIu64 " probes, at most ",
                LINE_HEIGHT, count);
    page_write_us(body, (uint64_t)longest * HISTORY_LANE_UNIT_US);
    body_text(body, "</title>");
    write_path(lane, count, longest, body);
    body_text(body, "</svg>");
}

void page_write_latency(const struct snapshot *snapshot, uint32_t index,
                        const struct instance *instance, struct body *body)
{
    const struct history_lane *lane =
        history_book_lane(snapshot->history, index);
    uint32_t latency_us = history_latency_us(instance);
    body_text(body, "<td class=\"latency\" data-label=\"latency\">");
    if (latency_us != HISTORY_NONE) {
        page_write_us(body, latency_us);
    } else {
        body_text(body, "<span class=\"dim\">no answer</span>");
    }
    if (lane != NULL && lane->taken > 0) {
        write_line(lane, body);
    }
    body_text(body, "</td>");
}
