/*
 * operator_desk.h - what an operator asks of the running agent, through the
 * console: drain, undrain, reload, probe. Each order is answered once, with a
 * sentence; nothing is half done.
 *
 * The desk keeps the drains. They stand in a file of the run directory before
 * an order is carried out: what cannot be kept is refused.
 */
#ifndef SUPERVISOR_OPERATOR_DESK_H
#define SUPERVISOR_OPERATOR_DESK_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "supervisor/drains.h"
#include "wire/message.h"

/* More orders in that time are refused: a script in a hurry. And more than the
 * flood are a console gone mad: it is replaced. */
#define OPERATOR_DESK_ORDERS_MOST 100
#define OPERATOR_DESK_ORDERS_FLOOD 2000
#define OPERATOR_DESK_ORDERS_MS 1000
/* A reload that takes longer is answered before its end: the console waits for
 * 2 s. */
#define OPERATOR_DESK_RELOAD_MS 1500

struct engine;
struct supervisor;

struct operator_desk {
    struct supervisor *supervisor; /* borrowed */
    struct drains drains;
    bool is_file_lost;     /* unreadable at the start, or parts of it: the board
                              is believed, too */
    uint32_t reload_order; /* waits for its answer; 0 = none */
    uv_timer_t reload_timer;
    uint64_t counted_ms; /* since when `orders` are counted */
    uint32_t orders;
};

/* Reads the drains; the run directory is ours. */
void operator_desk_init(struct operator_desk *desk,
                        struct supervisor *supervisor, uv_loop_t *loop);

/* Before an engine's first event, its instances adopted: those that are drained
 * are drained there too, and no others. */
void operator_desk_restore(struct operator_desk *desk, struct engine *engine,
                           const struct settings *settings);

/* Carries it out and answers the console. */
void operator_desk_take(struct operator_desk *desk,
                        const struct message_order *order);

/* A reload came to its end; `refused` says why it was, NULL: it was not. */
void operator_desk_on_reload(struct operator_desk *desk, const char *refused);

void operator_desk_finish(struct operator_desk *desk);

#endif
