/*
 * views.c - whole JSON answers: /status, /bounds, /buildinfo and errors.
 *
 * One function an object, in the order in which a reader meets them. Ages are
 * counted from the moment the snapshot was refreshed.
 */
#include "console/views.h"

#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <uv.h>

#include "base/text.h"
#include "model/bounds.h"

static void put_agent(struct view *view, const struct snapshot *snapshot)
{
    const struct board_agent *agent = &snapshot->agent;
    view_open_object(view, "agent");
    view_text(view, "version", agent->version);
    view_signed(view, "pid", agent->pid);
    view_text(view, "cluster", agent->cluster);
    view_text(view, "host", agent->host);
    view_text(view, "id", agent->id);
    view_text(view, "run_dir", agent->run_dir);
    view_number(view, "started", agent->started_wall_ms);
    view_number(view, "uptime_ms",
                snapshot_age_ms(snapshot, agent->started_ms));
    view_number(view, "heartbeat_age_ms",
                snapshot_age_ms(snapshot, agent->heartbeat_ms));
    view_flag(view, "ready", agent->is_ready);
    view_flag(view, "stopping", agent->is_stopping);
    view_number(view, "interval_ms", agent->interval_ms);
    view_number(view, "instances", agent->instance_count);
    view_number(view, "unwatched", agent->unwatched_servers);
    view_number(view, "log_lines_lost", agent->log_lost);
    view_number(view, "tilts", agent->tilts);
    view_age(view, "tilted_ms_ago", snapshot->now_ms, agent->tilted_ms);
    view_number(view, "deaths", agent->deaths);
    view_number(view, "watched", agent->watched);
    view_number(view, "copy_age_ms",
                snapshot_age_ms(snapshot, snapshot->oldest_ms));
    view_number(view, "now", snapshot->now_wall_ms);
    view_close_object(view);
}

static void put_zookeeper(struct view *view, const struct snapshot *snapshot)
{
    const struct board_zookeeper *zookeeper = &snapshot->zookeeper;
    char session[2 + 16 + 1];
    (void)text_format(session, sizeof session, "0x%" PRIx64,
                      zookeeper->session_id); /* fits */
    view_open_object(view, "zookeeper");
    view_text(view, "state", zookeeper_state_name(zookeeper->state));
    view_number(view, "state_ms",
                snapshot_age_ms(snapshot, zookeeper->since_ms));
    view_text(view, "session_id", zookeeper->session_id > 0 ? session : "");
    view_number(view, "negotiated_ms", zookeeper->negotiated_ms);
    view_text(view, "server", zookeeper->server);
    view_age(view, "told_ms_ago", snapshot->now_ms, zookeeper->told_ms);
    view_number(view, "sessions", zookeeper->sessions);
    view_number(view, "writes", zookeeper->writes);
    view_number(view, "transactions", zookeeper->transactions);
    view_number(view, "failures", zookeeper->failures);
    view_close_object(view);
}

static void put_round(struct view *view, const struct snapshot *snapshot)
{
    const struct board_agent *agent = &snapshot->agent;
    view_open_object(view, "round");
    view_number(view, "number", agent->round);
    view_age(view, "started_ms_ago", snapshot->now_ms, agent->round_started_ms);
    if (agent->round_ended_ms < agent->round_started_ms ||
        agent->round_ended_ms == 0) {
        view_null(view, "duration_ms");
    } else {
        view_number(view, "duration_ms",
                    agent->round_ended_ms - agent->round_started_ms);
    }
    view_number(view, "late_results", agent->late_results);
    view_close_object(view);
}

/* What is promised, and the worst seen since the start (engine/worst.h). */
static void put_bound(struct view *view, const char *key, uint64_t bound_ms,
                      uint64_t worst_ms)
{
    view_open_object(view, key);
    if (bound_ms == 0) {
        view_null(view, "bound");
    } else {
        view_number(view, "bound", bound_ms);
    }
    view_number(view, "worst", worst_ms);
    view_close_object(view);
}

static void put_bounds(struct view *view, const char *key,
                       const struct snapshot *snapshot)
{
    const struct bounds_worst *worst = &snapshot->agent.worst;
    struct bounds bounds;
    snapshot_bounds(snapshot, &bounds);
    view_open_object(view, key);
    put_bound(view, "B_ms", bounds.staleness_ms, worst->staleness_ms);
    put_bound(view, "C_ms", bounds.convergence_ms, worst->convergence_ms);
    put_bound(view, "D_ms", bounds.isolation_ms, worst->isolation_ms);
    put_bound(view, "E_ms", bounds.end_ms, worst->end_ms);
    view_close_object(view);
}

