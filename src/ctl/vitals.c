/*
 * vitals.c - see vitals.h. One writer a line; what was not told is left out
 * of it.
 */
#include "ctl/vitals.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/duration.h"
#include "base/text.h"

#define CERTIFICATE_SOON_DAYS 14
#define DAY_S 86400
#define FULL_PERCENT 90 /* of a limit: a worry */

typedef enum tone (*vital_writer)(const struct result *result, uint64_t now_ms,
                                  char *text, size_t size);

static int64_t fact(const struct result *result, enum fact which)
{
    return result->facts.values[which];
}

static bool is_known(const struct result *result, enum fact which)
{
    return fact(result, which) != FACT_UNKNOWN;
}

/* Cutting is fine in all of them. */
static void append_bytes(char *text, size_t size, int64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    int64_t tenths = bytes <= INT64_MAX / 10 ? bytes * 10 : INT64_MAX;
    while (tenths >= 10 * 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        tenths /= 1024;
        unit++;
    }
    if (unit == 0) {
        (void)text_append(text, size, "%" PRId64 " %s", bytes, units[unit]);
    } else {
        (void)text_append(text, size, "%" PRId64 ".%" PRId64 " %s", tenths / 10,
                          tenths % 10, units[unit]);
    }
}

static void append_seconds(char *text, size_t size, int64_t seconds)
{
    char duration[DURATION_TEXT_BYTES];
    uint64_t most = UINT64_MAX / 1000;
    uint64_t span = seconds < 0 ? 0 : (uint64_t)seconds;
    duration_text(duration, sizeof duration,
                  1000 * (span < most ? span : most));
    (void)text_append(text, size, "%s", duration);
}

/* Whole percent of a limit; -1 without one. */
static int64_t percent_of(int64_t part, int64_t limit)
{
    return limit > 0 && part >= 0
               ? (int64_t)(100.0 * (double)part / (double)limit)
               : -1;
}

/* --- the lines ----------------------------------------------------------- */

static enum tone write_memory(const struct result *result, uint64_t now_ms,
                              char *text, size_t size)
{
    int64_t limit = fact(result, FACT_MEMORY_LIMIT);
    int64_t percent = percent_of(fact(result, FACT_MEMORY_USED), limit);
    (void)now_ms; /* of the writers' common shape */
    if (!is_known(result, FACT_MEMORY_USED)) {
        return TONE_PLAIN;
    }
    append_bytes(text, size, fact(result, FACT_MEMORY_USED));
    if (limit > 0) {
        (void)text_append(text, size, " of ");
        append_bytes(text, size, limit);
        (void)text_append(text, size, ", %" PRId64 " %%", percent);
    } else if (limit == 0) {
        (void)text_append(text, size, ", no limit");
    }
    if (is_known(result, FACT_MEMORY_RSS)) {
        (void)text_append(text, size, "; occupies ");
        append_bytes(text, size, fact(result, FACT_MEMORY_RSS));
    }
    return percent >= FULL_PERCENT ? TONE_WARN : TONE_PLAIN;
}

static enum tone write_clients(const struct result *result, uint64_t now_ms,
                               char *text, size_t size)
{
    int64_t limit = fact(result, FACT_CLIENTS_LIMIT);
    (void)now_ms; /* of the writers' common shape */
    if (!is_known(result, FACT_CLIENTS)) {
        return TONE_PLAIN;
    }
    (void)text_append(text, size, "%" PRId64, fact(result, FACT_CLIENTS));
    if (limit > 0) {
        (void)text_append(text, size, " of %" PRId64, limit);
    }
    if (fact(result, FACT_CLIENTS_BLOCKED) > 0) {
        (void)text_append(text, size, ", %" PRId64 " in a blocking command",
                          fact(result, FACT_CLIENTS_BLOCKED));
    }
    return percent_of(fact(result, FACT_CLIENTS), limit) >= FULL_PERCENT
               ? TONE_WARN
               : TONE_PLAIN;
}

static enum tone write_as_replica(const struct result *result, char *text,
                                  size_t size)
{
    bool is_lost = fact(result, FACT_LINK_DOWN) > 0;
    if (is_lost) {
        (void)text_append(text, size, "no master for ");
        append_seconds(text, size, fact(result, FACT_LINK_DOWN));
    } else if (is_known(result, FACT_LAG)) {
        (void)text_append(text, size, "its master spoke ");
        append_seconds(text, size, fact(result, FACT_LAG));
        (void)text_append(text, size, " ago");
    }
    if (is_known(result, FACT_GAP)) {
        (void)text_append(text, size, "%s",
                          text[0] != '\0' ? "; not yet applied: "
                                          : "not yet applied: ");
        append_bytes(text, size, fact(result, FACT_GAP));
    }
    return is_lost ? TONE_WARN : TONE_PLAIN;
}

