/*
 * draw_pages.c - writes the console's two pages as they look after a day on a
 * host with an eventful night, always the same one: for pictures, and for an
 * eye on a change of their looks.
 *
 *     draw_pages DIRECTORY [--instances N]
 *
 * makes status.html and charts.html there, and status.json, which sentinelctl
 * shows; prints the bytes of each and of the memory that the history takes, and
 * how long the writing took.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../unit/sample_board.h"
#include "base/clock.h"
#include "base/parse.h"
#include "console/charts.h"
#include "console/history_book.h"
#include "console/page.h"
#include "console/views.h"

#define DAY_MS UINT64_C(86400000)
#define NOW_MS (3 * DAY_MS)
#define INSTANCES 10
#define EVERYTHING                                             \
    (SNAPSHOT_ZOOKEEPER | SNAPSHOT_SERVICES | SNAPSHOT_TASKS | \
     SNAPSHOT_INSTANCES)

struct drawing {
    struct sample sample;
    struct board *reader;
    struct snapshot snapshot;
    struct history_book *book;
    uint32_t random;
};

/* Numbers without pattern, the same in every run. */
static uint32_t below(struct drawing *drawing, uint32_t bound)
{
    drawing->random = drawing->random * 1664525u + 1013904223u;
    return (drawing->random >> 8) % bound;
}

/* --- the servers ---------------------------------------------------------- */

struct cast {
    const char *name;
    enum state state;
    enum reason reason;
    enum ability readable;
    enum ability writable;
    enum role role;
    uint64_t for_s;
    const char *detail;
};

static const struct cast cast[] = {
    {"sessions-1", STATE_DOWN, REASON_REFUSED, ABILITY_NO, ABILITY_NO,
     ROLE_UNKNOWN, 47, "connection refused"},
    {"queue", STATE_DEGRADED, REASON_MISCONF, ABILITY_YES, ABILITY_NO,
     ROLE_MASTER, 1340, "the last snapshot failed: rdb_last_bgsave_status:err"},
    {"search", STATE_MAINT, REASON_MASTER, ABILITY_YES, ABILITY_YES,
     ROLE_MASTER, 5400, "drained by eva: new disks, back at noon"},
    {"cache-1", STATE_UP, REASON_MASTER, ABILITY_YES, ABILITY_YES, ROLE_MASTER,
     86400 * 12, ""},
    {"cache-2", STATE_UP, REASON_REPLICA, ABILITY_YES, ABILITY_NO, ROLE_REPLICA,
     86400 * 12, ""},
    {"cache-3", STATE_UP, REASON_REPLICA, ABILITY_YES, ABILITY_NO, ROLE_REPLICA,
     86400 * 3, ""},
    {"sessions-2", STATE_UP, REASON_REPLICA, ABILITY_YES, ABILITY_NO,
     ROLE_REPLICA, 86400 * 12, ""},
    {"limits", STATE_UP, REASON_MASTER, ABILITY_YES, ABILITY_YES, ROLE_MASTER,
     86400 * 7, ""},
    {"locks", STATE_UP, REASON_MASTER, ABILITY_YES, ABILITY_YES, ROLE_MASTER,
     86400 * 12, ""},
    {"feeds", STATE_UP, REASON_MASTER, ABILITY_YES, ABILITY_YES, ROLE_MASTER,
     10800, ""},
};
#define CAST_COUNT (sizeof cast / sizeof cast[0])

static void play_verdict(const struct cast *player, struct verdict *verdict)
{
    *verdict = (struct verdict){.state = player->state,
                                .reason = player->reason,
                                .readable = player->readable,
                                .writable = player->writable,
                                .role = player->role};
    (void)text_copy(verdict->detail, sizeof verdict->detail, player->detail);
    if (player->role != ROLE_UNKNOWN) {
        (void)text_copy(verdict->version, sizeof verdict->version, "7.0.15");
    }
    if (player->role == ROLE_REPLICA) {
        (void)text_copy(verdict->master, sizeof verdict->master,
                        "10.0.0.7:6379");
    }
}

