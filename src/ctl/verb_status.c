/*
 * verb_status.c - `sentinelctl status`: every instance at a glance, and an
 * exit code for scripts.
 *
 * An agent that answers but whose supervisor has been silent too long is
 * stale: what it says is printed all the same, and the exit code tells.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "ctl/columns.h"
#include "ctl/fetch.h"
#include "ctl/frame.h"
#include "ctl/print.h"
#include "ctl/verbs.h"

static size_t count_up(const json_t *status)
{
    const json_t *instances = fetch_member(status, "instances");
    size_t up = 0;
    for (size_t i = 0; i < json_array_size(instances); i++) {
        const json_t *instance = json_array_get(instances, i);
        up += strcmp(fetch_text(instance, "state"), "up") == 0;
    }
    return up;
}

/* One line above the table: who speaks, and how it stands. */
static int print_summary(const json_t *status, enum output output)
{
    char text[512];
    struct table *line = table_create(NULL, 1);
    frame_summary(status, text, sizeof text);
    if (line != NULL) {
        table_add(line, TONE_PLAIN, text);
    }
    int result = print_table(line, output);
    (void)puts(""); /* the table's end is looked at */
    return result;
}

static enum columns columns_of(enum output output)
{
    if (output == OUTPUT_SCREEN) {
        return COLUMNS_SCREEN;
    }
    return output == OUTPUT_WIDE ? COLUMNS_WIDE : COLUMNS_CSV;
}

static int print(const json_t *status, enum output output)
{
    const char *titles[TABLE_COLUMNS_MOST];
    int result = 0;
    if (output == OUTPUT_JSON) {
        return print_json(status);
    }
    if (output == OUTPUT_SCREEN || output == OUTPUT_WIDE) {
        result = print_summary(status, output);
    }
    struct table *table = columns_fill(
        status, fetch_member(status, "instances"), columns_of(output), titles);
    int table_result = print_table(table, output);
    return result == 0 ? table_result : result;
}

/* The exit code; a stale agent is told on standard error. */
static int judge(const json_t *status)
{
    const json_t *agent = fetch_member(status, "agent");
    json_int_t age_ms = fetch_number(agent, "heartbeat_age_ms", INT64_MAX);
    if (age_ms > FRAME_STALE_MS) {
        char age[DURATION_TEXT_BYTES];
        duration_text(age, sizeof age, (uint64_t)age_ms);
        (void)fprintf(stderr,
                      "sentinelctl: stale: the supervisor has been silent for "
                      "%s; try the agent's log, or restart it\n",
                      age); /* nobody else to tell */
        return CTL_EXIT_STALE;
    }
    size_t total = json_array_size(fetch_member(status, "instances"));
    return count_up(status) == total ? CTL_EXIT_ALL_UP : CTL_EXIT_NOT_ALL_UP;
}

int verb_status_run(const struct options *options)
{
    int code = 0;
    json_t *status = fetch_object(options, "/status", &code);
    if (status == NULL) {
        return code;
    }
    int result = print(status, options->output);
    code = judge(status);
    json_decref(status);
    return print_end(result, code);
}
