/*
 * sample_board.h - a board with known contents, for tests of the console:
 * what the supervisor would have stored, by hand.
 *
 * Instance i is named cache-<i>; they go round through up, down, degraded,
 * unknown and not yet judged. Everything is as old as SAMPLE_AGE_MS says.
 */
#ifndef TEST_UNIT_SAMPLE_BOARD_H
#define TEST_UNIT_SAMPLE_BOARD_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "model/board.h"
#include "model/bounds.h"

#define SAMPLE_BOOT "11111111-2222-3333-4444-555555555555"
#define SAMPLE_WALL_MS UINT64_C(1763742000123)
#define SAMPLE_AGE_MS 200
#define SAMPLE_CZXID 4711

struct sample {
    struct board *board;
    uint64_t now_ms;
    uint32_t count;
    struct board_agent agent;
    struct board_zookeeper zookeeper;
    struct tasks *tasks;
};

static inline void sample_agent(struct sample *sample)
{
    struct board_agent *agent = &sample->agent;
    (void)text_copy(agent->version, sizeof agent->version, "0.1.0");
    (void)text_copy(agent->cluster, sizeof agent->cluster, "prod");
    (void)text_copy(agent->host, sizeof agent->host, "db7");
    (void)text_copy(agent->id, sizeof agent->id, "9f2c41d07be3a655");
    (void)text_copy(agent->state_path, sizeof agent->state_path,
                    "/redis-sentinel");
    (void)text_copy(agent->run_dir, sizeof agent->run_dir, "/run/sample");
    (void)text_copy(agent->config_file, sizeof agent->config_file,
                    "/etc/sentinel-agent/agent.yaml");
    agent->config_loaded_wall_ms = SAMPLE_WALL_MS;
    agent->pid = 4242;
    agent->started_wall_ms = SAMPLE_WALL_MS;
    agent->started_ms = sample->now_ms - 60 * 1000;
    agent->rounds_since_ms = agent->started_ms;
    agent->heartbeat_ms = sample->now_ms - SAMPLE_AGE_MS;
    agent->interval_ms = 10 * 1000;
    agent->session_timeout_ms = 12 * 1000;
    agent->instance_count = sample->count;
    agent->has_zookeeper = true;
    agent->is_ready = true;
    agent->round = 6;
    agent->round_started_ms = sample->now_ms - 2 * SAMPLE_AGE_MS;
    agent->round_ended_ms = sample->now_ms - SAMPLE_AGE_MS;
    agent->late_results = 1;
    agent->deaths = 4;
    agent->tilts = 2;
    agent->worst.staleness_ms = 7500;
    agent->vitals_ms = sample->now_ms - SAMPLE_AGE_MS;
    agent->vitals = (struct vitals){.rss_kb = 3000,
                                    .pss_kb = 2000,
                                    .heap_kb = 500,
                                    .cpu_ms = 1250,
                                    .lag_ms = 12,
                                    .threads = 1,
                                    .fds = {[VITALS_FD_SOCKET] = 5}};
    static const uint32_t took_us[] = {45, 45, 45, 120, 6000000};
    for (size_t i = 0; i < sizeof took_us / sizeof took_us[0]; i++) {
        histogram_add(&agent->stages[STEP_PING], took_us[i]);
    }
    board_store_agent(sample->board, agent);
}

static inline void sample_zookeeper(struct sample *sample)
{
    struct board_zookeeper *zookeeper = &sample->zookeeper;
    zookeeper->state = ZOOKEEPER_STEADY;
    zookeeper->told_ms = sample->now_ms - SAMPLE_AGE_MS;
    zookeeper->since_ms = sample->now_ms - 50 * 1000;
    zookeeper->session_id = UINT64_C(0x100000abcdef);
    zookeeper->negotiated_ms = 8 * 1000;
    (void)text_copy(zookeeper->server, sizeof zookeeper->server,
                    "127.0.0.1:2181");
    zookeeper->sessions = 1;
    zookeeper->writes = 17;
    zookeeper->transactions = 3;
    zookeeper->failures = 2;
    (void)text_copy(zookeeper->alarms[0].what, sizeof zookeeper->alarms[0].what,
                    "foreign_node");
    (void)text_copy(zookeeper->alarms[0].path, sizeof zookeeper->alarms[0].path,
                    "/redis-sentinel/prod/db7/cache-1");
    (void)text_copy(zookeeper->alarms[0].detail,
                    sizeof zookeeper->alarms[0].detail,
                    "owned by <another> agent");
    zookeeper->alarms[0].since_wall_ms = SAMPLE_WALL_MS;
    board_store_zookeeper(sample->board, zookeeper);
}

