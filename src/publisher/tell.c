/*
 * tell.c - what the supervisor hears: the session's state, acknowledgements
 * and alarms, which it logs. A supervisor that no longer reads is none; then
 * the process ends and its successor says everything anew.
 */
#include "publisher/publisher.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static void send_message(struct publisher *publisher,
                         const struct message *message)
{
    if (channel_send(&publisher->channel, message) != 0) {
        publisher_leave(PUBLISHER_EXIT_ORPHAN, "the supervisor does not read");
    }
}

void publisher_flush(struct publisher *publisher)
{
    if (channel_flush(&publisher->channel) != 0) {
        publisher_leave(PUBLISHER_EXIT_ORPHAN, "the channel is broken");
    }
}

void publisher_tell_hello(struct publisher *publisher)
{
    send_message(publisher, &(struct message){.kind = MESSAGE_PUBLISHER_HELLO,
                                              .format = MESSAGE_FORMAT});
    publisher_flush(publisher);
}

void publisher_tell_session(struct publisher *publisher)
{
    struct message message = {.kind = MESSAGE_SESSION};
    struct message_session *session = &message.session;
    session->state = publisher->state;
    session->session_id = publisher->session.id;
    session->negotiated_ms = publisher->negotiated_ms;
    session->sessions = publisher->counters.sessions;
    session->writes = publisher->counters.writes;
    session->transactions = publisher->counters.transactions;
    session->failures = publisher->counters.failures;
    (void)text_copy(session->server, sizeof session->server,
                    publisher->server); /* same size */
    publisher->told = publisher->counters;
    send_message(publisher, &message);
}

void publisher_tell_counters(struct publisher *publisher)
{
    if (memcmp(&publisher->told, &publisher->counters,
               sizeof publisher->told) != 0) {
        publisher_tell_session(publisher);
        publisher_flush(publisher);
    }
}

void publisher_tell_vitals(struct publisher *publisher)
{
    if (pulse_tell(&publisher->vitals, &publisher->channel,
                   MESSAGE_PUBLISHER_VITALS) != 0) {
        publisher_leave(PUBLISHER_EXIT_ORPHAN, "the supervisor does not read");
    }
}

static void tell_published(struct publisher *publisher,
                           const struct tree_notice *notice)
{
    struct message message = {.kind = MESSAGE_PUBLISHED};
    message.published =
        (struct message_published){.instance = notice->slot,
                                   .claim_version = notice->claim_version,
                                   .since_wall_ms = notice->since_wall_ms,
                                   .czxid = notice->stat.czxid,
                                   .node_version = notice->stat.version,
                                   .said_ms = clock_monotonic_ms()};
    send_message(publisher, &message);
}

static void describe_alarm(const struct publisher *publisher,
                           const struct tree_notice *notice,
                           struct message_alarm *alarm)
{
    bool is_refusal = notice->kind == TREE_REFUSAL_RAISED ||
                      notice->kind == TREE_REFUSAL_CLEARED;
    (void)text_copy(alarm->what, sizeof alarm->what,
                    is_refusal ? "write_refused" : "foreign_node"); /* fits */
    if (!alarm->is_raised) {
        return;
    }
    if (is_refusal) {
        (void)text_copy(alarm->detail, sizeof alarm->detail,
                        zk_refusal(publisher->refusal)); /* fits */
    } else if (notice->stat.owner != 0) {
        (void)text_format(alarm->detail, sizeof alarm->detail,
                          "owned by the session 0x%" PRIx64
                          ", which is not ours",
                          notice->stat.owner); /* fits */
    } else {
        (void)text_copy(alarm->detail, sizeof alarm->detail,
                        "a persistent node, or one we may not read");
    }
}

static void tell_alarm(struct publisher *publisher,
                       const struct tree_notice *notice)
{
    struct message message = {.kind = MESSAGE_ALARM};
    struct message_alarm *alarm = &message.alarm;
    alarm->is_raised = notice->kind == TREE_ALARM_RAISED ||
                       notice->kind == TREE_REFUSAL_RAISED;
    alarm->since_wall_ms = clock_wall_ms();
    describe_alarm(publisher, notice, alarm);
    char path[TREE_PATH_BYTES];
    (void)tree_path(publisher->desk.tree, notice->slot, path,
                    sizeof path); /* any of ours fits */
    (void)text_copy(alarm->path, sizeof alarm->path,
                    path); /* for people: may be cut */
    send_message(publisher, &message);
}

void publisher_tell_notices(struct publisher *publisher)
{
    struct tree_notice notice;
    while (tree_take_notice(publisher->desk.tree, &notice)) {
        switch (notice.kind) {
        case TREE_PUBLISHED:
            tell_published(publisher, &notice);
            break;
        case TREE_ALARM_RAISED:
        case TREE_ALARM_CLEARED:
        case TREE_REFUSAL_RAISED:
        case TREE_REFUSAL_CLEARED:
            tell_alarm(publisher, &notice);
            break;
        }
    }
}

void publisher_tell_trouble(struct publisher *publisher, const char *what,
                            const char *path, const char *trouble)
{
    struct message message = {.kind = MESSAGE_ALARM};
    struct message_alarm *alarm = &message.alarm;
    alarm->is_raised = trouble[0] != '\0';
    alarm->since_wall_ms = clock_wall_ms();
    (void)text_copy(alarm->what, sizeof alarm->what, what); /* fits */
    (void)text_copy(alarm->path, sizeof alarm->path,
                    path); /* for people: may be cut */
    (void)text_copy(alarm->detail, sizeof alarm->detail,
                    trouble); /* as above */
    send_message(publisher, &message);
    publisher_flush(publisher);
}
