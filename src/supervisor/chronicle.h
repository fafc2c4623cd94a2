/*
 * chronicle.h - what happened, on the board: changes of state and the ends of
 * processes, each with an id that grows.
 */
#ifndef SUPERVISOR_CHRONICLE_H
#define SUPERVISOR_CHRONICLE_H

#include "model/ending.h"
#include "model/event.h"

struct supervisor;
struct engine_action;

/* The claim of ENGINE_CHANGED's instance changed its state. */
void chronicle_add_change(struct supervisor *supervisor,
                          const struct engine_action *action);

/* A process of ours ended that was not dismissed; `id` and `wall_ms` are set
 * here. */
void chronicle_add_ending(struct supervisor *supervisor,
                          const struct ending *ending);

/* An event of a predecessor's board, or of the board that is replaced; before
 * the first chronicle_add_change. */
void chronicle_carry(struct supervisor *supervisor, const struct event *event);

#endif
