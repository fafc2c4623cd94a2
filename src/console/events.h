/*
 * events.h - changes of state as the board keeps them, told oldest first.
 *
 * Ids grow by one an event. A reader who names the last one he knows is told
 * of all later ones; when some of those are not kept any more, or his id is
 * from no board of ours, he is told that some are lost.
 */
#ifndef CONSOLE_EVENTS_H
#define CONSOLE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "console/body.h"
#include "console/snapshot.h"
#include "model/event.h"

/* A reader's place among the events. */
struct events_place {
    uint64_t told; /* the id he knows; 0 = from the first one kept */
    bool is_lossy; /* some that he does not know cannot be told */
};

/* Where one stands who knows `since`, when `last` is the newest. Of 0 it is
 * never lossy: who asks for all gets what there is. */
void events_find_place(const struct board *board, uint64_t last, uint64_t since,
                       struct events_place *place);

/* The first event after place->told, up to `last`, that can be read; the
 * place moves past it. False when there is none. */
bool events_next(const struct board *board, uint64_t last,
                 struct events_place *place, struct event *event);

/* One event's object. */
void events_write_one(const struct event *event, struct body *body);

/* /events, of everything after `since`: the agent's record alone. */
void events_write(const struct snapshot *snapshot, uint64_t since,
                  struct body *body);

#endif
