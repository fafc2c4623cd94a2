/*
 * views.c - whole JSON answers: /status, /bounds, /buildinfo and errors.
 *
 * /status is written in two parts, the head as one object and then instance
 * after instance, so that a thousand instances never stand in memory as a
 * thousand trees.
 */
#include "console/views.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <uv.h>

#include "base/text.h"
#include "console/view.h"
#include "model/bounds.h"

static void put_agent(struct view *view, const struct snapshot *snapshot)
{
    const struct board_agent *agent = &snapshot->agent;
    struct view child;
    view_init_object(&child);
    view_text(&child, "version", agent->version);
    view_signed(&child, "pid", agent->pid);
    view_text(&child, "cluster", agent->cluster);
    view_text(&child, "host", agent->host);
    view_text(&child, "id", agent->id);
    view_text(&child, "run_dir", agent->run_dir);
    view_number(&child, "started", agent->started_wall_ms);
    view_number(&child, "uptime_ms",
                snapshot_age_ms(snapshot, agent->started_ms));
    view_number(&child, "heartbeat_age_ms",
                snapshot_age_ms(snapshot, agent->heartbeat_ms));
    view_flag(&child, "ready", agent->is_ready);
    view_flag(&child, "stopping", agent->is_stopping);
    view_number(&child, "interval_ms", agent->interval_ms);
    view_number(&child, "instances", agent->instance_count);
    view_number(&child, "log_lines_lost", agent->log_lost);
    view_number(&child, "copy_age_ms",
                snapshot_age_ms(snapshot, snapshot->oldest_ms));
    view_number(&child, "now", snapshot->now_wall_ms);
    view_take_member(view, "agent", &child);
}

static void put_zookeeper(struct view *view, const struct snapshot *snapshot)
{
    const struct board_zookeeper *zookeeper = &snapshot->zookeeper;
    char session[2 + 16 + 1];
    (void)text_format(session, sizeof session, "0x%" PRIx64,
                      zookeeper->session_id); /* fits */
    struct view child;
    view_init_object(&child);
    view_text(&child, "state", zookeeper_state_name(zookeeper->state));
    view_number(&child, "state_ms",
                snapshot_age_ms(snapshot, zookeeper->since_ms));
    view_text(&child, "session_id", zookeeper->session_id > 0 ? session : "");
    view_number(&child, "negotiated_ms", zookeeper->negotiated_ms);
    view_text(&child, "server", zookeeper->server);
    view_age(&child, "told_ms_ago", snapshot->now_ms, zookeeper->told_ms);
    view_number(&child, "sessions", zookeeper->sessions);
    view_number(&child, "writes", zookeeper->writes);
    view_number(&child, "transactions", zookeeper->transactions);
    view_number(&child, "failures", zookeeper->failures);
    view_take_member(view, "zookeeper", &child);
}

static void put_round(struct view *view, const struct snapshot *snapshot)
{
    const struct board_agent *agent = &snapshot->agent;
    struct view child;
    view_init_object(&child);
    view_number(&child, "number", agent->round);
    view_age(&child, "started_ms_ago", snapshot->now_ms,
             agent->round_started_ms);
    if (agent->round_ended_ms < agent->round_started_ms ||
        agent->round_ended_ms == 0) {
        view_null(&child, "duration_ms");
    } else {
        view_number(&child, "duration_ms",
                    agent->round_ended_ms - agent->round_started_ms);
    }
    view_number(&child, "late_results", agent->late_results);
    view_take_member(view, "round", &child);
}

/* An object a bound, so that the worst seen can stand beside it. */
static void put_bound(struct view *view, const char *key, uint64_t bound_ms)
{
    struct view child;
    view_init_object(&child);
    if (bound_ms == 0) {
        view_null(&child, "bound");
    } else {
        view_number(&child, "bound", bound_ms);
    }
    view_take_member(view, key, &child);
}

static void fill_bounds(struct view *view, const struct snapshot *snapshot)
{
    struct bounds bounds;
    snapshot_bounds(snapshot, &bounds);
    put_bound(view, "B_ms", bounds.staleness_ms);
    put_bound(view, "C_ms", bounds.convergence_ms);
    put_bound(view, "D_ms", bounds.isolation_ms);
    put_bound(view, "E_ms", bounds.end_ms);
}

static void put_config(struct view *view, const struct board_agent *agent)
{
    struct view child;
    view_init_object(&child);
    view_text(&child, "file", agent->config_file);
    view_number(&child, "loaded", agent->config_loaded_wall_ms);
    view_flag(&child, "ok", true);
    view_text(&child, "error", "");
    view_take_member(view, "config", &child);
}

