/*
 * scoreboard.c - see scoreboard.h.
 */
#include "supervisor/scoreboard.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "supervisor/census.h"
#include "supervisor/chronicle.h"
#include "config/settings_bounds.h"

/* --- adoption ------------------------------------------------------------ */

struct adoption {
    struct supervisor *supervisor;
    uint64_t now_ms;
    uint32_t count;
    struct event *events; /* EVENTS_MOST; owned; NULL: no memory for them */
    uint32_t event_count;
};

static void adopt_instance(void *context, const struct board_instance *record)
{
    struct adoption *adoption = context;
    const struct settings *settings = adoption->supervisor->settings;
    struct engine *engine = adoption->supervisor->engine;

    for (uint32_t i = 0; i < settings->instance_count; i++) {
        const struct instance_settings *own = &settings->instances[i];
        if (strcmp(own->name, record->settings.name) == 0) {
            engine_adopt(engine, i, &record->instance, adoption->now_ms);
            if (!address_equals(&own->addr, &record->settings.addr)) {
                engine_forget_server(engine, i);
            }
            adoption->count++;
            return;
        }
    }
}

static void adopt_event(void *context, const struct event *event)
{
    struct adoption *adoption = context;

    if (adoption->events != NULL && adoption->event_count < EVENTS_MOST) {
        adoption->events[adoption->event_count++] = *event;
    }
}

/* The events wait until there is a board of our own: store_adopted. */
static void adopt(struct adoption *adoption)
{
    const struct supervisor *supervisor = adoption->supervisor;
    struct board_adopter adopter = {.on_instance = adopt_instance,
                                    .on_event = adopt_event,
                                    .context = adoption};
    adoption->now_ms = clock_monotonic_ms();
    adoption->events = calloc(EVENTS_MOST, sizeof(*adoption->events));
    int error = board_adopt(supervisor->settings->run_dir, supervisor->boot_id,
                            &adopter);

    if (error == 0) {
        log_event(LEVEL_INFO, "board_adopted",
                  LOG_NUMBER("instances", adoption->count),
                  LOG_NUMBER("events", adoption->event_count));
    } else if (error != UV_ENOENT) {
        log_event(LEVEL_INFO, "board_not_adopted",
                  LOG_TEXT("why", strerror(-error)));
    }
}

static void store_adopted(struct adoption *adoption)
{
    for (uint32_t i = 0; i < adoption->event_count; i++) {
        chronicle_carry(adoption->supervisor, &adoption->events[i]);
    }
}

/* --- our own record ------------------------------------------------------ */

static void describe_process(struct board_agent *agent)
{
    (void)text_copy(agent->version, sizeof(agent->version), VERSION); /* fits */
    agent->pid = getpid();
    agent->started_wall_ms = clock_wall_ms();
    agent->started_ms = clock_monotonic_ms();
}

/* The texts are of the same size on both sides. */
static void describe_settings(struct supervisor *supervisor)
{
    const struct settings *settings = supervisor->settings;
    struct board_agent *agent = &supervisor->agent;

    (void)text_copy(agent->cluster, sizeof(agent->cluster), settings->cluster);
    (void)text_copy(agent->host, sizeof(agent->host), settings->host);
    (void)text_copy(agent->state_path, sizeof(agent->state_path),
                    settings->state_path);
    (void)text_copy(agent->run_dir, sizeof(agent->run_dir), settings->run_dir);
    (void)text_copy(agent->config_file, sizeof(agent->config_file),
                    settings->file);
    (void)text_copy(agent->http_names, sizeof(agent->http_names),
                    settings->http_names);
    agent->config_loaded_wall_ms = clock_wall_ms();
    agent->rounds_since_ms = clock_monotonic_ms();
    agent->publish_heartbeat_ms = settings->heartbeat_ms;
    agent->redis_up_alias = settings->redis_up_alias;
    agent->interval_ms = settings->interval_ms;
    agent->instance_count = settings->instance_count;
    agent->has_zookeeper = settings->has_zookeeper;
    agent->session_timeout_ms =
        settings->has_zookeeper ? settings->session_timeout_ms : 0;
}

