/*
 * event.h - one change of an instance's state, as /events tells it. The
 * supervisor writes it, the scoreboard keeps the last EVENTS_MOST.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stdint.h>

#include "model/settings.h"
#include "model/verdict.h"

#define EVENTS_MOST 1000

struct event {
    /* Grows by one an event, also over restarts on the same board; without a
     * board it begins at the wall clock's milliseconds, so that an id that a
     * reader kept is not given again. */
    uint64_t id;
    uint64_t wall_ms;
    char name[SETTINGS_NAME_BYTES];
    enum state before; /* STATE_NONE: its first verdict */
    enum state state;
    enum reason reason;
    enum role role;
    char detail[VERDICT_DETAIL_BYTES];
};

#endif
