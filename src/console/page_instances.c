/*
 * page_instances.c - the page's table: a row an instance, those in trouble
 * first.
 *
 * Names are checked by the configuration and details by the decoders, yet
 * everything of others goes through body_html.
 */
#include <inttypes.h>
#include <string.h>

#include "console/page.h"
#include "model/advice.h"

/* What its clients can do with it. */
static const char *serves(const struct verdict *shown)
{
    static const char *const words[][3] = {
        /* writable: yes, no, anything else */
        [ABILITY_UNKNOWN] = {"not known", "no writes", "not known"},
        [ABILITY_YES] = {"reads, writes", "reads only", "reads"},
        [ABILITY_NO] = {"writes only", "nothing", "no reads"},
        [ABILITY_STALE] = {"old data, writes", "old data", "old data"},
    };
    if (shown->readable >= ABILITY_COUNT) {
        return "?";
    }
    int column = shown->writable == ABILITY_YES  ? 0
                 : shown->writable == ABILITY_NO ? 1
                                                 : 2;
    return words[shown->readable][column];
}

static void write_name(const struct board_instance *record, struct body *body)
{
    const char *name = record->settings.name;
    body_text(body, "<td class=\"name\"><a href=\"/status/");
    body_html(body, name);
    body_text(body, "\">");
    body_html(body, name);
    body_text(body, "</a><span>");
    body_html(body,
              address_text(board_settings_published(&record->settings)).text);
    body_text(body, "</span></td>");
}

/* The state, and how long it stands. */
static void write_state(const struct snapshot *snapshot,
                        const struct board_instance *record,
                        const struct verdict *shown, struct body *body)
{
    uint64_t since_ms = snapshot_since_wall_ms(snapshot, record);
    body_text(body, "<td>");
    page_write_state(shown->state, body);
    body_text(body, "</td><td data-label=\"for\">");
    if (since_ms > 0 && since_ms < snapshot->now_wall_ms &&
        shown->state != STATE_NONE) {
        body_duration(body, snapshot->now_wall_ms - since_ms);
    }
    body_text(body, "</td>");
}

/* Why: the reason as a sentence, and the detail that belongs to it; nothing
 * of one that is up, its role says it all. Of a drained one, who drained it
 * and why, and what its probes say. */
static void write_reason(const struct verdict *shown, struct body *body)
{
    const char *meaning = advice_meaning(shown->reason);
    body_text(body, "<td class=\"why\" data-label=\"why\">");
    if (shown->state == STATE_MAINT) {
        body_html(body, shown->detail);
        body_text(body, "<span>its probes say: ");
        body_html(body, reason_name(shown->reason));
        body_text(body, ", ");
        body_html(body, meaning);
        body_text(body, "</span></td>");
        return;
    }
    if (meaning[0] != '\0' && shown->state != STATE_UP) {
        body_format(body, "<b>%s</b> ", reason_name(shown->reason));
        body_html(body, meaning);
    }
    if (shown->detail[0] != '\0') {
        body_text(body, "<span>");
        body_html(body, shown->detail);
        body_text(body, "</span>");
    }
    body_text(body, "</td>");
}

static void write_role(const struct verdict *shown, struct body *body)
{
    body_text(body, "<td class=\"role\" data-label=\"role\">");
    if (shown->role != ROLE_UNKNOWN) {
        body_text(body, role_name(shown->role));
    }
    if (shown->master[0] != '\0') {
        body_text(body, "<span>of ");
        body_html(body, shown->master);
        body_text(body, "</span>");
    }
    body_format(body, "</td><td data-label=\"serves\">%s</td>", serves(shown));
}

static void write_row(const struct snapshot *snapshot, uint32_t index,
                      const struct board_instance *record,
                      const struct verdict *shown, struct body *body)
{
    body_text(body, "<tr id=\"i-");
    body_html(body, record->settings.name);
    body_format(body, "\" class=\"%s\">", page_state_class(shown->state));
    write_name(record, body);
    write_state(snapshot, record, shown, body);
    write_reason(shown, body);
    write_role(shown, body);
    page_write_latency(snapshot, index, &record->instance, body);
    page_write_outcomes(&record->instance, body);
    page_write_facts(snapshot, record, shown, body);
    body_text(body, "</tr>\n");
}

static void write_rows(const struct snapshot *snapshot,
                       enum page_standing standing, struct body *body)
{
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *record = snapshot_instance(snapshot, i);
        struct verdict shown;
        if (record == NULL) {
            continue;
        }
        snapshot_shown(snapshot, record, &shown);
        if (page_standing(&shown) == standing) {
            write_row(snapshot, i, record, &shown, body);
        }
    }
}

void page_write_instances(const struct snapshot *snapshot, struct body *body)
{
    body_text(body, "<section id=\"instances\" data-live><h2>Servers</h2>\n"
                    "<table class=\"cards\"><thead><tr><th>Server</th>"
                    "<th>State</th><th>For</th><th>Why</th><th>Role</th>"
                    "<th>Serves</th><th>Latency</th><th>Last 60 outcomes</th>"
                    "<th>Redis</th></tr></thead><tbody>\n");
    for (int i = 0; i < STANDING_COUNT; i++) {
        write_rows(snapshot, (enum page_standing)i, body);
    }
    body_text(body, "</tbody></table></section>\n");
}
