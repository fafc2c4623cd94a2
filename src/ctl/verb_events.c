/*
 * verb_events.c - `sentinelctl events`: the changes of state that the agent
 * still remembers, the oldest first.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/events.h"
#include "ctl/fetch.h"
#include "ctl/print.h"
#include "ctl/verbs.h"

/* Takes out what is not wanted. */
static void choose(json_t *list, const struct events_since *since)
{
    size_t i = 0;
    while (i < json_array_size(list)) {
        if (events_is_wanted(json_array_get(list, i), since)) {
            i++;
        } else {
            (void)json_array_remove(list, i); /* it is there */
        }
    }
}

static int print(const json_t *list, enum output output)
{
    bool is_csv = output == OUTPUT_CSV;
    struct table *table = is_csv ? events_csv() : events_table(true);
    for (size_t i = 0; table != NULL && i < json_array_size(list); i++) {
        const json_t *event = json_array_get(list, i);
        if (is_csv) {
            events_add_csv(table, event);
        } else {
            events_add(table, event);
        }
    }
    return print_table(table, output);
}

int verb_events_run(const struct options *options)
{
    char path[64];
    int code = 0;
    struct events_since since;
    if (events_since_parse(options->since, clock_wall_ms(), &since) != 0) {
        print_trouble("--since wants an event's id, or a span as 10m");
        return CTL_EXIT_USAGE;
    }
    (void)text_format(path, sizeof path, "/events?since=%" PRIu64,
                      since.id); /* fits */
    json_t *told = fetch_object(options, path, &code);
    if (told == NULL) {
        return code;
    }
    json_t *list = json_object_get(told, "events");
    choose(list, &since);
    if (since.id > 0 && json_is_true(json_object_get(told, "lost"))) {
        print_trouble("some events after %" PRIu64
                      " are no longer kept; the oldest known follow",
                      since.id);
    }
    int status = options->output == OUTPUT_JSON ? print_json(told)
                                                : print(list, options->output);
    json_decref(told);
    return print_end(status, 0);
}