static void play_outcomes(struct drawing *drawing, const struct cast *player,
                          struct instance *instance)
{
    uint64_t bad = player->for_s / 10 < 60 ? player->for_s / 10 : 60;
    bool is_up = player->state == STATE_UP || player->state == STATE_MAINT;
    for (uint64_t i = 0; i < INSTANCE_OUTCOMES; i++) {
        bool is_bad = !is_up && i >= INSTANCE_OUTCOMES - bad;
        instance->outcomes[i] = (uint8_t)(is_bad ? player->state : STATE_UP);
    }
    if (player->for_s < DAY_MS / 1000 && is_up) {
        instance->outcomes[below(drawing, 40)] = STATE_LOADING;
    }
    instance->outcome_count = INSTANCE_OUTCOMES;
}

static void play_facts(struct drawing *drawing, const struct cast *player,
                       struct instance *instance)
{
    struct facts *facts = &instance->facts;
    facts_init(facts);
    if (player->state == STATE_DOWN) {
        return;
    }
    instance->facts_ms = NOW_MS - 3000;
    facts->mode = MODE_STANDALONE;
    facts->values[FACT_MEMORY_USED] =
        (INT64_C(1) << 28) + (int64_t)below(drawing, 1u << 30);
    facts->values[FACT_MEMORY_LIMIT] = INT64_C(4) << 30;
    facts->values[FACT_CLIENTS] = 12 + below(drawing, 400);
    facts->values[FACT_CLIENTS_LIMIT] = 10000;
}

static void play(struct drawing *drawing, uint32_t index)
{
    const struct cast *player = &cast[index % CAST_COUNT];
    struct board_settings settings;
    struct instance instance;
    sample_settings(index, &settings);
    sample_instance(&drawing->sample, index, &instance);
    if (index < CAST_COUNT) {
        (void)text_copy(settings.name, sizeof settings.name, player->name);
    }
    play_verdict(player, &instance.claim.verdict);
    play_outcomes(drawing, player, &instance);
    play_facts(drawing, player, &instance);
    instance.claim.since_wall_ms = SAMPLE_WALL_MS - player->for_s * 1000;
    instance.last_success_ms = player->state == STATE_UP
                                   ? NOW_MS - SAMPLE_AGE_MS
                                   : NOW_MS - player->for_s * 1000;
    instance.stage_us[STEP_PING] = player->state == STATE_DOWN ? 0 : 31;
    board_store_instance(drawing->sample.board, index, &settings, &instance);
}

/* A minute of rounds, so that the lines of latency have a shape. */
static void play_rounds(struct drawing *drawing)
{
    for (int round = 0; round < HISTORY_LANE_POINTS; round++) {
        for (uint32_t i = 0; i < drawing->sample.count; i++) {
            struct board_instance record;
            if (board_read_instance(drawing->reader, i, &record) != 0) {
                continue;
            }
            uint32_t shape = 20 + below(drawing, 30) +
                             (below(drawing, 25) == 0 ? 200 + i * 20 : 0);
            bool answers = record.instance.claim.verdict.state != STATE_DOWN ||
                           round < HISTORY_LANE_POINTS - 5;
            record.instance.stage_us[STEP_PING] = answers ? shape : 0;
            record.instance.outcome_count = (uint64_t)round + 1;
            history_lane_note(&drawing->book->lanes.lanes[i], &record.instance,
                              NOW_MS, SAMPLE_WALL_MS);
            if (round == HISTORY_LANE_POINTS - 1) {
                record.instance.outcome_count = INSTANCE_OUTCOMES;
                board_store_instance(drawing->sample.board, i, NULL,
                                     &record.instance);
            }
        }
    }
}

/* --- the day -------------------------------------------------------------- */

/* Hours before now at which something happened. */
#define LEAK_BEGAN 9.0
#define PUBLISHER_DIED 5.5
#define RELOADED 14.0
#define SERVER_FELL 0.013

static double hours_ago(uint64_t at_ms)
{
    return (double)(NOW_MS - at_ms) / 3600000;
}

/* Memory of the publisher: it grows until it is replaced. */
static uint32_t publisher_kb(struct drawing *drawing, double ago)
{
    double leak =
        ago < LEAK_BEGAN && ago > PUBLISHER_DIED ? (LEAK_BEGAN - ago) * 900 : 0;
    return 2300 + (uint32_t)leak + below(drawing, 60);
}

