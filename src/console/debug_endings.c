/*
 * debug_endings.c - how processes of ours ended that were not dismissed, from
 * the board: whoever asks why tasks were reaped finds it here.
 */
#include <inttypes.h>

#include "console/debug.h"

/* Calls for each, newest first. A hole in the ids, or a record being written
 * just now, is left out. */
typedef void (*ending_writer)(void *target, const struct snapshot *snapshot,
                              const struct ending *ending);

static void for_each(const struct snapshot *snapshot, ending_writer write,
                     void *target)
{
    uint64_t last = snapshot->agent.last_ending;
    for (uint64_t back = 0; back < ENDINGS_MOST && back < last; back++) {
        struct ending ending;
        if (board_read_ending(snapshot->board, last - back, &ending) == 0) {
            write(target, snapshot, &ending);
        }
    }
}

static void put_ending(void *target, const struct snapshot *snapshot,
                       const struct ending *ending)
{
    struct view *view = target;
    (void)snapshot; /* of the writers' common shape */
    view_open_object(view, NULL);
    view_number(view, "id", ending->id);
    view_number(view, "at", ending->wall_ms);
    view_text(view, "role", service_name(ending->service));
    view_signed(view, "pid", ending->pid);
    view_number(view, "age_ms", ending->age_ms);
    view_text(view, "name", ending->name);
    view_text(view, "step",
              ending->name[0] != '\0' ? step_name(ending->step) : "");
    view_text(view, "why", ending->why);
    view_text(view, "kernel", ending->kernel);
    view_close_object(view);
}

void debug_put_endings(struct view *view, const struct snapshot *snapshot)
{
    view_open_list(view, "endings");
    for_each(snapshot, put_ending, view);
    view_close_list(view);
}

static void write_ending(void *target, const struct snapshot *snapshot,
                         const struct ending *ending)
{
    struct body *body = target;
    uint64_t now_ms = snapshot->now_wall_ms;
    body_format(body, "%s %" PRId32 " %s ", service_name(ending->service),
                ending->pid, ending->why);
    body_duration(body,
                  now_ms > ending->wall_ms ? now_ms - ending->wall_ms : 0);
    body_text(body, " ago, after ");
    body_duration(body, ending->age_ms);
    if (ending->name[0] != '\0') {
        body_format(body, ", at %s in %s", ending->name,
                    step_name(ending->step));
    }
    if (ending->kernel[0] != '\0') {
        body_format(body, " (%s)", ending->kernel);
    }
    body_text(body, "\n");
}

void debug_write_endings(const struct snapshot *snapshot, struct body *body)
{
    if (snapshot->agent.last_ending != 0) {
        body_text(body, "\nended unasked, newest first:\n");
        for_each(snapshot, write_ending, body);
    }
}
