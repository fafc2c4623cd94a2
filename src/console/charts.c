/*
 * charts.c - see charts.h. A row a chart.
 */
#include "console/charts.h"

#include "console/chart.h"
#include "console/page.h"

#define CHARTS_EVERY_MS 10000

/* The same four processes in the same four colours. */
#define OF_EACH_ROLE(first)                                 \
    .count = HISTORY_ROLES,                                 \
    .lines = {                                              \
        {(first) + HISTORY_SUPERVISOR, "supervisor", "c0"}, \
        {(first) + HISTORY_PROBERS, "probers", "c1"},       \
        {(first) + HISTORY_PUBLISHER, "publisher", "c2"},   \
        {(first) + HISTORY_CONSOLE, "console", "c3"},       \
    }

static const struct chart charts[] = {
    {.id = "states",
     .title = "Servers by state",
     .note = "how many are in each",
     .unit = CHART_COUNT,
     .hides_zero = true,
     .count = STATE_COUNT,
     .lines = {{HISTORY_STATES + STATE_UP, "up", "up"},
               {HISTORY_STATES + STATE_DEGRADED, "degraded", "warn"},
               {HISTORY_STATES + STATE_LOADING, "loading", "warn"},
               {HISTORY_STATES + STATE_DRAINING, "draining", "warn"},
               {HISTORY_STATES + STATE_MAINT, "maint", "maint"},
               {HISTORY_STATES + STATE_DOWN, "down", "down"},
               {HISTORY_STATES + STATE_UNKNOWN, "unknown", "odd"},
               {HISTORY_STATES + STATE_NONE, "not judged", "none"}}},
    {.id = "latency",
     .title = "Latency of a probe",
     .note = "the median of all servers that answered",
     .unit = CHART_US,
     .count = 1,
     .lines = {{HISTORY_LATENCY_MIDDLE_US, "median", "c0"}}},
    {.id = "longest",
     .title = "Latency of the slowest server",
     .note = "a single slow one shows here first",
     .unit = CHART_US,
     .count = 1,
     .lines = {{HISTORY_LATENCY_LONGEST_US, "slowest", "c1"}}},
    {.id = "round",
     .title = "Time of a round",
     .note = "from its first probe to its last outcome, retries included",
     .unit = CHART_MS,
     .count = 1,
     .lines = {{HISTORY_ROUND_MS, "round", "c0"}}},
    {.id = "publish",
     .title = "Publish lag",
     .note = "from a change to ZooKeeper's word that it has it; 0 while "
             "nothing waits",
     .unit = CHART_MS,
     .count = 1,
     .lines = {{HISTORY_PUBLISH_MS, "lag", "c2"}}},
    {.id = "tasks-live",
     .title = "Tasks live",
     .note = "what only ever rises is a leak",
     .unit = CHART_COUNT,
     .count = 1,
     .lines = {{HISTORY_TASKS, "tasks", "c0"}}},
    {.id = "oldest",
     .title = "Age of the oldest probe in flight",
     .note = "past its deadline something hangs",
     .unit = CHART_MS,
     .count = 1,
     .lines = {{HISTORY_OLDEST_TASK_MS, "oldest", "c1"}}},
    {.id = "pss",
     .title = "Memory",
     .note = "the proportional share of each program's processes",
     .unit = CHART_KB,
     OF_EACH_ROLE(HISTORY_PSS_KB)},
    {.id = "rss",
     .title = "Memory, resident",
     .note = "with the pages that processes share counted in each",
     .unit = CHART_KB,
     OF_EACH_ROLE(HISTORY_RSS_KB)},
    {.id = "fds",
     .title = "Open descriptors",
     .note = "what does not come back down is a leak",
     .unit = CHART_COUNT,
     OF_EACH_ROLE(HISTORY_FDS)},
    {.id = "cpu",
     .title = "Use of the processor",
     .note = "100 % is one core",
     .unit = CHART_CPU,
     OF_EACH_ROLE(HISTORY_CPU)},
    {.id = "lag",
     .title = "Lateness of each loop",
     .note = "the longest that a process' loop was held up",
     .unit = CHART_MS,
     OF_EACH_ROLE(HISTORY_LAG_MS)},
};

void charts_write(const struct snapshot *snapshot, struct body *body)
{
    page_open(snapshot, "charts", CHARTS_EVERY_MS, body);
    if (snapshot->history == NULL || snapshot->history->samples == 0) {
        body_text(body, "<p>Nothing was sampled yet: look again in a moment."
                        "</p>\n");
        page_close(body);
        return;
    }
    body_text(body,
              "<p class=\"dim\">The last hour in steps of 10 s, the last day "
              "in steps of 4 min, times in UTC. Lines are means, faint strokes "
              "reach from the least to the most. Across: "
              "<span class=\"m0\">a start</span>, "
              "<span class=\"m1\">a reload</span>, "
              "<span class=\"m2\">a process that ended unasked</span>; at the "
              "foot: <span class=\"m3\">a change of state</span>. They are "
              "listed below.</p>\n");
    chart_write_marks(snapshot, body);
    for (size_t i = 0; i < sizeof charts / sizeof charts[0]; i++) {
        chart_write(&charts[i], snapshot, body);
    }
    chart_write_happened(snapshot, body);
    page_close(body);
}