static void store_all(struct supervisor *supervisor)
{
    const struct settings *settings = supervisor->settings;

    for (uint32_t i = 0; i < settings->instance_count; i++) {
        struct board_settings shown;
        board_settings_fill(&shown, settings, i);
        int error =
            board_store_instance(supervisor->board, i, &shown,
                                 engine_instance(supervisor->engine, i));
        if (error != 0) {
            log_event(LEVEL_ERROR, "board_too_small",
                      LOG_TEXT("name", shown.name),
                      LOG_TEXT("why", strerror(-error)));
        }
    }
    board_store_zookeeper(supervisor->board, &supervisor->zookeeper);
    board_store_tasks(supervisor->board, supervisor->tasks);
    supervisor->service_slots = 0;
    supervisor->are_services_dirty = true;
    scoreboard_beat(supervisor);
}

int scoreboard_open(struct supervisor *supervisor)
{
    const struct settings *settings = supervisor->settings;

    struct adoption adoption = {.supervisor = supervisor};
    adopt(&adoption);
    operator_desk_restore(&supervisor->operators, supervisor->engine, settings);
    int error = board_create(settings->run_dir, supervisor->boot_id,
                             settings->instance_count,
                             board_settings_room(settings), &supervisor->board);
    if (error == 0) {
        store_adopted(&adoption);
    }
    free(adoption.events);
    if (error != 0) {
        return error;
    }
    describe_process(&supervisor->agent);
    describe_settings(supervisor);
    supervisor->zookeeper.state =
        settings->has_zookeeper ? ZOOKEEPER_BOOT : ZOOKEEPER_OFF;
    supervisor->zookeeper.since_ms = supervisor->agent.started_ms;
    store_all(supervisor);
    return 0;
}

static void carry_chronicle(struct supervisor *supervisor,
                            const struct board *old)
{
    uint64_t last = supervisor->agent.last_event;
    for (uint64_t back = 0; back < EVENTS_MOST && back < last; back++) {
        struct event event;
        if (board_read_event(old, last - back, &event) == 0) {
            chronicle_carry(supervisor, &event);
        }
    }
    last = supervisor->agent.last_ending;
    for (uint64_t back = 0; back < ENDINGS_MOST && back < last; back++) {
        struct ending ending;
        if (board_read_ending(old, last - back, &ending) == 0) {
            board_store_ending(supervisor->board, &ending);
        }
    }
}

void scoreboard_replace(struct supervisor *supervisor, struct board *board)
{
    struct board *old = supervisor->board;

    supervisor->board = board;
    carry_chronicle(supervisor, old);
    board_destroy(old);
    describe_settings(supervisor);
    store_all(supervisor);
}

/* A first full round is published: every claim there is stands in ZooKeeper;
 * without ZooKeeper, every instance had its first outcome. Once true it
 * stays. */
static bool is_first_round_out(struct supervisor *supervisor,
                               const struct engine_round *round)
{
    if (!round->is_complete || finder_is_awaited(&supervisor->finder)) {
        return false;
    }
    if (!supervisor->settings->has_zookeeper) {
        return true;
    }
    for (uint32_t i = 0; i < supervisor->settings->instance_count; i++) {
        const struct instance *instance =
            engine_instance(supervisor->engine, i);
        if (instance->publication.claim_version < instance->claim.version) {
            return false;
        }
    }
    return true;
}

static void log_round_ended(const struct supervisor *supervisor,
                            const struct engine_round *round)
{
    struct census census;

    if (log_get_level() < LEVEL_DEBUG) {
        return; /* not worth the counting */
    }
    census_take(&census, supervisor->settings, supervisor->engine);
    log_event(LEVEL_DEBUG, "round_ended", LOG_NUMBER("round", round->number),
              LOG_NUMBER("duration_ms", round->ended_ms - round->started_ms),
              LOG_NUMBER("instances", census.total),
              LOG_NUMBER("up", census.of[STATE_UP]),
              LOG_NUMBER("down", census.of[STATE_DOWN]),
              LOG_NUMBER("unknown", census.of[STATE_UNKNOWN]),
              LOG_NUMBER("late_results", round->late_results));
}

