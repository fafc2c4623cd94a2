/*
 * page_banner.c - the first sentence of the page, which says what is wrong;
 * and for each reason among the servers that are not well, once, what it
 * means and what to do.
 */
#include <inttypes.h>

#include "console/health.h"
#include "console/page.h"
#include "model/advice.h"

#define NAMED_MOST 5

/* What is said of a group of servers, of one and of several. */
static const struct {
    const char *one;
    const char *several;
} sayings[STANDING_COUNT] = {
    [STANDING_UNUSABLE] = {"is not usable", "are not usable"},
    [STANDING_UNKNOWN] = {"cannot be judged", "cannot be judged"},
    [STANDING_LIMITED] = {"is limited", "are limited"},
    [STANDING_DRAINED] = {"is drained", "are drained"},
    [STANDING_UNJUDGED] = {"has not been judged yet",
                           "have not been judged yet"},
    [STANDING_UP] = {"is up", "are up"},
};

static const char *saying(enum page_standing standing, uint32_t count)
{
    return count == 1 ? sayings[standing].one : sayings[standing].several;
}

/* "cache-1 (down for 12 s, refused)" */
static void write_named(const struct snapshot *snapshot,
                        const struct board_instance *record,
                        const struct verdict *shown, struct body *body)
{
    uint64_t since_ms = snapshot_since_wall_ms(snapshot, record);
    body_text(body, "<a href=\"#i-");
    body_html(body, record->settings.name);
    body_text(body, "\">");
    body_html(body, record->settings.name);
    body_format(body, "</a> (%s", state_name(shown->state));
    if (since_ms > 0 && since_ms < snapshot->now_wall_ms) {
        body_text(body, " for ");
        body_duration(body, snapshot->now_wall_ms - since_ms);
    }
    if (shown->state != STATE_MAINT) {
        body_format(body, ", %s", reason_name(shown->reason));
    }
    body_text(body, ")");
}

/* The members of a group by name, as far as they fit into a sentence. */
static void write_names(const struct snapshot *snapshot,
                        enum page_standing standing, struct body *body)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *record = snapshot_instance(snapshot, i);
        struct verdict shown;
        if (record == NULL) {
            continue;
        }
        snapshot_shown(snapshot, record, &shown);
        if (page_standing(&shown) != standing) {
            continue;
        }
        if (found < NAMED_MOST) {
            body_text(body, found == 0 ? ": " : ", ");
            write_named(snapshot, record, &shown, body);
        }
        found++;
    }
    if (found > NAMED_MOST) {
        body_format(body, " and %" PRIu32 " more", found - NAMED_MOST);
    }
}

static bool is_named(enum page_standing standing)
{
    return standing != STANDING_UP && standing != STANDING_UNJUDGED;
}

/* "2 of 12 servers are not usable: ...", then a line a group. */
static void write_groups(const struct snapshot *snapshot,
                         const struct page_tally *tally, struct body *body)
{
    bool is_first = true;
    for (int i = 0; i < STANDING_COUNT; i++) {
        enum page_standing standing = (enum page_standing)i;
        uint32_t count = tally->standings[i];
        if (count == 0) {
            continue;
        }
        if (is_first) {
            body_format(
                body, "<strong>%" PRIu32 " of %" PRIu32 " servers %s</strong>",
                count, tally->shown, saying(standing, count));
        } else {
            body_format(body, " <span class=\"group\">%" PRIu32 " %s", count,
                        saying(standing, count));
        }
        if (is_named(standing)) {
            write_names(snapshot, standing, body);
        }
        body_text(body, is_first ? "." : ".</span>");
        is_first = false;
    }
}

static void write_servers(const struct snapshot *snapshot,
                          const struct page_tally *tally, struct body *body)
{
    if (tally->shown == 0) {
        body_text(body, "<strong>No server is watched.</strong> None is "
                        "configured, and none was found.");
    } else if (tally->standings[STANDING_UP] < tally->shown) {
        write_groups(snapshot, tally, body);
    } else if (tally->shown == 1) {
        body_text(body, "<strong>The one server is up.</strong>");
    } else {
        body_format(body, "<strong>All %" PRIu32 " servers are up.</strong>",
                    tally->shown);
    }
}

static bool is_silent(const struct snapshot *snapshot)
{
    return snapshot_age_ms(snapshot, snapshot->agent.heartbeat_ms) >
           HEALTH_HEARTBEAT_MS;
}

static const char *banner_class(const struct snapshot *snapshot,
                                const struct page_tally *tally, bool is_on_time)
{
    if (is_silent(snapshot)) {
        return "odd";
    }
    if (tally->standings[STANDING_UNUSABLE] > 0) {
        return "down";
    }
    if (tally->standings[STANDING_UNKNOWN] > 0 || !is_on_time) {
        return "odd";
    }
    if (tally->standings[STANDING_LIMITED] > 0) {
        return "warn";
    }
    return tally->shown > 0 && tally->standings[STANDING_UNJUDGED] == 0
               ? "up"
               : "none";
}

/* Each reason among those that are not well, in the order of REASON_TABLE. */
static uint32_t troubles(const struct snapshot *snapshot)
{
    uint32_t reasons = 0;
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *record = snapshot_instance(snapshot, i);
        struct verdict shown;
        if (record == NULL) {
            continue;
        }
        snapshot_shown(snapshot, record, &shown);
        if (page_standing(&shown) < STANDING_DRAINED) {
            reasons |= 1u << shown.reason;
        }
    }
    return reasons;
}

static void write_advice(const struct snapshot *snapshot, struct body *body)
{
    uint32_t reasons = troubles(snapshot);
    if (reasons == 0) {
        return;
    }
    body_text(body, "<dl class=\"advice\">\n");
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        if ((reasons & 1u << i) == 0 || advice_meaning(reason)[0] == '\0') {
            continue;
        }
        body_format(body, "<dt>%s</dt><dd>", reason_name(reason));
        body_html(body, advice_meaning(reason));
        body_text(body, ". <b>What to do:</b> ");
        body_html(body, advice_action(reason));
        body_text(body, ".</dd>\n");
    }
    body_text(body, "</dl>\n");
}

void page_write_banner(const struct snapshot *snapshot,
                       const struct page_tally *tally, bool is_on_time,
                       struct body *body)
{
    body_format(body,
                "<section id=\"banner\" data-live>"
                "<p class=\"banner %s\" role=\"status\">",
                banner_class(snapshot, tally, is_on_time));
    if (is_silent(snapshot)) {
        body_text(body, "<strong>The supervisor has been silent for ");
        body_duration(body,
                      snapshot_age_ms(snapshot, snapshot->agent.heartbeat_ms));
        body_text(body, ": what stands below is old.</strong> ");
    }
    if (snapshot->agent.is_stopping) {
        body_text(body, "<strong>The agent is stopping.</strong> ");
    }
    if (!is_on_time && !is_silent(snapshot)) {
        body_text(body, "<strong>A hop on the way to ZooKeeper is late, see "
                        "below.</strong> ");
    }
    write_servers(snapshot, tally, body);
    body_text(body, "</p>\n");
    write_advice(snapshot, body);
    body_text(body, "</section>\n");
}
