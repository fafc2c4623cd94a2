/*
 * fleet.c - see fleet.h.
 *
 * Ages are counted by this host's clock from what ZooKeeper's leader wrote by
 * its own: a difference between the two clocks is in them.
 */
#include "ctl/fleet.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "ctl/fetch.h"

/* --- reading ------------------------------------------------------------- */

/* True if `path` is `prefix` or below it. */
static bool is_below(const char *path, const char *prefix)
{
    size_t length = strlen(prefix);
    while (length > 0 && prefix[length - 1] == '/') {
        length--;
    }
    return strncmp(path, prefix, length) == 0 &&
           (path[length] == '\0' || path[length] == '/');
}

static bool is_wanted(const struct fleet *fleet, const json_t *node)
{
    const char *path = fetch_text(node, "path");
    if (fleet->below == NULL || is_below(path, fleet->below)) {
        return true;
    }
    size_t root = strlen(fleet->root);
    return strncmp(path, fleet->root, root) == 0 && path[root] == '/' &&
           is_below(path + root + 1, fleet->below);
}

/* The last host of the list if it is the node's, else a new one. */
static json_t *host_of(json_t *hosts, const json_t *node)
{
    size_t count = json_array_size(hosts);
    json_t *last = count > 0 ? json_array_get(hosts, count - 1) : NULL;
    const char *cluster = fetch_text(node, "cluster");
    const char *host = fetch_text(node, "host");
    if (last != NULL && strcmp(fetch_text(last, "cluster"), cluster) == 0 &&
        strcmp(fetch_text(last, "host"), host) == 0) {
        return last;
    }
    json_t *fresh =
        json_pack("{s:s, s:s, s:n, s:n, s:n, s:[]}", "cluster", cluster, "host",
                  host, "agent", "stale", "heartbeat_age_ms", "instances");
    return json_array_append_new(hosts, fresh) == 0 ? fresh : NULL;
}

static json_int_t age_of(const struct fleet *fleet, const json_t *node)
{
    json_int_t written = fetch_number(node, "mtime", 0);
    json_int_t now = (json_int_t)fleet->now_wall_ms;
    return now > written ? now - written : 0;
}

/* The .agent node says how the host is. 0 or -ENOMEM. */
static int take_agent(struct fleet *fleet, json_t *host, json_t *node)
{
    json_int_t age_ms = age_of(fleet, node);
    bool is_stale =
        (uint64_t)age_ms > FLEET_HEARTBEATS_MISSED * fleet->heartbeat_ms;
    int status = json_object_set(host, "agent", node);
    if (fleet->heartbeat_ms > 0 && status == 0) {
        fleet->stale += is_stale;
        status = json_object_set_new(host, "stale", json_boolean(is_stale));
    }
    if (status == 0) {
        status =
            json_object_set_new(host, "heartbeat_age_ms", json_integer(age_ms));
    }
    return status == 0 ? 0 : -ENOMEM;
}

static int take_node(struct fleet *fleet, json_t *hosts, json_t *node)
{
    json_t *host = host_of(hosts, node);
    if (host == NULL ||
        json_object_set_new(node, "age_ms",
                            json_integer(age_of(fleet, node))) != 0) {
        return -ENOMEM;
    }
    if (strcmp(fetch_text(node, "name"), FLEET_AGENT_NODE) == 0) {
        return take_agent(fleet, host, node);
    }
    return json_array_append(json_object_get(host, "instances"), node) == 0
               ? 0
               : -ENOMEM;
}

static int take_lines(struct fleet *fleet, json_t *hosts, char *text)
{
    int status = 0;
    while (text != NULL && *text != '\0' && status == 0) {
        const char *line = strsep(&text, "\n");
        json_t *node = json_loads(line, 0, NULL);
        if (!json_is_object(node)) {
            status = -EPROTO;
        } else if (is_wanted(fleet, node)) {
            status = take_node(fleet, hosts, node);
        }
        json_decref(node);
    }
    return status;
}

json_t *fleet_read(struct fleet *fleet, char *text)
{
    json_t *hosts = json_array();
    fleet->stale = 0;
    if (hosts == NULL || take_lines(fleet, hosts, text) != 0) {
        json_decref(hosts);
        return NULL;
    }
    return json_pack("{s:i, s:s, s:I, s:I, s:o}", "v", 1, "root", fleet->root,
                     "now", (json_int_t)fleet->now_wall_ms, "heartbeat_ms",
                     (json_int_t)fleet->heartbeat_ms, "hosts", hosts);
}

/* --- the table ----------------------------------------------------------- */

static const char *const titles[] = {"HOST, NAME", "STATE", "FOR",
                                     "REASON",     "ROLE",  "WRITTEN",
                                     "ADDR",       "OWNER", "DETAIL"};

#define COLUMNS (sizeof titles / sizeof titles[0])

/* Who owns a node and when it was written go first from a narrow screen. */
static const uint8_t ranks[COLUMNS] = {0, 0, 1, 0, 3, 4, 2, 5, 0};

static void add_text(struct table *table, enum tone tone, const char *text)
{
    table_add(table, tone, text[0] != '\0' ? text : "-");
}

static void add_span(struct table *table, json_int_t span_ms)
{
    char text[DURATION_TEXT_BYTES] = "";
    if (span_ms >= 0) {
        duration_text(text, sizeof text, (uint64_t)span_ms);
    }
    add_text(table, TONE_PLAIN, text);
}

