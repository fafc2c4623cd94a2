/*
 * page.c - the status page around its table: the banner in words, how old
 * each hop's news is, alarms and helpers.
 *
 * It reloads itself and works without a script and without a network. Who
 * reads it is in trouble: the first sentence says what is wrong.
 */
#include "console/page.h"

#include <inttypes.h>

#include "base/text.h"

#define PAGE_REFRESH_S 5

/* How the instances stand, for the banner. */
struct tally {
    uint32_t shown;
    uint32_t states[STATE_COUNT];
    const struct board_instance *worst; /* a down one, else one not up */
    struct verdict worst_verdict;
};

static bool is_worse(enum state state, const struct tally *tally)
{
    if (state == STATE_UP || tally->worst == NULL) {
        return state != STATE_UP;
    }
    return state == STATE_DOWN && tally->worst_verdict.state != STATE_DOWN;
}

static void count_states(const struct snapshot *snapshot, struct tally *tally)
{
    *tally = (struct tally){0};
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        if (instance == NULL) {
            continue;
        }
        struct verdict shown;
        snapshot_shown(snapshot, instance, &shown);
        tally->shown++;
        tally->states[shown.state]++;
        if (is_worse(shown.state, tally)) {
            tally->worst = instance;
            tally->worst_verdict = shown;
        }
    }
}

static bool is_stale(const struct snapshot *snapshot)
{
    return snapshot_age_ms(snapshot, snapshot->agent.heartbeat_ms) >
           PAGE_STALE_MS;
}

static const char *banner_class(const struct snapshot *snapshot,
                                const struct tally *tally)
{
    if (is_stale(snapshot)) {
        return "odd";
    }
    if (tally->states[STATE_DOWN] > 0) {
        return "down";
    }
    return tally->states[STATE_UP] == tally->shown ? "up" : "warn";
}

/* "cache-1 is down: refused, for 12 s." */
static void write_worst(const struct snapshot *snapshot,
                        const struct tally *tally, struct body *body)
{
    const struct verdict *verdict = &tally->worst_verdict;
    uint64_t since_ms = tally->worst->instance.claim.since_wall_ms;
    body_text(body, " ");
    body_html(body, tally->worst->settings.name);
    if (verdict->state == STATE_NONE) {
        body_text(body, " has not been judged yet.");
        return;
    }
    body_format(body, " is %s (%s)", state_name(verdict->state),
                reason_name(verdict->reason));
    if (since_ms > 0 && since_ms < snapshot->now_wall_ms) {
        body_text(body, " for ");
        body_duration(body, snapshot->now_wall_ms - since_ms);
    }
    body_text(body, ".");
}

static void write_banner(const struct snapshot *snapshot,
                         const struct tally *tally, struct body *body)
{
    uint32_t up = tally->states[STATE_UP];
    body_format(body, "<p class=\"banner %s\" role=\"status\">",
                banner_class(snapshot, tally));
    if (is_stale(snapshot)) {
        body_text(body, "The supervisor has been silent for ");
        body_duration(body,
                      snapshot_age_ms(snapshot, snapshot->agent.heartbeat_ms));
        body_text(body, ": what stands below is old. ");
    }
    if (snapshot->agent.is_stopping) {
        body_text(body, "The agent is stopping. ");
    }
    if (tally->shown == 0) {
        body_text(body, "No Redis instance is watched.");
    } else if (up == tally->shown) {
        body_format(body, "All %" PRIu32 " Redis instances are up.", up);
    } else {
        body_format(body, "%" PRIu32 " of %" PRIu32 " Redis instances are up.",
                    up, tally->shown);
        write_worst(snapshot, tally, body);
    }
    body_text(body, "</p>\n");
}

/* One hop: who, how old its news is, and what it says. */
static void write_hop(struct body *body, const char *who, uint64_t now_ms,
                      uint64_t then_ms, const char *note)
{
    body_format(body, "<li><b>%s</b>", who);
    if (then_ms == 0) {
        body_text(body, "never");
    } else {
        body_duration(body, then_ms < now_ms ? now_ms - then_ms : 0);
        body_text(body, " ago");
    }
    body_text(body, "<span>");
    body_html(body, note);
    body_text(body, "</span></li>\n");
}

/* The newest outcome and the newest acknowledgement of all instances. */
static void find_newest(const struct snapshot *snapshot, uint64_t *outcome_ms,
                        uint64_t *acked_ms)
{
    *outcome_ms = 0;
    *acked_ms = 0;
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *record = snapshot_instance(snapshot, i);
        if (record == NULL) {
            continue;
        }
        const struct instance *instance = &record->instance;
        if (instance->outcome_ms > *outcome_ms) {
            *outcome_ms = instance->outcome_ms;
        }
        if (instance->publication.acked_ms > *acked_ms) {
            *acked_ms = instance->publication.acked_ms;
        }
    }
}

/* Publisher and ZooKeeper speak on change only: old news is good news there,
 * and the notes say so. */