static void put_alarms(struct view *view, const struct snapshot *snapshot)
{
    struct view list;
    view_init_list(&list);
    for (int i = 0; i < BOARD_ALARMS_MOST; i++) {
        const struct board_alarm *alarm = &snapshot->zookeeper.alarms[i];
        if (alarm->what[0] == '\0') {
            continue;
        }
        struct view item;
        view_init_object(&item);
        view_text(&item, "what", alarm->what);
        view_text(&item, "path", alarm->path);
        view_text(&item, "detail", alarm->detail);
        view_number(&item, "since", alarm->since_wall_ms);
        view_take_item(&list, &item);
    }
    view_take_member(view, "alarms", &list);
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
    struct view list;
    view_init_list(&list);
    for (int i = 0; i < BOARD_SERVICES_MOST; i++) {
        const struct board_service *service = &snapshot->services[i];
        if (service->kind == SERVICE_NONE) {
            continue;
        }
        bool is_running = service->pid > 0;
        struct view item;
        view_init_object(&item);
        view_text(&item, "kind", service_name(service->kind));
        view_signed(&item, "pid", service->pid);
        view_number(&item, "generation", service->generation);
        view_flag(&item, "ready", service->is_ready);
        view_number(&item, "uptime_ms",
                    is_running ? snapshot_age_ms(snapshot, service->started_ms)
                               : 0);
        view_number(&item, "starts", service->starts);
        view_number(&item, "restarts", service->restarts);
        put_last_exit(&item, service);
        view_text(&item, "note", service->note);
        view_take_item(&list, &item);
    }
    view_take_member(view, "services", &list);
}

static void write_head(const struct snapshot *snapshot, struct body *body)
{
    struct view view;
    view_init_object(&view);
    view_number(&view, "v", 1);
    put_agent(&view, snapshot);
    put_zookeeper(&view, snapshot);
    put_round(&view, snapshot);
    struct view bounds;
    view_init_object(&bounds);
    fill_bounds(&bounds, snapshot);
    view_take_member(&view, "bounds", &bounds);
    put_config(&view, &snapshot->agent);
    put_alarms(&view, snapshot);
    put_services(&view, snapshot);
    view_write(&view, body);
    view_finish(&view);
}

void views_status(const struct snapshot *snapshot, struct body *body)
{
    struct views_words *words = views_words_create();
    write_head(snapshot, body);
    if (words == NULL || body->is_failed) {
        body->is_failed = true;
        views_words_destroy(words);
        return;
    }
    body->length--; /* the head's closing brace comes after the list */
    body_text(body, ",\"instances\":[");
    const char *comma = "";
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        if (instance == NULL) {
            continue;
        }
        body_text(body, comma);
        views_instance(snapshot, instance, words, body);
        comma = ",";
    }
    body_text(body, "]}\n");
    views_words_destroy(words);
}

bool views_named_instance(const struct snapshot *snapshot, const char *name,
                          struct body *body)
{
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        if (instance == NULL || strcmp(instance->settings.name, name) != 0) {
            continue;
        }
        struct views_words *words = views_words_create();
        if (words == NULL) {
            body->is_failed = true;
            return true;
        }
        views_instance(snapshot, instance, words, body);
        body_text(body, "\n");
        views_words_destroy(words);
        return true;
    }
    return false;
}

void views_bounds(const struct snapshot *snapshot, struct body *body)
{
    struct view view;
    view_init_object(&view);
    fill_bounds(&view, snapshot);
    view_write(&view, body);
    view_finish(&view);
    body_text(body, "\n");
}

void views_buildinfo(const struct snapshot *snapshot,
                     const struct figures *figures, struct body *body)
{
    struct view view;
    view_init_object(&view);
    view_text(&view, "version", VERSION);
    view_text(&view, "agent", snapshot->agent.version);
    view_text(&view, "compiler", __VERSION__);
    view_text(&view, "libuv", uv_version_string());
    view_text(&view, "libmicrohttpd", figures->http_library);
    view_text(&view, "jansson", jansson_version_str());
    view_number(&view, "board_layout", BOARD_LAYOUT);
    view_write(&view, body);
    view_finish(&view);
    body_text(body, "\n");
}

void views_error(const char *error, struct body *body)
{
    struct view view;
    view_init_object(&view);
    view_number(&view, "v", 1);
    view_text(&view, "error", error);
    view_write(&view, body);
    view_finish(&view);
    body_text(body, "\n");
}