void scoreboard_beat(struct supervisor *supervisor)
{
    struct board_agent *agent = &supervisor->agent;
    struct engine_round round;

    engine_round(supervisor->engine, &round);
    if (round.ended_ms != 0 && round.ended_ms != agent->round_ended_ms) {
        log_round_ended(supervisor, &round);
    }
    agent->round = round.number;
    agent->round_started_ms = round.started_ms;
    agent->round_ended_ms = round.ended_ms;
    agent->late_results = round.late_results;
    memcpy(agent->stages, engine_stages(supervisor->engine),
           sizeof(agent->stages));
    agent->is_stopping = supervisor->state != SUPERVISOR_RUNNING;
    agent->log_lost = log_lost();
    agent->deaths = supervisor->deathwatch.ends;
    agent->watched = supervisor->deathwatch.count;
    agent->heartbeat_ms = clock_monotonic_ms();
    agent->unkillable =
        child_count_unkillable(supervisor->tasks, agent->heartbeat_ms);
    engine_worst(supervisor->engine, agent->heartbeat_ms, &agent->worst);
    if (!agent->is_ready && is_first_round_out(supervisor, &round)) {
        agent->is_ready = true;
        log_event(LEVEL_INFO, "ready", LOG_NUMBER("round", round.number));
    }
    board_store_agent(supervisor->board, agent);
}

/* --- helpers ------------------------------------------------------------- */

static void show_services(struct supervisor *supervisor)
{
    struct board_service shown;
    uint32_t slot = 0;

    if (supervisor->settings->has_zookeeper) {
        service_show(&supervisor->publisher, &shown);
        board_store_service(supervisor->board, slot++, &shown);
    }
    service_show(&supervisor->console, &shown);
    board_store_service(supervisor->board, slot++, &shown);
    for (uint32_t i = 0; i < ENGINE_PROBERS_MOST; i++) {
        if (slot < BOARD_SERVICES_MOST &&
            prober_pool_show(&supervisor->pool, i, &shown)) {
            (void)text_copy(shown.note, sizeof(shown.note),
                            engine_prober_note(supervisor->engine,
                                               shown.generation)); /* fits */
            board_store_service(supervisor->board, slot++, &shown);
        }
    }
    for (uint32_t i = slot; i < supervisor->service_slots; i++) {
        board_store_service(supervisor->board, i,
                            &(struct board_service){.kind = SERVICE_NONE});
    }
    supervisor->service_slots = slot;
}

/* A round that began or ended is told at once, not at the next heartbeat. */
static bool has_round_moved(const struct supervisor *supervisor)
{
    struct engine_round round;

    engine_round(supervisor->engine, &round);
    return round.number != supervisor->agent.round ||
           round.ended_ms != supervisor->agent.round_ended_ms;
}

static bool has_watch_moved(const struct supervisor *supervisor)
{
    const struct deathwatch *watch = &supervisor->deathwatch;

    return watch->ends != supervisor->agent.deaths ||
           watch->count != supervisor->agent.watched;
}

void scoreboard_update(struct supervisor *supervisor)
{
    uint32_t index = 0;

    while (engine_take_dirty(supervisor->engine, &index)) {
        const struct instance *instance =
            engine_instance(supervisor->engine, index);
        (void)board_store_instance(supervisor->board, index, NULL,
                                   instance); /* without settings: 0 */
        deathwatch_note(&supervisor->deathwatch, index, &instance->facts);
    }
    if (supervisor->tasks->changes != supervisor->tasks_shown) {
        supervisor->tasks_shown = supervisor->tasks->changes;
        board_store_tasks(supervisor->board, supervisor->tasks);
    }
    if (supervisor->are_services_dirty) {
        supervisor->are_services_dirty = false;
        show_services(supervisor);
    }
    if (has_round_moved(supervisor) || has_watch_moved(supervisor) ||
        !supervisor->agent.is_ready) {
        scoreboard_beat(supervisor);
    }
    if (board_was_cut(supervisor->board)) {
        /* Cut by a store of just now, it is mended before any look. */
        log_event(LEVEL_WARNING, "board_was_cut",
                  LOG_TEXT("run_dir", supervisor->settings->run_dir));
        store_all(supervisor);
    }
}