static void sample_day(struct drawing *drawing, uint64_t at_ms,
                       struct history_sample *sample)
{
    double ago = hours_ago(at_ms);
    uint32_t *values = sample->values;
    uint32_t bad = ago < SERVER_FELL ? 1 : 0;
    values[HISTORY_TASKS] = 5 + (below(drawing, 12) == 0 ? 10 : 0);
    values[HISTORY_OLDEST_TASK_MS] = below(drawing, 5);
    values[HISTORY_LATENCY_MIDDLE_US] = 85 + below(drawing, 25);
    values[HISTORY_LATENCY_LONGEST_US] =
        240 + below(drawing, 200) + (below(drawing, 900) == 0 ? 4000 : 0);
    values[HISTORY_ROUND_MS] = 4 + below(drawing, 4) + bad * 520;
    values[HISTORY_PUBLISH_MS] =
        below(drawing, 700) == 0 ? 3 + below(drawing, 8) : 0;
    for (int state = 0; state < STATE_COUNT; state++) {
        values[HISTORY_STATES + state] = 0;
    }
    values[HISTORY_STATES + STATE_UP] = 8 - bad + (ago >= 0.37) + (ago >= 1.5);
    values[HISTORY_STATES + STATE_DOWN] = bad;
    values[HISTORY_STATES + STATE_DEGRADED] = ago < 0.37 ? 1 : 0;
    values[HISTORY_STATES + STATE_MAINT] = ago < 1.5 ? 1 : 0;
    const uint32_t kb[HISTORY_ROLES] = {1750, 3900, publisher_kb(drawing, ago),
                                        2500};
    for (int role = 0; role < HISTORY_ROLES; role++) {
        values[HISTORY_PSS_KB + role] = kb[role] + below(drawing, 24);
        values[HISTORY_RSS_KB + role] = kb[role] * 2 + below(drawing, 24);
        values[HISTORY_FDS + role] =
            (uint32_t)(14 + role * 3) + (below(drawing, 40) == 0 ? 4 : 0);
        values[HISTORY_CPU + role] =
            (uint32_t)(1 + role) + (uint32_t)(at_ms / 700000 % 3) % 2;
        values[HISTORY_LAG_MS + role] =
            below(drawing, 300) == 0 ? 8 + below(drawing, 20) : 0;
    }
}

static void mark(struct drawing *drawing, enum history_mark_kind kind,
                 double ago, const char *text)
{
    history_marks_add(&drawing->book->marks, kind,
                      NOW_MS - (uint64_t)(ago * 3600000), text);
}

static void live_a_day(struct drawing *drawing)
{
    struct history_sample sample;
    for (uint64_t at_ms = NOW_MS - DAY_MS; at_ms <= NOW_MS;
         at_ms += HISTORY_SAMPLE_MS) {
        bool is_gap = hours_ago(at_ms) > 18 && hours_ago(at_ms) < 18.3;
        sample_day(drawing, at_ms, &sample);
        if (!is_gap) {
            history_add(&drawing->book->history, &sample, at_ms);
        }
    }
    drawing->book->samples = 1;
    mark(drawing, HISTORY_MARK_RELOAD, RELOADED, "a configuration took effect");
    mark(drawing, HISTORY_MARK_ENDING, PUBLISHER_DIED,
         "publisher 4299: killed by SIGSEGV");
}

/* --- what happened -------------------------------------------------------- */

static void tell_event(struct drawing *drawing, uint64_t id, uint32_t player,
                       enum state before, uint64_t ago_s)
{
    const struct cast *who = &cast[player];
    struct event event = {.id = id,
                          .wall_ms = SAMPLE_WALL_MS - ago_s * 1000,
                          .before = before,
                          .state = who->state,
                          .reason = who->reason,
                          .role = who->role};
    (void)text_copy(event.name, sizeof event.name, who->name);
    (void)text_copy(event.detail, sizeof event.detail, who->detail);
    board_store_event(drawing->sample.board, &event);
}

static void tell_story(struct drawing *drawing)
{
    struct board_agent *agent = &drawing->sample.agent;
    struct ending ending = {.id = 1,
                            .wall_ms = SAMPLE_WALL_MS - 42 * 60 * 1000,
                            .service = SERVICE_PROBER,
                            .pid = 4288,
                            .age_ms = 7260000,
                            .step = STEP_TLS,
                            .name = "feeds",
                            .why = "hung in tls",
                            .kernel = "R, no syscall"};
    tell_event(drawing, 1, 9, STATE_LOADING, 10800);
    tell_event(drawing, 2, 2, STATE_UP, 5400);
    tell_event(drawing, 3, 1, STATE_UP, 1340);
    tell_event(drawing, 4, 0, STATE_UP, 47);
    board_store_ending(drawing->sample.board, &ending);
    agent->last_event = 4;
    agent->last_ending = 1;
    agent->started_ms = NOW_MS - 18 * 3600000;
    agent->vitals = (struct vitals){.pss_kb = 1760, .fds = {2, 8, 0, 7, 0}};
    agent->vitals_ms = NOW_MS - 1000;
    board_store_agent(drawing->sample.board, agent);
    drawing->sample.zookeeper.alarms[0].what[0] = '\0';
    board_store_zookeeper(drawing->sample.board, &drawing->sample.zookeeper);
}

