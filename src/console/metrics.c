/*
 * metrics.c - the metric families of the agent as a whole.
 *
 * Names are for ever: a family is added, never renamed. Everything is written
 * from copies in memory, so a scrape waits for nobody.
 */
#include "console/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "model/bounds.h"

#define PREFIX "sentinel_agent_"

void metrics_write_head(struct body *body, const char *name, const char *type,
                        const char *help)
{
    body_format(body, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_write_seconds(struct body *body, uint64_t milliseconds)
{
    body_format(body, "%" PRIu64 ".%03" PRIu64 "\n", milliseconds / 1000,
                milliseconds % 1000);
}

/* A family of one number. */
static void write_number(struct body *body, const char *name, const char *type,
                         const char *help, uint64_t number)
{
    metrics_write_head(body, name, type, help);
    body_format(body, "%s %" PRIu64 "\n", name, number);
}

static void write_seconds(struct body *body, const char *name, const char *help,
                          uint64_t milliseconds)
{
    metrics_write_head(body, name, "gauge", help);
    body_format(body, "%s ", name);
    metrics_write_seconds(body, milliseconds);
}

static void write_agent(const struct snapshot *snapshot, struct body *body)
{
    const struct board_agent *agent = &snapshot->agent;
    metrics_write_head(body, PREFIX "build_info", "gauge",
                       "The running agent; always 1.");
    body_text(body, PREFIX "build_info{version=\"");
    body_label(body, agent->version);
    body_text(body, "\"} 1\n");
    write_seconds(body, PREFIX "start_time_seconds",
                  "When the supervisor started, seconds since the epoch.",
                  agent->started_wall_ms);
    write_seconds(body, PREFIX "supervisor_heartbeat_age_seconds",
                  "Since the supervisor last wrote to its board.",
                  snapshot_age_ms(snapshot, agent->heartbeat_ms));
    write_number(body, PREFIX "ready", "gauge",
                 "1 once a first full round is published.", agent->is_ready);
    write_number(body, PREFIX "stopping", "gauge",
                 "1 while the agent is on its way out.", agent->is_stopping);
    write_number(body, PREFIX "instances", "gauge", "Instances watched.",
                 agent->instance_count);
    write_number(body, PREFIX "deaths_total", "counter",
                 "Redis processes whose end was seen.", agent->deaths);
    write_number(body, PREFIX "watched_processes", "gauge",
                 "Redis processes under the death watch.", agent->watched);
    write_number(body, PREFIX "unwatched_servers", "gauge",
                 "Redis servers that run here and are not configured.",
                 agent->unwatched_servers);
    write_number(body, PREFIX "tilts_total", "counter",
                 "Times our own loop stood still too long to judge others.",
                 agent->tilts);
    write_number(body, PREFIX "unkillable_processes", "gauge",
                 "Our processes that were killed and do not go.",
                 agent->unkillable);
    write_number(body, PREFIX "log_lines_lost_total", "counter",
                 "Log lines dropped because nobody read them.",
                 agent->log_lost);
}

static void write_rounds(const struct snapshot *snapshot, struct body *body)
{
    const struct board_agent *agent = &snapshot->agent;
    write_number(body, PREFIX "rounds_total", "counter",
                 "Scheduled rounds begun.", agent->round);
    if (agent->round_ended_ms > 0 &&
        agent->round_ended_ms >= agent->round_started_ms) {
        write_seconds(body, PREFIX "round_duration_seconds",
                      "From the last round's start to its last outcome.",
                      agent->round_ended_ms - agent->round_started_ms);
    }
    write_number(body, PREFIX "late_results_total", "counter",
                 "Results of tasks no longer wanted, dropped.",
                 agent->late_results);
}

static void write_config(const struct snapshot *snapshot, struct body *body)
{
    const struct board_agent *agent = &snapshot->agent;
    write_number(body, PREFIX "config_good", "gauge",
                 "1 unless the last reload was refused.",
                 !agent->is_config_bad);
    write_number(body, PREFIX "reloads_total", "counter",
                 "Reloads that took effect.", agent->reloads);
    write_number(body, PREFIX "reloads_refused_total", "counter",
                 "Reloads that were refused and changed nothing.",
                 agent->reloads_refused);
}

/* 0 is none, or nothing seen yet. */
static void write_bound(struct body *body, const char *family,
                        const char *bound, uint64_t bound_ms)
{
    if (bound_ms > 0) {
        body_format(body, "%s{bound=\"%s\"} ", family, bound);
        metrics_write_seconds(body, bound_ms);
    }
}

static void write_bounds(const struct snapshot *snapshot, struct body *body)
{
    struct bounds bounds;
    snapshot_bounds(snapshot, &bounds);
    metrics_write_head(body, PREFIX "bound_seconds", "gauge",
                       "What is promised: B staleness, C convergence, D "
                       "isolation, E the end.");
    write_bound(body, PREFIX "bound_seconds", "B", bounds.staleness_ms);
    write_bound(body, PREFIX "bound_seconds", "C", bounds.convergence_ms);
    write_bound(body, PREFIX "bound_seconds", "D", bounds.isolation_ms);
    write_bound(body, PREFIX "bound_seconds", "E", bounds.end_ms);
    const struct bounds_worst *worst = &snapshot->agent.worst;
    metrics_write_head(body, PREFIX "bound_worst_seconds", "gauge",
                       "The worst that was seen of each since the start.");
    write_bound(body, PREFIX "bound_worst_seconds", "B", worst->staleness_ms);
    write_bound(body, PREFIX "bound_worst_seconds", "C", worst->convergence_ms);
    write_bound(body, PREFIX "bound_worst_seconds", "D", worst->isolation_ms);
    write_bound(body, PREFIX "bound_worst_seconds", "E", worst->end_ms);
}

/* Live tasks by kind, and the oldest of those that must end: a service lives
 * for ever. */
static void write_live_tasks(const struct snapshot *snapshot, struct body *body)
{
    const struct tasks *tasks = snapshot->tasks;
    uint32_t live[TASK_KIND_COUNT] = {0};
    uint64_t oldest_ms[TASK_KIND_COUNT] = {0};
    for (uint32_t i = 0; i < tasks->live; i++) {
        const struct task *task = &tasks->list[i];
        uint64_t age_ms = snapshot_age_ms(snapshot, task->started_ms);
        live[task->kind]++;
        if (age_ms > oldest_ms[task->kind]) {
            oldest_ms[task->kind] = age_ms;
        }
    }
    metrics_write_head(body, PREFIX "tasks_live", "gauge",
                       "Tasks alive, by kind.");
    for (int i = 0; i < TASK_KIND_COUNT; i++) {
        body_format(body, PREFIX "tasks_live{kind=\"%s\"} %" PRIu32 "\n",
                    task_kind_name((enum task_kind)i), live[i]);
    }
    metrics_write_head(body, PREFIX "oldest_task_age_seconds", "gauge",
                       "Age of the oldest live task of a kind; 0 if none.");
    for (int i = 0; i < TASK_KIND_COUNT; i++) {
        body_format(body, PREFIX "oldest_task_age_seconds{kind=\"%s\"} ",
                    task_kind_name((enum task_kind)i));
        metrics_write_seconds(body, oldest_ms[i]);
    }
}

static void write_tasks(const struct snapshot *snapshot, struct body *body)
{
    const struct tasks *tasks = snapshot->tasks;
    write_number(body, PREFIX "tasks_started_total", "counter",
                 "Tasks started; always finished + reaped + live.",
                 tasks->started);
    write_number(body, PREFIX "tasks_finished_total", "counter",
                 "Tasks that ended by themselves.", tasks->finished);
    write_number(body, PREFIX "tasks_reaped_total", "counter",
                 "Tasks that were ended by us, or died.", tasks->reaped);
    write_live_tasks(snapshot, body);
}

static void raise_to(uint64_t *most, uint64_t value)
{
    *most = value > *most ? value : *most;
}

/* A family with a line a program. */
static void write_by_service(struct body *body, const char *name,
                             const char *type, const char *help,
                             const uint64_t *numbers)
{
    metrics_write_head(body, name, type, help);
    for (int i = SERVICE_NONE + 1; i < SERVICE_COUNT; i++) {
        body_format(body, "%s{service=\"%s\"} %" PRIu64 "\n", name,
                    service_name((enum service_kind)i), numbers[i]);
    }
}

/* Starts and restarts are counted by program, and stand beside each of its
 * processes. */
static void write_services(const struct snapshot *snapshot, struct body *body)
{
    uint64_t working[SERVICE_COUNT] = {0};
    uint64_t starts[SERVICE_COUNT] = {0};
    uint64_t restarts[SERVICE_COUNT] = {0};
    for (int i = 0; i < BOARD_SERVICES_MOST; i++) {
        const struct board_service *service = &snapshot->services[i];
        working[service->kind] += service->pid > 0 && service->is_ready;
        raise_to(&starts[service->kind], service->starts);
        raise_to(&restarts[service->kind], service->restarts);
    }
    write_by_service(body, PREFIX "service_processes", "gauge",
                     "Helper processes at work, by program.", working);
    write_by_service(body, PREFIX "service_starts_total", "counter",
                     "Helper processes started, by program.", starts);
    write_by_service(body, PREFIX "service_restarts_total", "counter",
                     "Helpers replaced because they ended, by program.",
                     restarts);
}

static uint64_t count_alarms(const struct board_zookeeper *zookeeper)
{
    uint64_t count = 0;
    for (int i = 0; i < BOARD_ALARMS_MOST; i++) {
        count += zookeeper->alarms[i].what[0] != '\0';
    }
    return count;
}

/* Nothing is, where nothing is published. */
static uint64_t count_unpublished(const struct snapshot *snapshot)
{
    uint64_t count = 0;
    uint32_t most =
        snapshot->agent.has_zookeeper ? snapshot->agent.instance_count : 0;
    for (uint32_t i = 0; i < most; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        count += instance != NULL &&
                 instance->instance.claim.version !=
                     instance->instance.publication.claim_version;
    }
    return count;
}

static void write_zookeeper(const struct snapshot *snapshot, struct body *body)
{
    const struct board_zookeeper *zookeeper = &snapshot->zookeeper;
    metrics_write_head(body, PREFIX "zookeeper_state", "gauge",
                       "1 for the publisher's state, 0 for the others.");
    for (int i = 0; i < ZOOKEEPER_STATE_COUNT; i++) {
        body_format(body, PREFIX "zookeeper_state{state=\"%s\"} %d\n",
                    zookeeper_state_name((enum zookeeper_state)i),
                    zookeeper->state == (enum zookeeper_state)i);
    }
    write_number(body, PREFIX "zookeeper_session", "gauge",
                 "1 while there is a session.", zookeeper->session_id != 0);
    write_seconds(body, PREFIX "zookeeper_session_timeout_seconds",
                  "The session timeout the server granted; 0 if none yet.",
                  zookeeper->negotiated_ms);
    if (zookeeper->told_ms > 0) {
        write_seconds(body, PREFIX "zookeeper_told_age_seconds",
                      "Since the publisher last told of its session.",
                      snapshot_age_ms(snapshot, zookeeper->told_ms));
    }
    write_number(body, PREFIX "zookeeper_sessions_total", "counter",
                 "Sessions opened or resumed.", zookeeper->sessions);
    write_number(body, PREFIX "zookeeper_writes_total", "counter",
                 "Operations that ZooKeeper acknowledged.", zookeeper->writes);
    write_number(body, PREFIX "zookeeper_transactions_total", "counter",
                 "Transactions that ZooKeeper acknowledged.",
                 zookeeper->transactions);
    write_number(body, PREFIX "zookeeper_failures_total", "counter",
                 "Requests that failed or timed out.", zookeeper->failures);
    write_number(body, PREFIX "instances_unpublished", "gauge",
                 "Instances whose claim ZooKeeper is not known to hold.",
                 count_unpublished(snapshot));
    write_number(body, PREFIX "alarms", "gauge",
                 "Alarms an operator must know of, as in /status.",
                 count_alarms(zookeeper));
}

/* A summary without quantiles: the mean of any window is rate by rate. */
static void write_publishing(const struct snapshot *snapshot,
                             const struct publishing *publishing,
                             struct body *body)
{
    if (!snapshot->agent.has_zookeeper) {
        return;
    }
    metrics_write_head(body, PREFIX "publish_lag_seconds", "summary",
                       "From the change of a claim to ZooKeeper's "
                       "acknowledgement, as this console saw it.");
    body_text(body, PREFIX "publish_lag_seconds_sum ");
    metrics_write_seconds(body, publishing->lag_ms);
    body_format(body, PREFIX "publish_lag_seconds_count %" PRIu64 "\n",
                publishing->count);
    write_seconds(body, PREFIX "publish_waiting_seconds",
                  "How long the oldest change waits for ZooKeeper's "
                  "acknowledgement; 0 if none does.",
                  publishing->waiting_ms);
}

static void write_console(const struct snapshot *snapshot,
                          const struct figures *figures, struct body *body)
{
    write_number(body, PREFIX "board_read_failures_total", "counter",
                 "Records of the board that could not be read.",
                 snapshot->failures);
    metrics_write_head(body, PREFIX "http_requests_total", "counter",
                       "HTTP requests answered, by status code.");
    for (int i = 0; i < FIGURES_CODES; i++) {
        body_format(body,
                    PREFIX "http_requests_total{code=\"%u\"} %" PRIu64 "\n",
                    figures_code((enum figures_code)i), figures->answers[i]);
    }
    write_number(body, PREFIX "http_connections", "gauge",
                 "HTTP connections open.", figures->open);
    write_number(body, PREFIX "http_connections_accepted_total", "counter",
                 "HTTP connections accepted.", figures->accepted);
    write_number(body, PREFIX "http_connections_shed_total", "counter",
                 "HTTP connections ended to make room for new ones.",
                 figures->shed);
    write_number(body, PREFIX "http_accept_failures_total", "counter",
                 "Times the kernel had no descriptor or memory for one.",
                 figures->accept_failures);
}

void metrics_write(const struct snapshot *snapshot,
                   const struct figures *figures, struct body *body)
{
    write_agent(snapshot, body);
    write_rounds(snapshot, body);
    write_config(snapshot, body);
    write_bounds(snapshot, body);
    write_tasks(snapshot, body);
    write_services(snapshot, body);
    metrics_write_processes(snapshot, body);
    write_zookeeper(snapshot, body);
    write_publishing(snapshot, &figures->publishing, body);
    metrics_write_instances(snapshot, body);
    metrics_write_facts(snapshot, body);
    metrics_write_stages(snapshot, body);
    metrics_write_alias(snapshot, body);
    write_console(snapshot, figures, body);
}
