/*
 * frame.c - see frame.h.
 */
#include "ctl/frame.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "ctl/columns.h"
#include "ctl/fetch.h"
#include "ctl/print.h"
#include "ctl/ranking.h"

#define LINE_BYTES 512

/* --- the header ---------------------------------------------------------- */

static size_t count_up(const json_t *instances)
{
    size_t up = 0;
    for (size_t i = 0; i < json_array_size(instances); i++) {
        const json_t *instance = json_array_get(instances, i);
        up += strcmp(fetch_text(instance, "state"), "up") == 0;
    }
    return up;
}

void frame_summary(const json_t *status, char *text, size_t size)
{
    const json_t *agent = fetch_member(status, "agent");
    const json_t *instances = fetch_member(status, "instances");
    char uptime[DURATION_TEXT_BYTES];
    duration_text(uptime, sizeof uptime,
                  (uint64_t)fetch_number(agent, "uptime_ms", 0));
    (void)text_format(text, size,
                      "%s (%s): %zu of %zu up. Agent %s, pid %" PRId64
                      ", up %s; ZooKeeper %s.",
                      fetch_text(agent, "host"), fetch_text(agent, "cluster"),
                      count_up(instances), json_array_size(instances),
                      fetch_text(agent, "version"),
                      (int64_t)fetch_number(agent, "pid", 0), uptime,
                      fetch_text(fetch_member(status, "zookeeper"),
                                 "state")); /* cutting is fine */
}

/* ", publisher spoke 2 s ago"; nothing when it never did. */
static void append_age(char *text, size_t size, const char *what,
                       json_int_t age_ms)
{
    char age[DURATION_TEXT_BYTES];
    if (age_ms < 0) {
        return;
    }
    duration_text(age, sizeof age, (uint64_t)age_ms);
    (void)text_append(text, size, "%s%s %s ago", text[0] != '\0' ? ", " : "",
                      what, age); /* cutting is fine */
}

/* How old the newest word is at each hop: what stands still shows here. */
static enum tone write_ages(const json_t *status, char *text, size_t size)
{
    const json_t *agent = fetch_member(status, "agent");
    const json_t *round = fetch_member(status, "round");
    const json_t *zookeeper = fetch_member(status, "zookeeper");
    json_int_t heartbeat_ms = fetch_number(agent, "heartbeat_age_ms", -1);
    text[0] = '\0';
    append_age(text, size, "Supervisor turned", heartbeat_ms);
    append_age(text, size, "round began",
               fetch_number(round, "started_ms_ago", -1));
    append_age(text, size, "publisher spoke",
               fetch_number(zookeeper, "told_ms_ago", -1));
    return heartbeat_ms < 0 || heartbeat_ms > FRAME_STALE_MS ? TONE_BAD
                                                             : TONE_PLAIN;
}

static void add_alarms(struct table *lines, const json_t *status)
{
    const json_t *alarms = fetch_member(status, "alarms");
    const char *error = fetch_text(fetch_member(status, "config"), "error");
    char text[LINE_BYTES];
    for (size_t i = 0; i < json_array_size(alarms); i++) {
        const json_t *alarm = json_array_get(alarms, i);
        (void)text_format(text, sizeof text, "Alarm: %s at %s: %s",
                          fetch_text(alarm, "what"), fetch_text(alarm, "path"),
                          fetch_text(alarm, "detail")); /* cutting is fine */
        table_add(lines, TONE_BAD, text);
    }
    if (error[0] != '\0') {
        (void)text_format(text, sizeof text, "The last reload was refused: %s",
                          error); /* cutting is fine */
        table_add(lines, TONE_BAD, text);
    }
}

static int print_header(const struct frame *frame, FILE *stream)
{
    struct table *lines = table_create(NULL, 1);
    char text[LINE_BYTES];
    if (lines == NULL) {
        return -ENOMEM;
    }
    if (frame->status != NULL) {
        frame_summary(frame->status, text, sizeof text);
        table_add(lines, TONE_PLAIN, text);
        enum tone tone = write_ages(frame->status, text, sizeof text);
        table_add(lines, tone, text);
        add_alarms(lines, frame->status);
    }
    if (frame->trouble[0] != '\0') {
        (void)text_format(text, sizeof text, "Old news: %s",
                          frame->trouble); /* cutting is fine */
        table_add(lines, TONE_BAD, text);
    }
    int status = table_print(lines, stream, frame->width, frame->has_colour);
    table_destroy(lines);
    return status;
}

/* --- the instances ------------------------------------------------------- */

static int print_instances(const struct frame *frame, FILE *stream)
{
    const char *titles[TABLE_COLUMNS_MOST];
    const json_t *instances = fetch_member(frame->status, "instances");
    json_t *sorted = ranking_sort(instances, frame->sort, frame->is_reversed);
    struct table *table = sorted != NULL ? columns_fill(frame->status, sorted,
                                                        COLUMNS_TOP, titles)
                                         : NULL;
    int status = -ENOMEM;
    if (table != NULL) {
        (void)fputc('\n', stream); /* remembered */
        status = table_print(table, stream, frame->width, frame->has_colour);
    }
    table_destroy(table);
    json_decref(sorted);
    return status;
}

static void print_keys(const struct frame *frame, FILE *stream)
{
    static const char *const words[] = {
#define SORT_WORD(constant, name, key) [constant] = name,
        SORT_TABLE(SORT_WORD)
#undef SORT_WORD
    };
    char text[LINE_BYTES] = "q quits; sort by ";
    for (int i = 0; i < SORT_COUNT; i++) {
        bool is_on = i == (int)frame->sort;
        (void)text_append(text, sizeof text, "%s%s%s ", is_on ? "[" : "",
                          words[i], is_on ? "]" : ""); /* fits */
    }
    (void)text_append(text, sizeof text, "by first letter; r%s turns round",
                      frame->is_reversed ? " [on]" : ""); /* fits */
    (void)fprintf(stream, "%.*s",
                  (int)(frame->width > 0 ? frame->width : sizeof text),
                  text); /* remembered */
}

/* --- all of it ----------------------------------------------------------- */

/* Whole lines up to the room that is there; the keys stand at the bottom. */
static void print_lines(const struct frame *frame, const char *text,
                        FILE *stream)
{
    size_t room = frame->height > 0 ? frame->height : SIZE_MAX;
    room -= frame->has_keys && room > 1 ? 1 : 0;
    for (size_t i = 0; i < room && *text != '\0'; i++) {
        size_t length = strcspn(text, "\n");
        (void)fprintf(stream, "%.*s\n", (int)length, text); /* remembered */
        text += length + (text[length] == '\n');
    }
}

int frame_print(const struct frame *frame, FILE *stream)
{
    char *text = NULL;
    size_t length = 0;
    FILE *lines = open_memstream(&text, &length);
    if (lines == NULL) {
        return -ENOMEM;
    }
    int status = print_header(frame, lines);
    if (status == 0 && frame->status != NULL) {
        status = print_instances(frame, lines);
    }
    if (fclose(lines) != 0 && status == 0) {
        status = -ENOMEM;
    }
    if (status == 0) {
        print_lines(frame, text, stream);
    }
    if (status == 0 && frame->has_keys) {
        print_keys(frame, stream);
    }
    free(text);
    return status == 0 ? print_flush(stream) : status;
}