static inline void sample_verdict(uint32_t index, struct verdict *verdict)
{
    static const struct verdict kinds[] = {
        {.state = STATE_UP,
         .reason = REASON_MASTER,
         .readable = ABILITY_YES,
         .writable = ABILITY_YES,
         .role = ROLE_MASTER,
         .run_id = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00",
         .version = "7.0.15"},
        {.state = STATE_DOWN,
         .reason = REASON_REFUSED,
         .readable = ABILITY_NO,
         .writable = ABILITY_NO,
         .conditions = 1u << REASON_REFUSED,
         .detail = "connection refused"},
        {.state = STATE_DEGRADED,
         .reason = REASON_LINK_DOWN,
         .readable = ABILITY_STALE,
         .writable = ABILITY_NO,
         .role = ROLE_REPLICA,
         .conditions = 1u << REASON_LINK_DOWN,
         .detail = "<script>alert(\"1\")</script> & more",
         .version = "7.0.15",
         .master = "10.0.0.9:6379"},
        {.state = STATE_UNKNOWN,
         .reason = REASON_AGENT,
         .conditions = 1u << REASON_AGENT,
         .detail = "probe hung in connect"},
        {.state = STATE_NONE},
    };
    *verdict = kinds[index % (sizeof kinds / sizeof kinds[0])];
}

static inline void sample_settings(uint32_t index,
                                   struct board_settings *settings)
{
    char addr[64];
    char advertise[64];
    const char *why;
    memset(settings, 0, sizeof *settings);
    (void)text_format(settings->name, sizeof settings->name, "cache-%u", index);
    (void)text_format(addr, sizeof addr, "127.0.0.1:%u", 1024 + index);
    (void)text_format(advertise, sizeof advertise, "10.0.0.7:%u", 1024 + index);
    int status = address_parse(addr, false, &settings->addr, &why);
    assert(status == 0);
    status = address_parse(advertise, false, &settings->advertise, &why);
    assert(status == 0);
    (void)status; /* asserted */
    (void)text_copy(settings->labels[0].key, sizeof settings->labels[0].key,
                    "az");
    (void)text_copy(settings->labels[0].value, sizeof settings->labels[0].value,
                    "a");
    settings->label_count = 1;
    settings->interval_ms = 10 * 1000;
    settings->timeout_ms = 1000;
    settings->deep_interval_ms = 10 * 1000;
    settings->rise = 1;
    settings->fall = 2;
    settings->canary = true;
}

/* What a master of 4 GB told at its last full flight. */
static inline void sample_facts(const struct sample *sample,
                                struct instance *instance)
{
    struct facts *facts = &instance->facts;
    instance->facts_ms = sample->now_ms - 2 * SAMPLE_AGE_MS;
    facts->mode = MODE_STANDALONE;
    facts->pid = 4711;
    facts->start_ticks = 99;
    for (int i = 0; i < FACT_COUNT; i++) {
        facts->values[i] = i;
    }
    facts->values[FACT_MEMORY_USED] = INT64_C(1) << 30;
    facts->values[FACT_MEMORY_LIMIT] = INT64_C(4) << 30;
    facts->values[FACT_LINK_DOWN] = FACT_UNKNOWN;
    facts->values[FACT_LOADED] = FACT_UNKNOWN;
    facts->values[FACT_CERTIFICATE_END] =
        (int64_t)(SAMPLE_WALL_MS / 1000) + 86400 * 30 + 3600;
}

static inline void sample_stages(struct instance *instance)
{
    static const uint32_t took_us[] = {45, 45, 45, 120, 6000000};
    for (size_t i = 0; i < sizeof took_us / sizeof took_us[0]; i++) {
        histogram_narrow_add(&instance->stages[STEP_CONNECT], took_us[i]);
        histogram_narrow_add(&instance->stages[STEP_PING], took_us[i]);
        histogram_narrow_add(&instance->stages[STEP_INFO], took_us[i]);
    }
}

