/*
 * prober_pool.h - the probers as processes: performs what the engine asks of
 * them and tells it what became of it. While probes are under way it looks
 * whether somebody is stuck in one (prober_looks).
 */
#ifndef SUPERVISOR_PROBER_POOL_H
#define SUPERVISOR_PROBER_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "engine/engine.h"
#include "model/board.h"
#include "model/ending.h"
#include "supervisor/child.h"
#include "supervisor/stall.h"
#include "wire/progress.h"

struct prober_pool;

/* Something happened that the engine must know of, at once. */
typedef void (*prober_pool_event_cb)(struct prober_pool *pool,
                                     const struct engine_event *event);

/* One ended that was not dismissed, or is about to be killed for being stuck;
 * before the engine hears of it. `instance` is the index of the one it was
 * at; -1 = none known. The ending's name is left to the callee. */
typedef void (*prober_pool_ending_cb)(struct prober_pool *pool,
                                      const struct ending *ending,
                                      int32_t instance);

/* One prober; free when `number` is 0. */
struct prober {
    struct prober_pool *pool;
    uint32_t number; /* the engine's, and the generation on the wire */
    struct child child;
    struct progress *progress;
    uint32_t in_flight; /* probes it was sent and has not answered */
    struct stall stall;
    uint64_t last_task; /* sent; given up, it is no more in the table */
    int32_t last_instance;
    /* The kernel's view before we killed it; "" = we did not, or nobody
     * asks. */
    char kernel[ENDING_KERNEL_BYTES];
    bool is_told_of_end; /* the engine knows that nothing more will come */
    const char *fault;   /* of what it said; NULL = none */
    bool is_dismissed;   /* retired or stopped: its end is no news */
    bool is_ready;
    struct vitals vitals; /* as it last told */
    uint64_t vitals_ms;   /* when; 0 = not yet */
};

struct prober_pool {
    void *owner; /* borrowed */
    uv_loop_t *loop;
    struct tasks *tasks; /* borrowed */
    const char *program; /* borrowed */
    prober_pool_event_cb on_event;
    prober_pool_ending_cb on_ending;
    uv_timer_t looks;   /* runs while anything is in flight */
    uint32_t in_flight; /* of all of them together */
    uint64_t starts;
    uint64_t restarts; /* because one ended unasked, or hung */
    struct prober probers[ENGINE_PROBERS_MOST];
};

void prober_pool_init(struct prober_pool *pool, uv_loop_t *loop,
                      struct tasks *tasks, const char *program,
                      prober_pool_event_cb on_event,
                      prober_pool_ending_cb on_ending, void *owner);

/* Each tells the engine by on_event: SPAWNED or FAILED. */
void prober_pool_spawn(struct prober_pool *pool, uint32_t number);

/* Queues a probe; prober_pool_flush sends. False: this prober takes none any
 * more, and the engine will hear of it or has. */
bool prober_pool_probe(struct prober_pool *pool, uint32_t number,
                       const struct message_probe *probe);

void prober_pool_retire(struct prober_pool *pool, uint32_t number);

/* Kills it; `is_hung`: because it was stuck, which is worth a line. Unless the
 * engine was told before that nothing more will come, it is told so now, with
 * what the progress page says. */
void prober_pool_kill(struct prober_pool *pool, uint32_t number, bool is_hung);

/* Hands all that was queued to the sockets; a prober that does not read is
 * killed. */
void prober_pool_flush(struct prober_pool *pool);

/* Notes in the task table at which step each prober's page says it is inside
 * a probe: of one that is stuck, /tasks then tells where. */
void prober_pool_note_steps(struct prober_pool *pool);

/* Kills all. */
void prober_pool_stop(struct prober_pool *pool);
bool prober_pool_is_empty(const struct prober_pool *pool);

/* For the board: false when slot `index` holds no prober. */
bool prober_pool_show(const struct prober_pool *pool, uint32_t index,
                      struct board_service *shown);

#endif
