/*
 * verb_tasks.c - `sentinelctl tasks`: everything the agent is at, the oldest
 * first, and what the kernel says of the process.
 *
 * The console's answers never touch /proc of others; we may, on the same host
 * and with the right to. What the kernel does not tell is "-".
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/small_file.h"
#include "base/text.h"
#include "ctl/fetch.h"
#include "ctl/print.h"
#include "ctl/verbs.h"

#define WAIT_BYTES 96

static const char *const titles[] = {"ID",  "KIND",     "WHAT", "STEP",
                                     "AGE", "DEADLINE", "PID",  "WAITS IN"};

#define COLUMNS (sizeof titles / sizeof titles[0])

/* For programs, as the members of the JSON are called where there is one. */
static const char *const csv_titles[COLUMNS] = {
    "id", "kind", "what", "step", "age_ms", "deadline_ms", "pid", "kernel"};

/* What is not known: nothing for a program. */
static const char *nothing(enum output output)
{
    return output == OUTPUT_CSV ? "" : "-";
}

static json_int_t age_of(const json_t *task)
{
    return fetch_number(task, "age_ms", 0);
}

static int compare(const void *one, const void *other)
{
    json_int_t left = age_of(*(const json_t *const *)one);
    json_int_t right = age_of(*(const json_t *const *)other);
    return (left < right) - (left > right);
}

/* "S in ep_poll", by the letter of the state and the kernel's function. */
static void write_wait(json_int_t pid, char *text, size_t size)
{
    char path[64];
    char line[512];
    text[0] = '\0';
    (void)text_format(path, sizeof path, "/proc/%" PRId64 "/stat",
                      (int64_t)pid); /* fits */
    small_file_read_line(path, line, sizeof line);
    const char *end = strrchr(line, ')');
    if (pid <= 0 || end == NULL || strlen(end) < 3) {
        return;
    }
    (void)text_format(text, size, "%c", end[2]); /* fits */
    (void)text_format(path, sizeof path, "/proc/%" PRId64 "/wchan",
                      (int64_t)pid); /* fits */
    small_file_read_line(path, line, sizeof line);
    if (line[0] != '\0' && strcmp(line, "0") != 0) {
        (void)text_append(text, size, " in %s", line); /* cutting is fine */
    }
}

static void add_number(struct table *table, json_int_t number,
                       enum output output)
{
    char text[32];
    (void)text_copy(text, sizeof text, nothing(output)); /* fits */
    if (number > 0) {
        (void)text_format(text, sizeof text, "%" PRId64,
                          (int64_t)number); /* fits */
    }
    table_add(table, TONE_PLAIN, text);
}

/* Plain milliseconds for a program. */
static void add_span(struct table *table, json_int_t span_ms, enum tone tone,
                     enum output output)
{
    char text[DURATION_TEXT_BYTES];
    (void)text_copy(text, sizeof text, nothing(output)); /* fits */
    if (span_ms >= 0 && output == OUTPUT_CSV) {
        (void)text_format(text, sizeof text, "%" PRId64,
                          (int64_t)span_ms); /* fits */
    } else if (span_ms >= 0) {
        duration_text(text, sizeof text, (uint64_t)span_ms);
    }
    table_add(table, tone, text);
}

static void add_text(struct table *table, const char *text, enum output output)
{
    table_add(table, TONE_PLAIN, text[0] != '\0' ? text : nothing(output));
}

static void add_task(struct table *table, const json_t *task,
                     enum output output)
{
    const char *instance = fetch_text(task, "instance");
    const char *kind = fetch_text(task, "kind");
    json_int_t age_ms = age_of(task);
    json_int_t deadline_ms = fetch_number(task, "deadline_ms", -1);
    bool is_late = deadline_ms >= 0 && age_ms > deadline_ms;
    add_number(table, fetch_number(task, "id", 0), output);
    table_add(table, strcmp(kind, "zombie") == 0 ? TONE_BAD : TONE_PLAIN, kind);
    add_text(table,
             instance[0] != '\0' ? instance : fetch_text(task, "service"),
             output);
    add_text(table, instance[0] != '\0' ? fetch_text(task, "step") : "",
             output);
    add_span(table, age_ms, is_late ? TONE_BAD : TONE_PLAIN, output);
    add_span(table, deadline_ms, TONE_PLAIN, output);
    add_number(table, fetch_number(task, "pid", 0), output);
    add_text(table, fetch_text(task, "kernel"), output);
}

/* The list as told, sorted, each with the kernel's word on it. */
static int take(const json_t *told, bool is_near, json_t *sorted)
{
    const json_t *list = fetch_member(told, "tasks");
    size_t count = json_array_size(list);
    int status = 0;
    json_t **tasks = calloc(count > 0 ? count : 1, sizeof(json_t *));
    for (size_t i = 0; tasks != NULL && i < count; i++) {
        tasks[i] = json_array_get(list, i);
    }
    if (tasks == NULL) {
        return -ENOMEM;
    }
    qsort(tasks, count, sizeof(json_t *), compare);
    for (size_t i = 0; i < count && status == 0; i++) {
        char text[WAIT_BYTES] = "";
        if (is_near && fetch_text(tasks[i], "kernel")[0] == '\0') {
            write_wait(fetch_number(tasks[i], "pid", 0), text, sizeof text);
        }
        if (text[0] != '\0') {
            status = json_object_set_new(tasks[i], "kernel", json_string(text));
        }
        if (status == 0) {
            status = json_array_append(sorted, tasks[i]);
        }
    }
    free(tasks);
    return status == 0 ? 0 : -ENOMEM;
}

static int print_screen(const json_t *told, const json_t *sorted,
                        enum output output)
{
    struct table *table =
        table_create(output == OUTPUT_CSV ? csv_titles : titles, COLUMNS);
    for (size_t i = 0; table != NULL && i < json_array_size(sorted); i++) {
        add_task(table, json_array_get(sorted, i), output);
    }
    if (output == OUTPUT_SCREEN || output == OUTPUT_WIDE) {
        (void)printf("%" PRId64 " live; %" PRId64 " started, %" PRId64
                     " finished, %" PRId64 " reaped\n\n",
                     (int64_t)fetch_number(told, "live", 0),
                     (int64_t)fetch_number(told, "started", 0),
                     (int64_t)fetch_number(told, "finished", 0),
                     (int64_t)fetch_number(told, "reaped",
                                           0)); /* the table looks at it */
    }
    return print_table(table, output);
}

int verb_tasks_run(const struct options *options)
{
    int code = 0;
    json_t *told = fetch_object(options, "/tasks", &code);
    if (told == NULL) {
        return code;
    }
    json_t *sorted = json_array();
    int status = take(told, options->url == NULL, sorted);
    if (status == 0 && options->output == OUTPUT_JSON) {
        status = json_object_set(told, "tasks", sorted) == 0 ? print_json(told)
                                                             : -ENOMEM;
    } else if (status == 0) {
        status = print_screen(told, sorted, options->output);
    }
    json_decref(sorted);
    json_decref(told);
    return print_end(status, 0);
}
