/*
 * reply.c - one row a path: what it needs of the board, what it is, and who
 * writes it.
 *
 * An answer is whole or it is an error: a body that failed on the way (no
 * memory) becomes 500, a board that was never readable 503. Streams and
 * orders take time and are no replies: http_request keeps them apart.
 */
#include "console/reply.h"

#include <errno.h>

#include "base/clock.h"
#include "console/charts.h"
#include "console/check.h"
#include "console/config_text.h"
#include "console/debug.h"
#include "console/events.h"
#include "console/health.h"
#include "console/metrics.h"
#include "console/page.h"
#include "console/sd.h"
#include "console/views.h"

/* What a writer has at hand; it may change the code. */
struct draft {
    const struct route *route;
    struct snapshot *snapshot;
    const struct figures *figures;
    int config_fd;
    struct reply *reply;
};

struct writer {
    unsigned parts;
    const char *type;
    void (*write)(struct draft *draft);
};

static void write_page(struct draft *draft)
{
    page_write(draft->snapshot, &draft->reply->body);
}

static void write_charts(struct draft *draft)
{
    charts_write(draft->snapshot, &draft->reply->body);
}

static void write_goroutines(struct draft *draft)
{
    views_goroutines(draft->snapshot, draft->route->arguments.debug,
                     &draft->reply->body);
}

static void write_tasks(struct draft *draft)
{
    views_tasks(draft->snapshot, &draft->reply->body);
}

static void write_status(struct draft *draft)
{
    views_status(draft->snapshot, &draft->reply->body);
}

static void write_instance(struct draft *draft)
{
    struct body *body = &draft->reply->body;
    if (!views_named_instance(draft->snapshot, draft->route->name, body)) {
        views_error("no instance of this name", body);
        draft->reply->code = 404;
    }
}

static void write_metrics(struct draft *draft)
{
    metrics_write(draft->snapshot, draft->figures, &draft->reply->body);
}

static void write_healthz(struct draft *draft)
{
    bool is_live = health_write_live(draft->snapshot, &draft->reply->body);
    draft->reply->code = is_live ? 200 : 503;
}

static void write_readyz(struct draft *draft)
{
    bool is_ready = health_write_ready(draft->snapshot, &draft->reply->body);
    draft->reply->code = is_ready ? 200 : 503;
}

static void write_bounds(struct draft *draft)
{
    views_bounds(draft->snapshot, &draft->reply->body);
}

static void write_buildinfo(struct draft *draft)
{
    views_buildinfo(draft->snapshot, draft->figures, &draft->reply->body);
}

static void write_check(struct draft *draft)
{
    struct body *body = &draft->reply->body;
    const struct board_instance *instance =
        snapshot_find_instance(draft->snapshot, draft->route->name);
    if (instance == NULL) {
        body_text(body, "no instance of this name\n");
        draft->reply->code = 404;
    } else if (!check_write(draft->snapshot, instance,
                            draft->route->arguments.wants_writable, body)) {
        draft->reply->code = 503;
    }
}

static void write_events(struct draft *draft)
{
    events_write(draft->snapshot, draft->route->arguments.since,
                 &draft->reply->body);
}

static void write_sd(struct draft *draft)
{
    sd_write(draft->snapshot, &draft->reply->body);
}

static void write_config(struct draft *draft)
{
    if (!config_text_write(draft->config_fd, &draft->reply->body)) {
        draft->reply->code = 503;
        draft->reply->type = REPLY_TEXT;
        body_text(&draft->reply->body, "no configuration was handed down\n");
    }
}

/* True when the reader asked for a table. */
static bool wants_table(struct draft *draft)
{
    bool is_text = draft->route->arguments.wants_text;
    if (is_text) {
        draft->reply->type = REPLY_TEXT;
    }
    return is_text;
}

static void write_procs(struct draft *draft)
{
    debug_write_procs(draft->snapshot, wants_table(draft), &draft->reply->body);
}

static void write_heap(struct draft *draft)
{
    debug_write_heap(draft->snapshot, wants_table(draft), &draft->reply->body);
}

static void write_fds(struct draft *draft)
{
    debug_write_fds(draft->snapshot, wants_table(draft), &draft->reply->body);
}

#define PARTS_ALL                                              \
    (SNAPSHOT_ZOOKEEPER | SNAPSHOT_SERVICES | SNAPSHOT_TASKS | \
     SNAPSHOT_INSTANCES)

static const struct writer writers[ROUTE_COUNT] = {
    [ROUTE_PAGE] = {PARTS_ALL, REPLY_HTML, write_page},
    [ROUTE_CHARTS] = {0, REPLY_HTML, write_charts},
    [ROUTE_PROCS] = {SNAPSHOT_SERVICES, REPLY_JSON, write_procs},
    [ROUTE_HEAP] = {SNAPSHOT_SERVICES, REPLY_JSON, write_heap},
    [ROUTE_FDS] = {SNAPSHOT_SERVICES, REPLY_JSON, write_fds},
    [ROUTE_GOROUTINES] = {SNAPSHOT_TASKS | SNAPSHOT_SERVICES, REPLY_TEXT,
                          write_goroutines},
    [ROUTE_TASKS] = {SNAPSHOT_TASKS | SNAPSHOT_SERVICES, REPLY_JSON,
                     write_tasks},
    [ROUTE_STATUS] = {SNAPSHOT_ZOOKEEPER | SNAPSHOT_SERVICES |
                          SNAPSHOT_INSTANCES,
                      REPLY_JSON, write_status},
    [ROUTE_INSTANCE] = {0, REPLY_JSON, write_instance},
    [ROUTE_METRICS] = {PARTS_ALL, REPLY_METRICS, write_metrics},
    [ROUTE_HEALTHZ] = {SNAPSHOT_INSTANCES, REPLY_TEXT, write_healthz},
    [ROUTE_READYZ] = {0, REPLY_TEXT, write_readyz},
    [ROUTE_BOUNDS] = {SNAPSHOT_ZOOKEEPER | SNAPSHOT_INSTANCES, REPLY_JSON,
                      write_bounds},
    [ROUTE_BUILDINFO] = {0, REPLY_JSON, write_buildinfo},
    [ROUTE_CHECK] = {0, REPLY_TEXT, write_check},
    [ROUTE_EVENTS] = {0, REPLY_JSON, write_events},
    [ROUTE_SD] = {SNAPSHOT_INSTANCES, REPLY_JSON, write_sd},
    [ROUTE_CONFIG] = {0, REPLY_YAML, write_config},
};

void reply_refuse(struct reply *reply, unsigned code, const char *text)
{
    *reply = (struct reply){.code = code, .type = REPLY_TEXT};
    body_init(&reply->body);
    body_text(&reply->body, text);
}

void reply_make(struct reply *reply, const struct route *route,
                const struct reply_sources *sources)
{
    const struct writer *writer = &writers[route->kind];
    int status = snapshot_refresh(sources->snapshot, writer->parts,
                                  clock_monotonic_ms(), clock_wall_ms());
    if (status != 0) {
        reply_refuse(reply, status == -ENOMEM ? 500 : 503,
                     status == -ENOMEM ? "out of memory\n"
                                       : "the board cannot be read yet\n");
        return;
    }
    *reply = (struct reply){.code = 200, .type = writer->type};
    body_init(&reply->body);
    struct draft draft = {.route = route,
                          .snapshot = sources->snapshot,
                          .figures = sources->figures,
                          .config_fd = sources->config_fd,
                          .reply = reply};
    writer->write(&draft);
    if (reply->body.is_failed) {
        body_finish(&reply->body);
        reply_refuse(reply, 500, "out of memory\n");
    }
}