static void put_config(struct view *view, const struct board_agent *agent)
{
    view_open_object(view, "config");
    view_text(view, "file", agent->config_file);
    view_number(view, "loaded", agent->config_loaded_wall_ms);
    view_flag(view, "ok", !agent->is_config_bad);
    view_text(view, "error", agent->config_error);
    view_number(view, "reloads", agent->reloads);
    view_number(view, "reloads_refused", agent->reloads_refused);
    view_close_object(view);
}

static void put_alarms(struct view *view, const struct snapshot *snapshot)
{
    view_open_list(view, "alarms");
    for (int i = 0; i < BOARD_ALARMS_MOST; i++) {
        const struct board_alarm *alarm = &snapshot->zookeeper.alarms[i];
        if (alarm->what[0] == '\0') {
            continue;
        }
        view_open_object(view, NULL);
        view_text(view, "what", alarm->what);
        view_text(view, "path", alarm->path);
        view_text(view, "detail", alarm->detail);
        view_number(view, "since", alarm->since_wall_ms);
        view_close_object(view);
    }
    view_close_list(view);
}

/* How a process ended, in words; "" if none has yet. */
static void put_last_exit(struct view *view,
                          const struct board_service *service)
{
    char text[64] = "";
    int status = service->last_exit_status;
    if (service->restarts > 0 && WIFSIGNALED(status)) {
        (void)text_format(text, sizeof text, "killed by signal %d",
                          WTERMSIG(status)); /* fits */
    } else if (service->restarts > 0) {
        (void)text_format(text, sizeof text, "exit %d",
                          WEXITSTATUS(status)); /* fits */
    }
    view_text(view, "last_exit", text);
}

static void put_services(struct view *view, const struct snapshot *snapshot)
{
    view_open_list(view, "services");
    for (int i = 0; i < BOARD_SERVICES_MOST; i++) {
        const struct board_service *service = &snapshot->services[i];
        if (service->kind == SERVICE_NONE) {
            continue;
        }
        bool is_running = service->pid > 0;
        view_open_object(view, NULL);
        view_text(view, "kind", service_name(service->kind));
        view_signed(view, "pid", service->pid);
        view_number(view, "generation", service->generation);
        view_flag(view, "ready", service->is_ready);
        view_number(view, "uptime_ms",
                    is_running ? snapshot_age_ms(snapshot, service->started_ms)
                               : 0);
        view_number(view, "starts", service->starts);
        view_number(view, "restarts", service->restarts);
        put_last_exit(view, service);
        view_text(view, "note", service->note);
        view_close_object(view);
    }
    view_close_list(view);
}

static void put_instances(struct view *view, const struct snapshot *snapshot)
{
    view_open_list(view, "instances");
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *record = snapshot_instance(snapshot, i);
        if (record != NULL) {
            views_instance(snapshot, record, view);
        }
    }
    view_close_list(view);
}

void views_status(const struct snapshot *snapshot, struct body *body)
{
    struct view view;
    view_init(&view, body);
    view_open_object(&view, NULL);
    view_number(&view, "v", 1);
    put_agent(&view, snapshot);
    put_zookeeper(&view, snapshot);
    put_round(&view, snapshot);
    put_bounds(&view, "bounds", snapshot);
    put_config(&view, &snapshot->agent);
    put_alarms(&view, snapshot);
    put_services(&view, snapshot);
    put_instances(&view, snapshot);
    view_close_object(&view);
    body_text(body, "\n");
}

bool views_named_instance(struct snapshot *snapshot, const char *name,
                          struct body *body)
{
    struct view view;
    const struct board_instance *record =
        snapshot_find_instance(snapshot, name);
    if (record == NULL) {
        return false;
    }
    view_init(&view, body);
    views_instance(snapshot, record, &view);
    body_text(body, "\n");
    return true;
}

void views_bounds(const struct snapshot *snapshot, struct body *body)
{
    struct view view;
    view_init(&view, body);
    put_bounds(&view, NULL, snapshot);
    body_text(body, "\n");
}

void views_buildinfo(const struct snapshot *snapshot,
                     const struct figures *figures, struct body *body)
{
    struct view view;
    view_init(&view, body);
    view_open_object(&view, NULL);
    view_text(&view, "version", VERSION);
    view_text(&view, "agent", snapshot->agent.version);
    view_text(&view, "compiler", __VERSION__);
    view_text(&view, "libuv", uv_version_string());
    view_text(&view, "libmicrohttpd", figures->http_library);
    view_number(&view, "board_layout", BOARD_LAYOUT);
    view_close_object(&view);
    body_text(body, "\n");
}

void views_error(const char *error, struct body *body)
{
    struct view view;
    view_init(&view, body);
    view_open_object(&view, NULL);
    view_number(&view, "v", 1);
    view_text(&view, "error", error);
    view_close_object(&view);
    body_text(body, "\n");
}
