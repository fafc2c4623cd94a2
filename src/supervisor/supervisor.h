/*
 * supervisor.h - the daemon's heart: one libuv loop that gives the engine
 * time and events, performs what the engine asks, keeps the helpers alive and
 * shows on the scoreboard what it believes.
 *
 * It calls nothing that may hang and trusts nothing a helper says. What it
 * decides is decided in the engine; this file and its neighbours only do.
 */
#ifndef SUPERVISOR_SUPERVISOR_H
#define SUPERVISOR_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "engine/engine.h"
#include "model/board.h"
#include "model/settings.h"
#include "supervisor/deathwatch.h"
#include "supervisor/manager.h"
#include "supervisor/finder.h"
#include "supervisor/operator_desk.h"
#include "supervisor/prober_pool.h"
#include "supervisor/reload.h"
#include "supervisor/resolver.h"
#include "supervisor/service.h"
#include "supervisor/stumbles.h"
#include "wire/pulse.h"

#define SUPERVISOR_LISTENERS_MOST 2
/* SIGTERM to the last process gone: 2 s. The publisher has this much of it
 * to withdraw; then everything is killed; then nobody is waited for. */
#define SUPERVISOR_WITHDRAW_MS 1500
#define SUPERVISOR_LEAVE_MS 1900
/* Events that performing the engine's actions can cause: a spawn's outcome and
 * a killed prober's end, each once a prober. */
#define SUPERVISOR_WAITING_MOST (2 * ENGINE_PROBERS_MOST)
/* A wake-up later than this: we stood still. */
#define SUPERVISOR_LATE_MS 250

struct flags;

/* Where the helper programs are, resolved at the start. */
struct supervisor_programs {
    char prober[SETTINGS_PATH_BYTES];
    char publisher[SETTINGS_PATH_BYTES];
    char console[SETTINGS_PATH_BYTES];
};

/* What the publisher says is logged when it changes, but only so often: a
 * sick one changes its mind without end. */
#define GOSSIP_LINES_MOST 100
#define GOSSIP_LINES_MS 10000
struct gossip_log {
    uint64_t counted_ms; /* since when `lines` are counted */
    uint32_t lines;
    uint32_t unlogged;
};

enum supervisor_state {
    SUPERVISOR_RUNNING,
    SUPERVISOR_WITHDRAWING, /* the publisher takes our nodes back */
    SUPERVISOR_LEAVING,     /* everything was killed and is being reaped */
    SUPERVISOR_GONE,
};

struct supervisor {
    enum supervisor_state state;
    uv_loop_t loop;
    struct settings *settings;                  /* owned */
    const struct supervisor_programs *programs; /* borrowed */
    const struct flags *flags; /* borrowed; over whatever the file says */
    char boot_id[BOARD_BOOT_BYTES];
    struct tasks *tasks;  /* owned */
    uint64_t tasks_shown; /* tasks->changes when last stored */
    struct engine *engine;
    struct board *board;
    struct board_agent agent;
    struct board_zookeeper zookeeper;
    struct gossip_log gossip_log;
    struct prober_pool pool;
    struct service publisher;
    struct service console;
    struct reload reload;
    struct finder finder;
    struct operator_desk operators;
    struct deathwatch deathwatch;
    struct stumbles stumbles;
    struct resolver resolver;
    struct manager manager; /* the service manager, if there is one */
    uint32_t service_slots; /* of the board in use */
    bool are_services_dirty;
    bool wants_look;    /* the publisher is to be told when all is stored */
    bool is_performing; /* events that come meanwhile wait in `waiting` */
    uint32_t waiting_count;
    struct engine_event waiting[SUPERVISOR_WAITING_MOST];
    bool is_handing_over; /* SIGUSR2: a successor takes board and session */
    bool withdrew;        /* the publisher said so by its exit code */
    int listen_fds[SUPERVISOR_LISTENERS_MOST];
    int listen_count;
    int config_fd; /* of the settings' text, for the console; below 1: none */
    uint64_t alarm_armed_ms; /* what `alarm` is set to */
    uv_timer_t alarm;        /* engine_next_ms */
    uv_timer_t heartbeat;
    uv_timer_t leave; /* bounds the way out */
    uv_prepare_t settle;
    struct pulse pulse; /* our own vitals */
    uv_signal_t signals[5];
};

/* Everything that can be refused is refused here, before any child exists: 0,
 * or an exit code with a line in the log. The supervisor is zeroed: it is
 * large, and pages nobody writes to cost nothing. The contents of `settings`
 * are taken; the others are borrowed until supervisor_finish. */
int supervisor_init(struct supervisor *supervisor, struct settings *settings,
                    const struct supervisor_programs *programs,
                    const struct flags *flags);

/* Runs until a signal ends it; the exit code. */
int supervisor_run(struct supervisor *supervisor);

/* Gives the engine an event and performs what it asks, and so on for the
 * events that causes. */
void supervisor_feed(struct supervisor *supervisor,
                     const struct engine_event *event);

void supervisor_finish(struct supervisor *supervisor);

#endif
