/*
 * page_hops.c - the way of a fact from the probe to ZooKeeper: at each hop
 * the age of the newest one, the bound on that age, and a word that says
 * whether it holds.
 *
 * What has silently stopped shows here and nowhere else as plainly: every hop
 * has something that must come again and again, whether servers change or not.
 */
#include <inttypes.h>

#include "base/duration.h"
#include "base/text.h"
#include "console/health.h"
#include "console/history_book.h"
#include "console/page.h"
#include "model/bounds.h"

/* A publisher tells its vitals this often at least; once may be missed. */
#define PUBLISHER_BOUND_MS (2 * VITALS_EVERY_MS + BOUNDS_REPLACE_MS)

/* A change of ours that ZooKeeper has not confirmed in this time is late. */
#define ZOOKEEPER_BOUND_MS BOUNDS_PUBLISH_MS

#define HOP_WORDS 200

struct hop {
    const char *who;
    uint64_t newest_ms; /* when its newest fact came; 0 = none yet */
    uint64_t bound_ms;  /* on its age; 0 = it speaks on change only */
    bool is_late;
    bool is_off; /* not part of this agent */
    char words[HOP_WORDS];
};

/* --- probe ---------------------------------------------------------------- */

/* The oldest of the late ones, by name. */
static void tell_late(const struct snapshot *snapshot,
                      const struct board_instance *worst, uint32_t late,
                      struct hop *hop)
{
    char age[32];
    duration_text(age, sizeof age,
                  health_outcome_age_ms(snapshot, &worst->instance));
    (void)text_format(hop->words, sizeof hop->words,
                      "%" PRIu32 " servers without an outcome in time, %s for "
                      "%s",
                      late, worst->settings.name, age); /* may be cut */
    hop->is_late = true;
}

static void look_at_probes(const struct snapshot *snapshot, struct hop *hop)
{
    const struct board_instance *worst = NULL;
    uint64_t worst_ms = 0;
    uint32_t late = 0;
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *record = snapshot_instance(snapshot, i);
        if (record == NULL) {
            continue;
        }
        uint64_t limit_ms = health_outcome_limit_ms(&record->settings);
        uint64_t age_ms = health_outcome_age_ms(snapshot, &record->instance);
        if (record->instance.outcome_ms > hop->newest_ms) {
            hop->newest_ms = record->instance.outcome_ms;
        }
        if (limit_ms > hop->bound_ms) {
            hop->bound_ms = limit_ms;
        }
        late += age_ms > limit_ms ? 1 : 0;
        if (age_ms > limit_ms && age_ms > worst_ms) {
            worst_ms = age_ms;
            worst = record;
        }
    }
    if (worst != NULL) {
        tell_late(snapshot, worst, late, hop);
    } else {
        (void)text_copy(hop->words, sizeof hop->words,
                        "each server has its outcome in time"); /* fits */
    }
}

/* --- supervisor ----------------------------------------------------------- */

static void look_at_supervisor(const struct snapshot *snapshot, struct hop *hop)
{
    const struct board_agent *agent = &snapshot->agent;
    hop->newest_ms = agent->heartbeat_ms;
    hop->bound_ms = HEALTH_HEARTBEAT_MS;
    (void)text_format(hop->words, sizeof hop->words,
                      "its heartbeat; round %" PRIu64, agent->round); /* fits */
}

/* --- publisher ------------------------------------------------------------ */

static const struct board_service *find_publisher(
    const struct snapshot *snapshot)
{
    for (int i = 0; i < BOARD_SERVICES_MOST; i++) {
        if (snapshot->services[i].kind == SERVICE_PUBLISHER) {
            return &snapshot->services[i];
        }
    }
    return NULL;
}

static void look_at_publisher(const struct snapshot *snapshot, struct hop *hop)
{
    const struct board_service *publisher = find_publisher(snapshot);
    hop->newest_ms = snapshot->zookeeper.told_ms;
    if (publisher == NULL || publisher->pid <= 0) {
        hop->is_late = true;
        (void)text_copy(hop->words, sizeof hop->words,
                        "its process is not running"); /* fits */
        return;
    }
    if (publisher->vitals_ms > hop->newest_ms) {
        hop->newest_ms = publisher->vitals_ms;
    }
    if (publisher->started_ms > hop->newest_ms) {
        hop->newest_ms = publisher->started_ms;
    }
    if (publisher->vitals_ms > 0) {
        hop->bound_ms = PUBLISHER_BOUND_MS;
    }
    (void)text_format(hop->words, sizeof hop->words,
                      "what it last told of itself; process %" PRId32,
                      publisher->pid); /* fits */
}

/* --- ZooKeeper ------------------------------------------------------------ */

static uint64_t longest_wait_ms(const struct snapshot *snapshot,
                                uint32_t *waiting)
{
    uint64_t longest_ms = 0;
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct history_lane *lane =
            history_book_lane(snapshot->history, i);
        const struct board_instance *record = snapshot_instance(snapshot, i);
        if (lane == NULL || record == NULL || lane->waiting_ms == 0 ||
            record->instance.claim.version ==
                record->instance.publication.claim_version) {
            continue;
        }
        uint64_t wait_ms = snapshot_age_ms(snapshot, lane->waiting_ms);
        longest_ms = wait_ms > longest_ms ? wait_ms : longest_ms;
        (*waiting)++;
    }
    return longest_ms;
}