static inline void sample_instance(const struct sample *sample, uint32_t index,
                                   struct instance *instance)
{
    memset(instance, 0, sizeof *instance);
    facts_init(&instance->facts);
    struct claim *claim = &instance->claim;
    sample_verdict(index, &claim->verdict);
    claim->version = claim->verdict.state == STATE_NONE ? 0 : 3;
    claim->since_wall_ms = SAMPLE_WALL_MS;
    claim->earned_ms = sample->now_ms - SAMPLE_AGE_MS;
    claim->lease_ms = bounds_lease_ms(10 * 1000, 1000, 2);
    instance->publication.claim_version = claim->version;
    instance->publication.acked_ms = sample->now_ms - SAMPLE_AGE_MS / 2;
    instance->publication.since_wall_ms = SAMPLE_WALL_MS;
    instance->publication.czxid = SAMPLE_CZXID;
    instance->publication.node_version = 2;
    instance->counters = (struct instance_counters){.rounds = 70,
                                                    .attempts = 72,
                                                    .good = 50,
                                                    .bad = 10,
                                                    .agent = 3,
                                                    .overruns = 1,
                                                    .changes = 2,
                                                    .restarts = 1};
    instance->counters.failures[REASON_REFUSED] = 10;
    instance->round = 70;
    instance->due_ms = sample->now_ms + 1000;
    instance->outcome_ms = sample->now_ms - SAMPLE_AGE_MS;
    if (claim->verdict.state == STATE_UP) {
        instance->last_success_ms = sample->now_ms - SAMPLE_AGE_MS;
        sample_facts(sample, instance);
    }
    sample_stages(instance);
    instance->last = claim->verdict;
    instance->stage_us[STEP_CONNECT] = 45;
    instance->stage_us[STEP_PING] = 30;
    instance->outcome_count = 70;
    for (uint64_t i = 0; i < instance->outcome_count; i++) {
        instance->outcomes[i % INSTANCE_OUTCOMES] = (uint8_t)STATE_UP;
    }
    instance->outcomes[69 % INSTANCE_OUTCOMES] = (uint8_t)claim->verdict.state;
}

static inline void sample_tasks(struct sample *sample)
{
    struct tasks *tasks = sample->tasks;
    const struct task probe = {.kind = TASK_PROBE,
                               .instance = 0,
                               .round = 71,
                               .started_ms = sample->now_ms - SAMPLE_AGE_MS,
                               .deadline_ms = sample->now_ms + 1300,
                               .step = STEP_PING,
                               .pid = 4300};
    const struct task publisher = {.kind = TASK_SERVICE,
                                   .service = SERVICE_PUBLISHER,
                                   .instance = -1,
                                   .started_ms = sample->now_ms - 50 * 1000,
                                   .pid = 4301};
    const struct task zombie = {.kind = TASK_ZOMBIE,
                                .service = SERVICE_PROBER,
                                .instance = -1,
                                .started_ms = sample->now_ms - 3000,
                                .pid = 4302};
    uint64_t first = tasks_start(tasks, &probe);
    uint64_t second = tasks_start(tasks, &probe);
    (void)tasks_finish(tasks, first);
    (void)tasks_reap(tasks, second);
    (void)tasks_start(tasks, &probe);
    (void)tasks_start(tasks, &publisher);
    (void)tasks_start(tasks, &zombie);
    board_store_tasks(sample->board, tasks);
}

static inline void sample_services(struct sample *sample)
{
    const struct board_service publisher = {.kind = SERVICE_PUBLISHER,
                                            .pid = 4301,
                                            .generation = 7,
                                            .started_ms =
                                                sample->now_ms - 50 * 1000,
                                            .starts = 2,
                                            .restarts = 1,
                                            .last_exit_status = 9,
                                            .is_ready = true};
    const struct board_service prober = {.kind = SERVICE_PROBER,
                                         .pid = 4300,
                                         .generation = 9,
                                         .started_ms = sample->now_ms - 1000,
                                         .starts = 1,
                                         .is_ready = true,
                                         .note = "spare"};
    board_store_service(sample->board, 0, &publisher);
    board_store_service(sample->board, 1, &prober);
}

/* Makes the board in memory and stores all of it. */
static inline void sample_create(struct sample *sample, uint32_t count,
                                 uint64_t now_ms)
{
    memset(sample, 0, sizeof *sample);
    sample->now_ms = now_ms;
    sample->count = count;
    sample->tasks = calloc(1, sizeof *sample->tasks);
    assert(sample->tasks != NULL);
    int status = board_create(NULL, SAMPLE_BOOT, count,
                              count * BOARD_SETTINGS_MOST, &sample->board);
    assert(status == 0);
    (void)status; /* asserted */
    sample_agent(sample);
    sample_zookeeper(sample);
    sample_services(sample);
    sample_tasks(sample);
    for (uint32_t i = 0; i < count; i++) {
        struct board_settings settings;
        struct instance instance;
        sample_settings(i, &settings);
        sample_instance(sample, i, &instance);
        board_store_instance(sample->board, i, &settings, &instance);
    }
}

/* The console's view of the same board. */
static inline struct board *sample_open(const struct sample *sample)
{
    struct board *reader = NULL;
    int status = board_open(dup(board_reader_fd(sample->board)), &reader);
    assert(status == 0);
    (void)status; /* asserted */
    return reader;
}

static inline void sample_destroy(struct sample *sample)
{
    board_destroy(sample->board);
    free(sample->tasks);
}

#endif
