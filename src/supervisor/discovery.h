/*
 * discovery.h - finds the servers of this host: runs a prober in its role
 * `discover` and keeps what it says.
 *
 * A helper that does not end in time is killed; what it had told by then
 * counts, for it tells what is safe to learn first. What is nonsense counts
 * for nothing.
 */
#ifndef SUPERVISOR_DISCOVERY_H
#define SUPERVISOR_DISCOVERY_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "model/tasks.h"
#include "supervisor/child.h"
#include "wire/discovery_list.h"
#include "wire/progress.h"

#define DISCOVERY_MS 4000            /* the helper ends by itself before that */
#define DISCOVERY_KILL_AGAIN_MS 1000 /* until its exit was seen */

struct discovery;

/* The search is over and the struct may be used again, or freed. 0: all of it
 * was done. -ETIMEDOUT: the helper ran out of time, its list may lack some.
 * -EIO: it died before its end, likewise. -EPROTO: it spoke nonsense, the
 * list is empty. -ECANCELED: it was stopped, likewise. */
typedef void (*discovery_done_cb)(struct discovery *discovery, int status);

struct discovery {
    void *owner; /* borrowed */
    discovery_done_cb on_done;
    bool is_searching; /* from the start until just before on_done */
    int status;        /* the first thing that went wrong */
    bool has_ended;    /* SEARCHED came */
    uint32_t generation;
    struct child child;
    uv_timer_t timer;
    struct progress *progress;
    struct message_searched searched;
    /* Good from on_done until the next start: sorted and named. */
    uint32_t count;
    struct discovery_found list[DISCOVERY_MOST];
};

/* Starts a search. The struct is zeroed or its last search is over; -EALREADY
 * while one goes on. 0, and then on_done comes once, later; or a negative
 * errno, and it does not come. */
int discovery_start(struct discovery *discovery, uv_loop_t *loop,
                    struct tasks *tasks, const char *prober_program,
                    discovery_done_cb on_done, void *owner);

/* Kills the helper, if there is one; on_done follows when it is reaped. */
void discovery_stop(struct discovery *discovery);

#endif