/* The host's own row: how its agent is. */
static void add_host(struct table *table, const json_t *host)
{
    char text[512];
    const json_t *agent = fetch_member(host, "agent");
    const json_t *stale = fetch_member(host, "stale");
    const json_t *data = fetch_member(agent, "data");
    (void)text_format(text, sizeof text, "%s/%s", fetch_text(host, "cluster"),
                      fetch_text(host, "host")); /* cutting is fine */
    add_text(table, TONE_PLAIN, text);
    if (!json_is_object(agent)) {
        table_add(table, TONE_WARN, "no agent");
    } else if (json_is_boolean(stale)) {
        table_add(table, json_is_true(stale) ? TONE_BAD : TONE_GOOD,
                  json_is_true(stale) ? "stale" : "fresh");
    } else {
        table_add(table, TONE_PLAIN, "-");
    }
    for (int i = 0; i < 3; i++) {
        table_add(table, TONE_PLAIN, "-");
    }
    add_span(table, fetch_number(host, "heartbeat_age_ms", -1));
    table_add(table, TONE_PLAIN, "-");
    add_text(table, TONE_PLAIN, fetch_text(agent, "owner"));
    (void)text_format(text, sizeof text, "agent %s",
                      fetch_text(data, "version")); /* cutting is fine */
    add_text(table, TONE_PLAIN, json_is_object(data) ? text : "");
}

static void add_instance(struct table *table, const struct fleet *fleet,
                         const json_t *node)
{
    char text[512];
    const json_t *data = fetch_member(node, "data");
    const char *state = fetch_text(data, "state");
    json_int_t since = fetch_number(data, "since", 0);
    json_int_t now = (json_int_t)fleet->now_wall_ms;
    (void)text_format(text, sizeof text, "  %s",
                      fetch_text(node, "name")); /* cutting is fine */
    add_text(table, TONE_PLAIN, text);
    add_text(table, tone_of_state(state), state);
    add_span(table, since > 0 && now > since ? now - since : -1);
    add_text(table, TONE_PLAIN, fetch_text(data, "reason"));
    add_text(table, TONE_PLAIN, fetch_text(data, "role"));
    add_span(table, fetch_number(node, "age_ms", -1));
    add_text(table, TONE_PLAIN, fetch_text(data, "addr"));
    add_text(table, TONE_PLAIN, fetch_text(node, "owner"));
    add_text(table, TONE_PLAIN,
             json_is_object(data) ? fetch_text(data, "detail")
                                  : "holds nothing of ours");
}

struct table *fleet_table(const struct fleet *fleet, const json_t *tree)
{
    struct table *table = table_create(titles, COLUMNS);
    const json_t *hosts = fetch_member(tree, "hosts");
    if (table != NULL) {
        table_set_ranks(table, ranks);
    }
    for (size_t i = 0; table != NULL && i < json_array_size(hosts); i++) {
        const json_t *host = json_array_get(hosts, i);
        const json_t *instances = fetch_member(host, "instances");
        add_host(table, host);
        for (size_t k = 0; k < json_array_size(instances); k++) {
            add_instance(table, fleet, json_array_get(instances, k));
        }
    }
    return table;
}

/* --- for a program ------------------------------------------------------- */

/* Where a column of an instance's row is found. */
enum source { OF_NODE, OF_DATA, OF_HOST };

static const char *const csv_titles[] = {
    "path",   "cluster", "host",     "name",     "state", "since",
    "reason", "role",    "readable", "writable", "addr",  "version",
    "mtime",  "owner",   "stale",    "detail"};

#define CSV_COLUMNS (sizeof csv_titles / sizeof csv_titles[0])

static const enum source csv_sources[CSV_COLUMNS] = {
    OF_NODE, OF_NODE, OF_NODE, OF_NODE, OF_DATA, OF_DATA, OF_DATA, OF_DATA,
    OF_DATA, OF_DATA, OF_DATA, OF_DATA, OF_NODE, OF_NODE, OF_HOST, OF_DATA};

static void add_value(struct table *table, const json_t *value)
{
    char number[32];
    if (json_is_integer(value)) {
        (void)text_format(number, sizeof number, "%" PRId64,
                          (int64_t)json_integer_value(value)); /* fits */
        table_add(table, TONE_PLAIN, number);
    } else if (json_is_boolean(value)) {
        table_add(table, TONE_PLAIN, json_is_true(value) ? "true" : "false");
    } else {
        table_add(table, TONE_PLAIN,
                  json_is_string(value) ? json_string_value(value) : "");
    }
}

static void add_csv_rows(struct table *table, const json_t *host)
{
    const json_t *instances = fetch_member(host, "instances");
    for (size_t i = 0; i < json_array_size(instances); i++) {
        const json_t *node = json_array_get(instances, i);
        const json_t *sources[] = {[OF_NODE] = node,
                                   [OF_DATA] = fetch_member(node, "data"),
                                   [OF_HOST] = host};
        for (size_t k = 0; k < CSV_COLUMNS; k++) {
            add_value(table,
                      fetch_member(sources[csv_sources[k]], csv_titles[k]));
        }
    }
}

struct table *fleet_csv(const json_t *tree)
{
    struct table *table = table_create(csv_titles, CSV_COLUMNS);
    const json_t *hosts = fetch_member(tree, "hosts");
    for (size_t i = 0; table != NULL && i < json_array_size(hosts); i++) {
        add_csv_rows(table, json_array_get(hosts, i));
    }
    return table;
}
