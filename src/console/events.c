/*
 * events.c - reads the board's ring by id. See events.h.
 *
 * The supervisor stores an event before it raises agent.last_event, so every
 * id up to that is there unless it is already being replaced by a newer one:
 * then it is passed over, as if it were gone.
 */
#include "console/events.h"

#include "console/view.h"

static uint64_t oldest_kept(const struct board *board, uint64_t last)
{
    struct event event;
    uint64_t id = last >= EVENTS_MOST ? last - EVENTS_MOST + 1 : 1;
    while (id < last && board_read_event(board, id, &event) != 0) {
        id++;
    }
    return id;
}

void events_find_place(const struct board *board, uint64_t last, uint64_t since,
                       struct events_place *place)
{
    *place = (struct events_place){.told = since};
    if (since > last) { /* of another board */
        *place = (struct events_place){.told = 0, .is_lossy = true};
    }
    if (place->told == 0 || place->told == last) {
        return;
    }
    uint64_t oldest = oldest_kept(board, last);
    if (place->told + 1 < oldest) {
        place->told = oldest - 1;
        place->is_lossy = true;
    }
}

/* Ids begin high above 0 and may have run far ahead of a slow reader: never
 * count from there to here. */
static void skip_gone(const struct board *board, uint64_t last,
                      struct events_place *place)
{
    if (place->told == 0) {
        place->told = oldest_kept(board, last) - 1;
    } else if (last - place->told > EVENTS_MOST) {
        place->told = last - EVENTS_MOST;
        place->is_lossy = true;
    }
}

bool events_next(const struct board *board, uint64_t last,
                 struct events_place *place, struct event *event)
{
    if (place->told < last) {
        skip_gone(board, last, place);
    }
    while (place->told < last) {
        place->told++;
        if (board_read_event(board, place->told, event) == 0) {
            return true;
        }
        place->is_lossy = true;
    }
    return false;
}

static void put_event(struct view *view, const struct event *event)
{
    view_open_object(view, NULL);
    view_number(view, "id", event->id);
    view_number(view, "at", event->wall_ms);
    view_text(view, "name", event->name);
    view_text(view, "from", state_name(event->before));
    view_text(view, "to", state_name(event->state));
    view_text(view, "reason", reason_name(event->reason));
    view_text(view, "role", role_name(event->role));
    view_text(view, "detail", event->detail);
    view_close_object(view);
}

void events_write_one(const struct event *event, struct body *body)
{
    struct view view;
    view_init(&view, body);
    put_event(&view, event);
}

void events_write(const struct snapshot *snapshot, uint64_t since,
                  struct body *body)
{
    const struct board *board = snapshot->board;
    uint64_t last = snapshot->agent.last_event;
    struct events_place place;
    struct event event;
    struct view view;
    events_find_place(board, last, since, &place);
    view_init(&view, body);
    view_open_object(&view, NULL);
    view_number(&view, "v", 1);
    view_number(&view, "last", last);
    view_open_list(&view, "events");
    while (events_next(board, last, &place, &event)) {
        put_event(&view, &event);
    }
    view_close_list(&view);
    view_flag(&view, "lost", place.is_lossy);
    view_close_object(&view);
    body_text(body, "\n");
}