static enum tone write_as_master(const struct result *result, char *text,
                                 size_t size)
{
    int64_t replicas = fact(result, FACT_REPLICAS);
    if (replicas == FACT_UNKNOWN) {
        return TONE_PLAIN;
    }
    (void)text_append(text, size, "%" PRId64 " replica%s", replicas,
                      replicas == 1 ? "" : "s");
    if (replicas > 0 && is_known(result, FACT_GAP)) {
        (void)text_append(text, size, "; the farthest is behind by ");
        append_bytes(text, size, fact(result, FACT_GAP));
    }
    if (replicas > 0 && is_known(result, FACT_LAG)) {
        (void)text_append(text, size, "; the slowest spoke ");
        append_seconds(text, size, fact(result, FACT_LAG));
        (void)text_append(text, size, " ago");
    }
    return TONE_PLAIN;
}

static enum tone write_replication(const struct result *result, uint64_t now_ms,
                                   char *text, size_t size)
{
    (void)now_ms; /* of the writers' common shape */
    return result->verdict.role == ROLE_REPLICA
               ? write_as_replica(result, text, size)
               : write_as_master(result, text, size);
}

/* Redis tells its own start as the last snapshot while there was none. */
static void write_saved(const struct result *result, uint64_t now_ms,
                        char *text, size_t size)
{
    int64_t age_s = (int64_t)(now_ms / 1000) - fact(result, FACT_SAVED);
    if (fact(result, FACT_SAVED) <= 0) {
        return;
    }
    if (is_known(result, FACT_UPTIME) &&
        age_s + 1 >= fact(result, FACT_UPTIME)) {
        (void)text_append(text, size, "no snapshot since its start");
        return;
    }
    (void)text_append(text, size, "last snapshot ");
    append_seconds(text, size, age_s);
    (void)text_append(text, size, " ago");
}

static void write_snapshot(const struct result *result, uint64_t now_ms,
                           char *text, size_t size)
{
    write_saved(result, now_ms, text, size);
    if (is_known(result, FACT_UNSAVED)) {
        int64_t changes = fact(result, FACT_UNSAVED);
        (void)text_append(text, size, "%s%" PRId64 " change%s unsaved",
                          text[0] != '\0' ? ", " : "", changes,
                          changes == 1 ? "" : "s");
    }
    if (fact(result, FACT_SAVING) > 0) {
        (void)text_append(text, size, "; one is under way");
    }
}

static enum tone write_persistence(const struct result *result, uint64_t now_ms,
                                   char *text, size_t size)
{
    bool is_bad =
        fact(result, FACT_SAVE_FAILED) > 0 || fact(result, FACT_AOF_FAILED) > 0;
    write_snapshot(result, now_ms, text, size);
    if (fact(result, FACT_SAVE_FAILED) > 0) {
        (void)text_append(text, size, "; the last try failed");
    }
    if (is_known(result, FACT_AOF)) {
        (void)text_append(text, size, "%sappend-only file %s",
                          text[0] != '\0' ? "; " : "",
                          fact(result, FACT_AOF) > 0 ? "on" : "off");
    }
    if (fact(result, FACT_AOF_FAILED) > 0) {
        (void)text_append(text, size, ", its last write failed");
    }
    return is_bad ? TONE_BAD : TONE_PLAIN;
}

static enum tone write_loading(const struct result *result, uint64_t now_ms,
                               char *text, size_t size)
{
    (void)now_ms; /* of the writers' common shape */
    if (is_known(result, FACT_LOADED)) {
        (void)text_append(text, size, "%" PRId64 " %% of the data",
                          fact(result, FACT_LOADED));
    }
    return TONE_PLAIN;
}

static enum tone write_certificate(const struct result *result, uint64_t now_ms,
                                   char *text, size_t size)
{
    if (!is_known(result, FACT_CERTIFICATE_END)) {
        return TONE_PLAIN;
    }
    int64_t left_s =
        fact(result, FACT_CERTIFICATE_END) - (int64_t)(now_ms / 1000);
    if (left_s < 0) {
        (void)text_append(text, size, "expired ");
        append_seconds(text, size, -left_s);
        (void)text_append(text, size, " ago");
        return TONE_BAD;
    }
    int64_t days = left_s / DAY_S;
    (void)text_append(text, size, "good for %" PRId64 " day%s", days,
                      days == 1 ? "" : "s");
    return days < CERTIFICATE_SOON_DAYS ? TONE_WARN : TONE_GOOD;
}

static enum tone write_uptime(const struct result *result, uint64_t now_ms,
                              char *text, size_t size)
{
    (void)now_ms; /* of the writers' common shape */
    if (is_known(result, FACT_UPTIME)) {
        append_seconds(text, size, fact(result, FACT_UPTIME));
    }
    return TONE_PLAIN;
}

static const struct {
    const char *label;
    vital_writer write;
} vitals[VITALS_COUNT] = {
    {"uptime", write_uptime},           {"loading", write_loading},
    {"memory", write_memory},           {"clients", write_clients},
    {"replication", write_replication}, {"persistence", write_persistence},
    {"certificate", write_certificate},
};

const char *vitals_label(size_t which)
{
    return vitals[which].label;
}

enum tone vitals_write(size_t which, const struct result *result,
                       uint64_t now_ms, char *text, size_t size)
{
    text[0] = '\0';
    return vitals[which].write(result, now_ms, text, size);
}
