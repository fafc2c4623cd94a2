/*
 * chronicle.c - see chronicle.h.
 */
#include "supervisor/chronicle.h"

#include "base/clock.h"
#include "base/text.h"
#include "supervisor/supervisor.h"

/* The next id after `last`. The first one of an empty board is above whatever
 * an earlier agent on this host gave, so long as the clock is not set back. */
static uint64_t next_id(uint64_t last, uint64_t wall_ms)
{
    return last == 0 ? wall_ms : last + 1;
}

void chronicle_add_change(struct supervisor *supervisor,
                          const struct engine_action *action)
{
    const struct verdict *verdict =
        &engine_instance(supervisor->engine, action->instance)->claim.verdict;
    struct event event = {.wall_ms = clock_wall_ms(),
                          .before = action->before,
                          .state = verdict->state,
                          .reason = verdict->reason,
                          .role = verdict->role};

    event.id = next_id(supervisor->agent.last_event, event.wall_ms);
    /* Both of the same size on either side. */
    (void)text_copy(event.name, sizeof(event.name),
                    supervisor->settings->instances[action->instance].name);
    (void)text_copy(event.detail, sizeof(event.detail), verdict->detail);
    board_store_event(supervisor->board, &event);
    supervisor->agent.last_event = event.id;
    board_store_agent(supervisor->board, &supervisor->agent);
}

void chronicle_add_ending(struct supervisor *supervisor,
                          const struct ending *ending)
{
    struct ending told = *ending;

    told.wall_ms = clock_wall_ms();
    told.id = next_id(supervisor->agent.last_ending, told.wall_ms);
    board_store_ending(supervisor->board, &told);
    supervisor->agent.last_ending = told.id;
    board_store_agent(supervisor->board, &supervisor->agent);
}

void chronicle_carry(struct supervisor *supervisor, const struct event *event)
{
    board_store_event(supervisor->board, event);
    if (event->id > supervisor->agent.last_event) {
        supervisor->agent.last_event = event->id;
    }
}
