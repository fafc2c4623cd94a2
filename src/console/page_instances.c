/*
 * page_instances.c - the page's table: a row an instance.
 *
 * Names are checked by the configuration and details by the decoders, yet
 * everything of others goes through body_html.
 */
#include <inttypes.h>

#include "console/page.h"

/* The class a state is coloured by. */
static const char *state_class(enum state state)
{
    switch (state) {
    case STATE_UP:
        return "up";
    case STATE_DEGRADED:
    case STATE_LOADING:
    case STATE_DRAINING:
        return "warn";
    case STATE_DOWN:
        return "down";
    case STATE_MAINT:
    case STATE_UNKNOWN:
        return "odd";
    case STATE_NONE:
    case STATE_COUNT:
        break;
    }
    return "none";
}

static void write_cell(struct body *body, const char *label, const char *text)
{
    body_format(body, "<td data-label=\"%s\">", label);
    body_html(body, text);
    body_text(body, "</td>");
}

/* A cell of an age; `then` 0 is never. */
static void write_age(struct body *body, const char *label, uint64_t now_ms,
                      uint64_t then_ms)
{
    body_format(body, "<td data-label=\"%s\">", label);
    if (then_ms == 0) {
        body_text(body, "never");
    } else {
        body_duration(body, then_ms < now_ms ? now_ms - then_ms : 0);
        body_text(body, " ago");
    }
    body_text(body, "</td>");
}

static enum state outcome_at(const struct instance *instance, uint64_t position)
{
    uint8_t state = instance->outcomes[position % INSTANCE_OUTCOMES];
    return state < STATE_COUNT ? (enum state)state : STATE_NONE;
}

/* In words, for who cannot see the bar. */
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
static void write_outcomes(const struct instance *instance, struct body *body)
{
    uint64_t end = instance->outcome_count;
    uint64_t begin = end > INSTANCE_OUTCOMES ? end - INSTANCE_OUTCOMES : 0;
    uint64_t x = INSTANCE_OUTCOMES - (end - begin);
    body_text(body, "<td><svg viewBox=\"0 0 60 8\" preserveAspectRatio=\"none\""
                    " role=\"img\" aria-label=\"");
    write_outcome_words(instance, begin, end, body);
    body_text(body, "\"><title>");
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
                    state_class(state), x, run);
        x += run;
    }
    body_text(body, "</svg></td>");
}

static void write_row(const struct snapshot *snapshot,
                      const struct board_instance *record, struct body *body)
{
    const struct instance *instance = &record->instance;
    struct verdict shown;
    snapshot_shown(snapshot, record, &shown);
    body_text(body, "<tr><td class=\"name\"><a href=\"/status/");
    body_html(body, record->settings.name);
    body_text(body, "\">");
    body_html(body, record->settings.name);
    body_text(body, "</a><span>");
    body_html(body, instance_settings_published(&record->settings)->text);
    body_format(body, "</span></td><td><span class=\"state %s\">%s</span></td>",
                state_class(shown.state), state_name(shown.state));
    write_age(body, "since", snapshot->now_wall_ms,
              instance->claim.since_wall_ms);
    write_cell(body, "reason", reason_name(shown.reason));
    write_cell(body, "detail", shown.detail);
    write_cell(body, "role", role_name(shown.role));
    page_write_facts(snapshot, record, &shown, body);
    write_cell(body, "readable", ability_name(shown.readable));
    write_cell(body, "writable", ability_name(shown.writable));
    write_age(body, "last success", snapshot->now_ms,
              instance->last_success_ms);
    write_outcomes(instance, body);
    body_text(body, "</tr>\n");
}

void page_write_instances(const struct snapshot *snapshot, struct body *body)
{
    body_text(
        body,
        "<table><thead><tr><th>Instance</th><th>State</th>"
        "<th>Since</th><th>Reason</th><th>Detail</th><th>Role</th>"
        "<th>Server</th><th>Readable</th><th>Writable</th><th>Last success</th>"
        "<th>Last 60 outcomes</th></tr></thead><tbody>\n");
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        if (instance != NULL) {
            write_row(snapshot, instance, body);
        }
    }
    body_text(body, "</tbody></table>\n");
}