static void write_publishing_hops(const struct snapshot *snapshot,
                                  uint64_t acked_ms, struct body *body)
{
    const struct board_zookeeper *zookeeper = &snapshot->zookeeper;
    char note[128];
    (void)text_format(note, sizeof note, "its last change: %s",
                      zookeeper_state_name(zookeeper->state)); /* fits */
    write_hop(body, "Publisher", snapshot->now_ms, zookeeper->told_ms, note);
    (void)text_format(note, sizeof note, "the last write it took; %s%s",
                      zookeeper->server[0] != '\0' ? "at " : "no connection",
                      zookeeper->server); /* fits */
    write_hop(body, "ZooKeeper", snapshot->now_ms, acked_ms, note);
}

static void write_hops(const struct snapshot *snapshot, struct body *body)
{
    uint64_t outcome_ms = 0;
    uint64_t acked_ms = 0;
    find_newest(snapshot, &outcome_ms, &acked_ms);
    body_text(body, "<h2>How old the news is, hop by hop</h2>\n"
                    "<ol class=\"hops\">\n");
    write_hop(body, "Probe", snapshot->now_ms, outcome_ms,
              "the newest outcome of a round");
    write_hop(body, "Supervisor", snapshot->now_ms,
              snapshot->agent.heartbeat_ms, "its last heartbeat");
    if (snapshot->agent.has_zookeeper) {
        write_publishing_hops(snapshot, acked_ms, body);
    } else {
        body_text(body, "<li><b>ZooKeeper</b>off<span>this agent observes "
                        "only</span></li>\n");
    }
    body_text(body, "</ol>\n");
}

static void write_alarms(const struct snapshot *snapshot, struct body *body)
{
    for (int i = 0; i < BOARD_ALARMS_MOST; i++) {
        const struct board_alarm *alarm = &snapshot->zookeeper.alarms[i];
        if (alarm->what[0] == '\0') {
            continue;
        }
        body_text(body, "<p class=\"banner warn\">Alarm: ");
        body_html(body, alarm->what);
        body_text(body, ", ");
        body_html(body, alarm->path);
        body_text(body, ". ");
        body_html(body, alarm->detail);
        body_text(body, "</p>\n");
    }
}

static void write_helpers(const struct snapshot *snapshot, struct body *body)
{
    body_text(body, "<h2>Helpers</h2>\n<ul class=\"hops\">\n");
    for (int i = 0; i < BOARD_SERVICES_MOST; i++) {
        const struct board_service *service = &snapshot->services[i];
        if (service->kind == SERVICE_NONE) {
            continue;
        }
        body_format(body, "<li><b>%s</b>", service_name(service->kind));
        if (service->pid > 0) {
            body_format(body, "pid %" PRId32 ", up ", service->pid);
            body_duration(body, snapshot_age_ms(snapshot, service->started_ms));
        } else {
            body_text(body, "not running");
        }
        body_text(body, "<span>");
        if (service->restarts > 0) {
            body_format(body, "replaced %" PRIu64 " times ", service->restarts);
        }
        body_html(body, service->note);
        body_text(body, "</span></li>\n");
    }
    body_text(body, "</ul>\n");
}

void page_open(const struct snapshot *snapshot, const char *title,
               struct body *body)
{
    body_format(body,
                "<!doctype html>\n<html lang=\"en\"><head>"
                "<meta charset=\"utf-8\">"
                "<meta name=\"viewport\" "
                "content=\"width=device-width,initial-scale=1\">"
                "<meta http-equiv=\"refresh\" content=\"%d\">"
                "<link rel=\"icon\" href=\"data:,\"><title>",
                PAGE_REFRESH_S);
    body_html(body, snapshot->agent.host);
    body_format(body, " - %s</title><style>", title);
    body_text(body, page_style);
    body_text(body, "</style></head>\n<body><header><h1>");
    body_html(body, snapshot->agent.host);
    body_text(body, " <small>cluster ");
    body_html(body, snapshot->agent.cluster);
    body_text(body, ", sentinel-agent ");
    body_html(body, snapshot->agent.version);
    body_text(body, ", up ");
    body_duration(body, snapshot_age_ms(snapshot, snapshot->agent.started_ms));
    body_text(body, "</small></h1></header>\n<main>\n");
}

void page_close(struct body *body)
{
    body_text(body, "</main>\n<footer><a href=\"/status\">status</a> "
                    "<a href=\"/tasks\">tasks</a> "
                    "<a href=\"/goroutines?debug=1\">goroutines</a> "
                    "<a href=\"/metrics\">metrics</a> "
                    "<a href=\"/bounds\">bounds</a> "
                    "<a href=\"/healthz\">healthz</a> "
                    "<a href=\"/readyz\">readyz</a> "
                    "<a href=\"/buildinfo\">buildinfo</a></footer>\n"
                    "</body></html>\n");
}

void page_write(const struct snapshot *snapshot, struct body *body)
{
    struct tally tally;
    count_states(snapshot, &tally);
    page_open(snapshot, "sentinel-agent", body);
    write_banner(snapshot, &tally, body);
    write_alarms(snapshot, body);
    page_write_instances(snapshot, body);
    write_hops(snapshot, body);
    write_helpers(snapshot, body);
    page_close(body);
}
