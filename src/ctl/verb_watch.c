/*
 * verb_watch.c - `sentinelctl watch`: a line a change of state, as it happens.
 *
 * Follows the agent's stream; where there is none, or no place in it, it asks
 * for what is new now and then. Once the agent has answered, it is waited for
 * when it goes away: a watcher outlives what it watches.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/events.h"
#include "ctl/fetch.h"
#include "ctl/print.h"
#include "ctl/sse.h"
#include "ctl/verbs.h"

#define WATCH_INTERVAL_MS 1000

struct watch {
    const struct options *options;
    struct client client;
    uint64_t last;   /* id of the last event seen */
    int status;      /* of printing: not 0 ends it */
    bool is_waiting; /* the agent is away, and that was said */
    struct sse sse;
};

/* --- one event ----------------------------------------------------------- */

static int print_event(const struct watch *watch, const json_t *event)
{
    if (watch->options->output == OUTPUT_JSON) {
        return print_json_line(event);
    }
    struct table *table = events_table(false);
    if (table != NULL) {
        events_add_aligned(table, event);
    }
    return print_table(table, OUTPUT_SCREEN);
}

/* Each once, and those that are missing are told of. */
static void take_event(struct watch *watch, const json_t *event)
{
    json_int_t told = fetch_number(event, "id", 0);
    uint64_t id = told > 0 ? (uint64_t)told : 0;
    if (id <= watch->last || watch->status != 0) {
        return;
    }
    if (watch->last > 0 && id > watch->last + 1) {
        print_trouble("changes before the next one are no longer known");
    }
    watch->last = id;
    watch->status = print_event(watch, event);
}

/* --- the stream ---------------------------------------------------------- */

static void on_event(void *context, const char *data, size_t length)
{
    struct watch *watch = context;
    json_t *event = json_loadb(data, length, 0, NULL);
    if (json_is_object(event)) {
        take_event(watch, event);
    }
    json_decref(event);
}

static bool on_bytes(void *context, const char *bytes, size_t length)
{
    struct watch *watch = context;
    watch->is_waiting = false;
    sse_take(&watch->sse, bytes, length);
    return watch->status == 0;
}

/* --- the list ------------------------------------------------------------ */

/* What is new, or wanted at the start. 0, or -EHOSTUNREACH and why. */
static int take_list(struct watch *watch, const struct events_since *since,
                     char *why, size_t why_size)
{
    char path[64];
    (void)text_format(path, sizeof path, "/events?since=%" PRIu64,
                      watch->last); /* fits */
    json_t *told = fetch_quietly(&watch->client, path, why, why_size);
    if (told == NULL) {
        return -EHOSTUNREACH;
    }
    watch->is_waiting = false;
    const json_t *list = fetch_member(told, "events");
    for (size_t i = 0; since != NULL && i < json_array_size(list); i++) {
        const json_t *event = json_array_get(list, i);
        if (events_is_wanted(event, since)) {
            take_event(watch, event);
        }
    }
    json_int_t last = fetch_number(told, "last", 0);
    if (last > 0 && (uint64_t)last > watch->last) {
        watch->last = (uint64_t)last;
    }
    json_decref(told);
    return 0;
}

/* --- all of it ----------------------------------------------------------- */

/* 0, or the exit code after saying why. */
static int begin(struct watch *watch)
{
    char why[CLIENT_ERROR_BYTES];
    struct events_since since;
    const char *text = watch->options->since;
    if (events_since_parse(text, clock_wall_ms(), &since) != 0) {
        print_trouble("--since wants an event's id, or a span as 10m");
        return CTL_EXIT_USAGE;
    }
    if (client_init(&watch->client, watch->options->url, why, sizeof why) !=
        0) {
        print_trouble("%s", why);
        return CTL_EXIT_USAGE;
    }
    watch->last = since.id;
    if (take_list(watch, text != NULL ? &since : NULL, why, sizeof why) != 0) {
        print_trouble("%s", why);
        return CTL_EXIT_STALE;
    }
    return 0;
}

/* Follows the stream as long as it lasts, else asks once. */
static void follow(struct watch *watch)
{
    static const struct events_since all = {0};
    char why[CLIENT_ERROR_BYTES] = "";
    sse_init(&watch->sse, on_event, watch);
    int status = client_follow(&watch->client, "/events/stream", watch->last,
                               on_bytes, watch, why, sizeof why);
    if (status == -ENOENT) {
        status = take_list(watch, &all, why, sizeof why);
    }
    if (status != 0 && !watch->is_waiting) {
        watch->is_waiting = true;
        print_trouble("%s; waiting for it", why);
    }
}

int verb_watch_run(const struct options *options)
{
    uint32_t interval_ms =
        options->interval_ms != 0 ? options->interval_ms : WATCH_INTERVAL_MS;
    struct watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        return print_end(-ENOMEM, CTL_EXIT_STALE);
    }
    watch->options = options;
    int code = begin(watch);
    while (code == 0 && watch->status == 0) {
        follow(watch);
        if (watch->status == 0) {
            (void)poll(NULL, 0, (int)interval_ms); /* woken early is fine */
        }
    }
    code = print_end(watch->status, code);
    free(watch);
    return code;
}