static void look_at_acknowledgements(const struct snapshot *snapshot,
                                     struct hop *hop)
{
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *record = snapshot_instance(snapshot, i);
        if (record != NULL &&
            record->instance.publication.acked_ms > hop->newest_ms) {
            hop->newest_ms = record->instance.publication.acked_ms;
        }
    }
}

static void look_at_zookeeper(const struct snapshot *snapshot, struct hop *hop)
{
    const struct board_zookeeper *zookeeper = &snapshot->zookeeper;
    uint32_t waiting = 0;
    uint64_t wait_ms = longest_wait_ms(snapshot, &waiting);
    char text[32];
    look_at_acknowledgements(snapshot, hop);
    if (zookeeper->state != ZOOKEEPER_STEADY) {
        uint64_t age_ms = snapshot_age_ms(snapshot, zookeeper->since_ms);
        duration_text(text, sizeof text, age_ms);
        hop->is_late = age_ms > ZOOKEEPER_BOUND_MS;
        (void)text_format(hop->words, sizeof hop->words,
                          "the session is not steady: %s for %s",
                          zookeeper_state_name(zookeeper->state),
                          text); /* fits */
    } else if (waiting > 0) {
        duration_text(text, sizeof text, wait_ms);
        hop->is_late = wait_ms > ZOOKEEPER_BOUND_MS;
        (void)text_format(hop->words, sizeof hop->words,
                          "%" PRIu32 " changes not confirmed, the first for "
                          "%s",
                          waiting, text); /* fits */
    } else {
        (void)text_format(hop->words, sizeof hop->words,
                          "the last write it took; nothing waits; at %s",
                          zookeeper->server); /* fits */
    }
}

/* --- the strip ------------------------------------------------------------ */

static void judge(const struct snapshot *snapshot, struct hop *hop)
{
    if (hop->bound_ms > 0 &&
        snapshot_age_ms(snapshot, hop->newest_ms) > hop->bound_ms) {
        hop->is_late = true;
    }
}

/* "2.5 s", "15 s": a bound is told as it is, not rounded down. */
static void write_bound(uint64_t bound_ms, struct body *body)
{
    if (bound_ms % 1000 != 0 && bound_ms < 60000) {
        body_format(body, "%.1f s", (double)bound_ms / 1000);
    } else {
        body_duration(body, bound_ms);
    }
}

static void write_hop(const struct snapshot *snapshot, const struct hop *hop,
                      struct body *body)
{
    const char *word = hop->is_late ? "LATE" : "on time";
    body_format(body,
                "<li class=\"%s\"><b>%s</b> <span class=\"word\">%s"
                "</span><span class=\"age\">",
                hop->is_off    ? "off"
                : hop->is_late ? "late"
                               : "fine",
                hop->who, hop->is_off ? "off" : word);
    if (hop->newest_ms == 0) {
        body_text(body, hop->is_off ? "-" : "nothing yet");
    } else {
        body_duration(body, snapshot_age_ms(snapshot, hop->newest_ms));
        body_text(body, " ago");
    }
    body_text(body, "</span><span class=\"dim\">");
    if (hop->bound_ms > 0) {
        body_text(body, "bound ");
        write_bound(hop->bound_ms, body);
        body_text(body, "; ");
    }
    body_html(body, hop->words);
    body_text(body, "</span></li>\n");
}

bool page_write_hops(const struct snapshot *snapshot, struct body *body)
{
    static const char off[] = "no zookeeper is configured: observing only";
    bool is_off = !snapshot->agent.has_zookeeper;
    struct hop hops[] = {{.who = "Probe"},
                         {.who = "Supervisor"},
                         {.who = "Publisher", .is_off = is_off},
                         {.who = "ZooKeeper", .is_off = is_off}};
    bool is_fine = true;
    look_at_probes(snapshot, &hops[0]);
    look_at_supervisor(snapshot, &hops[1]);
    if (is_off) {
        (void)text_copy(hops[2].words, HOP_WORDS, off); /* fits */
        (void)text_copy(hops[3].words, HOP_WORDS, off); /* fits */
    } else {
        look_at_publisher(snapshot, &hops[2]);
        look_at_zookeeper(snapshot, &hops[3]);
    }
    body_text(body, "<section id=\"hops\" data-live><h2>The way of a fact, and "
                    "how old the newest is at each hop</h2>\n"
                    "<ol class=\"hops\">\n");
    for (size_t i = 0; i < sizeof hops / sizeof hops[0]; i++) {
        judge(snapshot, &hops[i]);
        write_hop(snapshot, &hops[i], body);
        is_fine = is_fine && !hops[i].is_late;
    }
    body_text(body, "</ol></section>\n");
    return is_fine;
}
