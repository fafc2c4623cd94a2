/*
 * service.h - keeps one long-lived helper (publisher or console) alive.
 *
 *   DOWN -> (backoff over) -> STARTING -> hello -> RUNNING
 *   any -> stream ended, nonsense, silence or a full queue -> ENDING (killed)
 *   ENDING -> over -> DOWN, or STOPPED when it is not wanted any more
 *
 * A helper that had reached its steady work and lived a second is started again
 * at once; one that died before is started again after a growing pause with
 * jitter, and never given up.
 */
#ifndef SUPERVISOR_SERVICE_H
#define SUPERVISOR_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "model/board.h"
#include "model/ending.h"
#include "supervisor/child.h"

#define SERVICE_HELLO_MS 3000 /* start to hello, else it is killed */
#define SERVICE_PAUSE_LEAST_MS 100
#define SERVICE_PAUSE_MOST_MS 5000
/* It reached its work each time and was killed at once: who does that to it
 * may not keep what has changed meanwhile from the tree for long. */
#define SERVICE_PAUSE_WORKED_MS 500
#define SERVICE_WORKED_MS 1000     /* a life that counts as one that worked */
#define SERVICE_KILL_AGAIN_MS 1000 /* until the exit was seen */

struct service;

/* A good message other than its hello. */
typedef void (*service_message_cb)(struct service *service,
                                   const struct message *message);
/* It said hello and can be told things. */
typedef void (*service_ready_cb)(struct service *service);
/* Its process is gone: to be started again (SERVICE_DOWN) or for good
 * (SERVICE_STOPPED). */
typedef void (*service_down_cb)(struct service *service);

/* It ended and nobody had asked for it. */
typedef void (*service_ending_cb)(struct service *service,
                                  const struct ending *ending);

enum service_state {
    SERVICE_DOWN,
    SERVICE_STARTING,
    SERVICE_RUNNING,
    SERVICE_ENDING,
    SERVICE_STOPPED,
};

struct service_spec {
    enum service_kind kind;
    const char *program; /* path; borrowed for ever */
    const char *name;    /* argv[0]; likewise */
    enum message_direction incoming;
    enum message_kind hello;
    int shared_fd;
    const int *listen_fds; /* borrowed for ever */
    int listen_count;
    int config_fd; /* likewise; 0 or less: none */
    service_ready_cb on_ready;
    service_message_cb on_message;
    service_down_cb on_down;
    service_ending_cb on_ending;
};

struct service {
    struct service_spec spec;
    uv_loop_t *loop;
    struct tasks *tasks;
    void *owner; /* borrowed */
    enum service_state state;
    bool is_replaced; /* killed for its successor: its end is no news */
    bool is_wanted;   /* false: when it is down it stays down */
    struct child child;
    const char *fault; /* it is killed for; NULL = it ended by itself */
    char kernel[ENDING_KERNEL_BYTES]; /* the view of it, just before */
    uv_timer_t timer;                 /* backoff, hello, kill again: by state */
    uint64_t pause_ms;
    uint32_t generation; /* grows with each start */
    uint64_t starts;
    uint64_t restarts;    /* because it died, not because we replaced it */
    struct vitals vitals; /* as this life last told */
    uint64_t vitals_ms;   /* when; 0 = not yet */
    bool has_worked;      /* this life reached its steady work */
    int last_status;      /* wait status of the last end */
};

/* The pause that follows `last_ms` (0 = none) when it died too soon again. */
uint64_t service_longer_pause_ms(uint64_t last_ms, bool has_worked);

/* Once; then it is SERVICE_STOPPED. */
void service_init(struct service *service, uv_loop_t *loop, struct tasks *tasks,
                  void *owner);

/* From now on it runs as `spec` says: it is started, or, when it runs already,
 * replaced at once. */
void service_run(struct service *service, const struct service_spec *spec);

/* The same, but one that runs has `grace_ms` to finish what it is at, before it
 * is replaced. */
void service_run_after(struct service *service, const struct service_spec *spec,
                       uint64_t grace_ms);

/* It said what nobody sane says: that costs it its life. */
void service_condemn(struct service *service, const char *said);

/* Queues and flushes. An error means the helper is being replaced. */
int service_send(struct service *service, const struct message *message);

/* The owner saw it do its steady work: should it die, start it at once, unless
 * it was born just now (SERVICE_WORKED_MS). */
void service_has_worked(struct service *service);

/* It told its vitals: they are shown until its end. */
void service_take_vitals(struct service *service, const struct vitals *vitals);

/* It is about to end by itself: do not start it again. */
void service_finish_by_itself(struct service *service);

/* Kills it, and does not start it again. */
void service_stop(struct service *service);

/* For the board. */
void service_show(const struct service *service, struct board_service *shown);

#endif