static void tell_services(struct drawing *drawing)
{
    static const enum service_kind kinds[] = {SERVICE_PUBLISHER, SERVICE_PROBER,
                                              SERVICE_PROBER, SERVICE_CONSOLE};
    static const char *const notes[] = {"", "10 servers", "spare", ""};
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct board_service service = {
            .kind = kinds[i],
            .pid = 4301 + (int32_t)i,
            .generation = i + 2,
            .started_ms = NOW_MS - (i + 1) * 4000000,
            .starts = 1,
            .restarts = i == 0 ? 1 : 0,
            .is_ready = true,
            .vitals = {.pss_kb = 2000 + i * 300, .fds = {1, 6 + i, 0, 6, 0}},
            .vitals_ms = NOW_MS - 2000};
        (void)text_copy(service.note, sizeof service.note, notes[i]);
        board_store_service(drawing->sample.board, i, &service);
    }
}

/* --- the files ------------------------------------------------------------ */

static int write_file(const char *directory, const char *name,
                      const struct body *body)
{
    char path[512];
    (void)text_format(path, sizeof path, "%s/%s", directory,
                      name); /* a path that is cut does not open */
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    bool is_whole = fwrite(body->bytes, 1, body->length, file) == body->length;
    return fclose(file) == 0 && is_whole ? 0 : 1;
}

static int draw(struct drawing *drawing, const char *directory,
                const char *name,
                void (*write)(const struct snapshot *, struct body *))
{
    struct body body;
    body_init(&body);
    uint64_t begun_us = clock_monotonic_us();
    write(&drawing->snapshot, &body);
    uint64_t took_us = clock_monotonic_us() - begun_us;
    int status = body.is_failed ? 1 : write_file(directory, name, &body);
    printf("%s: %zu bytes in %" PRIu64 " us\n", name, body.length, took_us);
    body_finish(&body);
    return status;
}

int main(int argc, char **argv)
{
    struct drawing drawing = {.random = 1};
    uint64_t count = INSTANCES;
    if (argc != 2 && (argc != 4 || strcmp(argv[2], "--instances") != 0 ||
                      parse_u64(argv[3], 1, SETTINGS_INSTANCES_MOST, &count))) {
        (void)fputs("usage: draw_pages DIRECTORY [--instances N]\n", stderr);
        return 64;
    }
    sample_create(&drawing.sample, (uint32_t)count, NOW_MS);
    drawing.reader = sample_open(&drawing.sample);
    for (uint32_t i = 0; i < count; i++) {
        play(&drawing, i);
    }
    tell_story(&drawing);
    tell_services(&drawing);
    snapshot_init(&drawing.snapshot, drawing.reader);
    if (history_book_create(&drawing.book) != 0) {
        return 1;
    }
    drawing.snapshot.history = drawing.book;
    if (snapshot_refresh(&drawing.snapshot, EVERYTHING, NOW_MS,
                         SAMPLE_WALL_MS) != 0) {
        return 1;
    }
    uint64_t begun_us = clock_monotonic_us();
    int status = history_book_sample(drawing.book, &drawing.snapshot);
    printf("a sample: %" PRIu64 " us\n", clock_monotonic_us() - begun_us);
    history_init(&drawing.book->history);
    live_a_day(&drawing);
    play_rounds(&drawing);
    printf("history: %zu bytes, and %zu a server\n", sizeof *drawing.book,
           sizeof(struct history_lane) + sizeof(uint32_t));
    status |= draw(&drawing, argv[1], "status.html", page_write);
    status |= draw(&drawing, argv[1], "charts.html", charts_write);
    status |= draw(&drawing, argv[1], "status.json", views_status);
    history_book_destroy(drawing.book);
    snapshot_finish(&drawing.snapshot);
    board_destroy(drawing.reader);
    sample_destroy(&drawing.sample);
    return status;
}
