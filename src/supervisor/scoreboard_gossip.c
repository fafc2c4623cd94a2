/*
 * scoreboard_gossip.c - what the publisher says of its session and its
 * trouble, on the board and in the log; see scoreboard.h.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "config/settings_bounds.h"
#include "supervisor/scoreboard.h"

static bool may_log_gossip(struct supervisor *supervisor)
{
    struct gossip_log *gossip = &supervisor->gossip_log;
    uint64_t now_ms = clock_monotonic_ms();

    if (now_ms - gossip->counted_ms >= GOSSIP_LINES_MS) {
        if (gossip->unlogged > 0) {
            log_event(LEVEL_WARNING, "gossip_not_logged",
                      LOG_NUMBER("lines", gossip->unlogged));
        }
        *gossip = (struct gossip_log){.counted_ms = now_ms};
    }
    if (gossip->lines >= GOSSIP_LINES_MOST) {
        gossip->unlogged++;
        return false;
    }
    gossip->lines++;
    return true;
}

static bool has_alarm(const struct board_zookeeper *zookeeper)
{
    for (size_t i = 0; i < BOARD_ALARMS_MOST; i++) {
        if (zookeeper->alarms[i].what[0] != '\0') {
            return true;
        }
    }
    return false;
}

/* The engine keeps the promises' figures by it. */
static void tell_engine(struct supervisor *supervisor)
{
    const struct board_zookeeper *zookeeper = &supervisor->zookeeper;
    struct engine_event event = {.kind = ENGINE_CONTACT};
    bool is_settled = zookeeper->state == ZOOKEEPER_STEADY;

    event.contact = (struct engine_contact){
        .is_connected = is_settled || zookeeper->state == ZOOKEEPER_RECONCILE,
        .is_settled = is_settled,
        .is_hindered = has_alarm(zookeeper),
        .session_id = zookeeper->session_id,
        .negotiated_ms = zookeeper->negotiated_ms,
    };
    supervisor_feed(supervisor, &event);
}

static void store_zookeeper(struct supervisor *supervisor)
{
    supervisor->zookeeper.told_ms = clock_monotonic_ms();
    board_store_zookeeper(supervisor->board, &supervisor->zookeeper);
    tell_engine(supervisor);
}

static void change_zookeeper_state(struct supervisor *supervisor,
                                   enum zookeeper_state state)
{
    struct board_zookeeper *zookeeper = &supervisor->zookeeper;

    if (zookeeper->state == state) {
        return;
    }
    if (may_log_gossip(supervisor)) {
        log_event(LEVEL_INFO, "zookeeper_changed",
                  LOG_TEXT("from", zookeeper_state_name(zookeeper->state)),
                  LOG_TEXT("to", zookeeper_state_name(state)),
                  LOG_TEXT("server", zookeeper->server));
    }
    zookeeper->state = state;
    zookeeper->since_ms = clock_monotonic_ms();
}

void scoreboard_take_session(struct supervisor *supervisor,
                             const struct message_session *session)
{
    struct board_zookeeper *zookeeper = &supervisor->zookeeper;
    bool is_granted = session->negotiated_ms != 0 &&
                      session->negotiated_ms != zookeeper->negotiated_ms;

    zookeeper->session_id = session->session_id;
    zookeeper->negotiated_ms = session->negotiated_ms;
    zookeeper->sessions = session->sessions;
    zookeeper->writes = session->writes;
    zookeeper->transactions = session->transactions;
    zookeeper->failures = session->failures;
    (void)text_copy(zookeeper->server, sizeof(zookeeper->server),
                    session->server); /* the same size */
    change_zookeeper_state(supervisor, session->state);
    if (is_granted && may_log_gossip(supervisor)) {
        settings_log_bounds(supervisor->settings, session->negotiated_ms);
    }
    store_zookeeper(supervisor);
}

static struct board_alarm *find_alarm(struct board_zookeeper *zookeeper,
                                      const char *what, const char *path)
{
    for (size_t i = 0; i < BOARD_ALARMS_MOST; i++) {
        struct board_alarm *alarm = &zookeeper->alarms[i];
        if (strcmp(alarm->what, what) == 0 && strcmp(alarm->path, path) == 0) {
            return alarm;
        }
    }
    return NULL;
}

static void log_alarm(struct supervisor *supervisor,
                      const struct message_alarm *told)
{
    if (may_log_gossip(supervisor)) {
        log_event(told->is_raised ? LEVEL_WARNING : LEVEL_INFO,
                  told->is_raised ? "alarm" : "alarm_over",
                  LOG_TEXT("what", told->what), LOG_TEXT("path", told->path),
                  LOG_TEXT("detail", told->detail));
    }
}

void scoreboard_take_alarm(struct supervisor *supervisor,
                           const struct message_alarm *told)
{
    struct board_zookeeper *zookeeper = &supervisor->zookeeper;
    struct board_alarm *alarm = find_alarm(zookeeper, told->what, told->path);

    if (told->is_raised == (alarm == NULL)) {
        log_alarm(supervisor, told);
    }
    if (!told->is_raised && alarm != NULL) {
        memset(alarm, 0, sizeof(*alarm));
    } else if (told->is_raised && alarm == NULL) {
        alarm = find_alarm(zookeeper, "", "");
    }
    if (told->is_raised && alarm != NULL) {
        (void)text_copy(alarm->what, sizeof(alarm->what), told->what);
        (void)text_copy(alarm->path, sizeof(alarm->path), told->path);
        (void)text_copy(alarm->detail, sizeof(alarm->detail), told->detail);
        alarm->since_wall_ms = told->since_wall_ms;
    }
    store_zookeeper(supervisor);
}

void scoreboard_lose_session(struct supervisor *supervisor)
{
    change_zookeeper_state(supervisor, supervisor->settings->has_zookeeper
                                           ? ZOOKEEPER_BOOT
                                           : ZOOKEEPER_OFF);
    supervisor->zookeeper.session_id = 0;
    memset(
        supervisor->zookeeper.alarms, 0,
        sizeof(supervisor->zookeeper.alarms)); /* its successor looks again */
    store_zookeeper(supervisor);
}
