/*
 * verb_status.c - `sentinelctl status`: every instance at a glance, and an
 * exit code for scripts.
 *
 * An agent that answers but whose supervisor has been silent too long is
 * stale: what it says is printed all the same, and the exit code tells.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
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
static void print_summary(const json_t *status)
{
    char line[512];
    char shown[1024];
    frame_summary(status, line, sizeof line);
    (void)text_escape(shown, sizeof shown, line,
                      strlen(line)); /* cutting is fine */
    (void)printf("%s\n\n", shown);   /* the table's end is looked at */
}

static enum columns columns_of(enum output output)
{
    if (output == OUTPUT_CSV) {
        return COLUMNS_CSV;
    }
    return output == OUTPUT_WIDE ? COLUMNS_WIDE : COLUMNS_SCREEN;
}

static int print_instances(const json_t *status, enum output output)
{
    const char *titles[TABLE_COLUMNS_MOST];
    struct table *table = columns_fill(
        status, fetch_member(status, "instances"), columns_of(output), titles);
    if (output != OUTPUT_CSV) {
        print_summary(status);
    }
    return print_table(table, output);
}

static int print_names(const json_t *status)
{
    const json_t *instances = fetch_member(status, "instances");
    for (size_t i = 0; i < json_array_size(instances); i++) {
        char shown[512];
        const char *name = fetch_text(json_array_get(instances, i), "name");
        (void)text_escape(shown, sizeof shown, name,
                          strlen(name)); /* cutting is fine */
        (void)puts(shown);               /* the flush tells */
    }
    return print_flush(stdout);
}

static int print(const json_t *status, enum output output)
{
    switch (output) {
    case OUTPUT_SCREEN:
    case OUTPUT_WIDE:
    case OUTPUT_CSV:
        return print_instances(status, output);
    case OUTPUT_JSON:
        return print_json(status);
    case OUTPUT_NAME:
        return print_names(status);
    case OUTPUT_YAML: /* not of this verb */
    case OUTPUT_COUNT:
        break;
    }
    return -EINVAL;
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
