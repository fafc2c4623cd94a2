/*
 * probe.c - see probe.h. The life of one probe:
 *
 *               open    sent     secured  bytes  end     deadline  closed
 *  IDLE         CONNECTING, or as after `sent`; or the result at once: no
 *               address, a file of ours that is not usable, refused twice
 *  CONNECTING   -       SPEAKS   -        *      again   result    -
 *  HANDSHAKING  -       -        TALKING  -      again   result    -
 *  TALKING      -       -        -        *      again   result    -
 *  RETRYING     -       -        -        -      -       result    as IDLE
 *  CLOSING      -       -        -        -      -       -         IDLE
 *
 *  SPEAKS  HANDSHAKING with TLS, else TALKING
 *  *       the replies' parts go into the evidence; result when all have come,
 *          or when they break the rules
 *  again   RETRYING if it was the first connection and no reply has come (a
 *          refused or reset connection may be a blip), else result
 *
 * A result sends the probe to CLOSING, or to IDLE when nothing is open.
 *
 * Whatever runs for a probe runs between `enter` and `leave`, so that the
 * page shared with the supervisor names it if this process hangs or dies.
 */
#include "prober/probe.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "prober/probe_open.h"
#include "prober/probe_stages.h"
#include "prober/verdict_rules.h"

#define ATTEMPTS_MOST 2

static void on_enter(struct line *line)
{
    probe_stages_enter(line->owner);
}

static void on_leave(struct line *line)
{
    probe_stages_leave(line->owner);
}

static void set_state(struct probe *probe, enum probe_state state)
{
    probe->state = state;
}

/* --- the result -------------------------------------------------------- */

static void report(struct probe *probe)
{
    struct result result = {
        .task = probe->task,
        .is_deep = probe->evidence.is_deep,
        .has_facts =
            probe->evidence.replies[COMMAND_INFO].answer == ANSWER_GOOD,
        .facts = probe->evidence.info.facts,
    };
    for (int i = 0; i < STEP_COUNT; i++) {
        result.stage_us[i] = probe->stages_us[i];
    }
    if (result.has_facts) {
        probe->peer.is_local =
            transport_is_local(&probe->line.transport, &probe->call);
        result.facts.values[FACT_CERTIFICATE_END] =
            line_certificate_end(&probe->line);
    }
    if (result.is_deep) {
        peer_prove(&probe->peer, &probe->evidence.info, &result.facts);
    }
    verdict_rules_judge(&probe->evidence, &result.verdict);
    probe->room->on_result(probe, &result);
}

static void conclude(struct probe *probe, enum evidence_end how, int error)
{
    assert(probe->state != PROBE_CLOSING);
    (void)uv_timer_stop(&probe->timer); /* always 0 */
    evidence_close(&probe->evidence, probe->flight, probe->replies.count, how,
                   error);
    replies_finish(&probe->replies);
    report(probe);
    free(probe->access);
    probe->access = NULL;
    bool was_retrying = probe->state == PROBE_RETRYING;
    if (line_is_open(&probe->line)) {
        set_state(probe, PROBE_CLOSING);
        line_close(&probe->line);
    } else if (was_retrying) {
        set_state(probe, PROBE_CLOSING);
    } else {
        set_state(probe, PROBE_IDLE);
        probe->room->on_idle(probe);
    }
}

/* --- connecting, and once more ----------------------------------------- */

static bool may_be_blip(const struct probe *probe, enum evidence_end how)
{
    return probe->attempts < ATTEMPTS_MOST && probe->replies.count == 0 &&
           (how == EVIDENCE_REFUSED || how == EVIDENCE_CLOSED);
}

static void note_part(void *owner, const struct reply_part *part)
{
    struct probe *probe = owner;
    evidence_note(&probe->evidence, probe->flight->commands[part->reply], part);
}

static void begin_evidence(struct probe *probe)
{
    evidence_init(&probe->evidence, probe->flight);
    replies_init(&probe->replies, probe->flight->count, note_part, probe);
}

static enum evidence_end connect_once(struct probe *probe, int *error)
{
    probe->attempts++;
    set_state(probe, PROBE_CONNECTING);
    begin_evidence(probe);
    return probe_open(probe, error);
}

/* Connected, and our first bytes are on their way. */
static void start_speaking(struct probe *probe)
{
    probe_stages_mark(probe, STEP_CONNECT);
    probe->evidence.is_handshaking = probe_open_has_tls(probe);
    set_state(probe, probe->evidence.is_handshaking ? PROBE_HANDSHAKING
                                                    : PROBE_TALKING);
}

static void connect_probe(struct probe *probe)
{
    int error = 0;
    enum evidence_end how = connect_once(probe, &error);
    while (how != EVIDENCE_COMPLETE && may_be_blip(probe, how)) {
        how = connect_once(probe, &error);
    }
    if (how != EVIDENCE_COMPLETE) {
        conclude(probe, how, error);
        return;
    }
    probe->peer.vouched = transport_peer_process(&probe->line.transport);
    if (line_is_sent(&probe->line)) {
        start_speaking(probe);
    }
}

/* --- what the line tells ------------------------------------------------ */

static void on_sent(struct line *line)
{
    start_speaking(line->owner);
}

static void on_secured(struct line *line)
{
    struct probe *probe = line->owner;
    probe_stages_mark(probe, STEP_TLS);
    probe->evidence.is_handshaking = false;
    set_state(probe, PROBE_TALKING);
}

static void on_bytes(struct line *line, const char *bytes, size_t length)
{
    struct probe *probe = line->owner;
    unsigned before = probe->replies.count;
    int status = replies_feed(&probe->replies, bytes, length);
    probe_stages_mark_replies(probe, before);
    if (status != 0) {
        conclude(probe,
                 evidence_end_of(&probe->evidence, probe->flight,
                                 probe->replies.count, status),
                 -status);
    } else if (probe->replies.count == probe->flight->count) {
        conclude(probe, EVIDENCE_COMPLETE, 0);
    }
}

static void on_end(struct line *line, int status)
{
    struct probe *probe = line->owner;
    enum evidence_end how = probe_open_judge(status);
    if (may_be_blip(probe, how)) {
        probe->first_end = how;
        probe->first_error = -status;
        replies_finish(&probe->replies);
        set_state(probe, PROBE_RETRYING);
        line_close(line);
        return;
    }
    (void)text_copy(probe->evidence.trouble, sizeof(probe->evidence.trouble),
                    line_trouble(line)); /* cut is fine */
    if (line_is_our_fault(line)) {
        how = EVIDENCE_AGENT;
    }
    conclude(probe, how, -status);
}

static void on_closed(struct line *line)
{
    struct probe *probe = line->owner;
    if (probe->state == PROBE_RETRYING) {
        connect_probe(probe);
    } else {
        assert(probe->state == PROBE_CLOSING);
        set_state(probe, PROBE_IDLE);
        probe->room->on_idle(probe);
    }
}

static const struct line_events line_events = {
    .on_enter = on_enter,
    .on_leave = on_leave,
    .on_sent = on_sent,
    .on_secured = on_secured,
    .on_bytes = on_bytes,
    .on_end = on_end,
    .on_closed = on_closed,
};

/* --- the deadline ------------------------------------------------------ */

/* Timers run before sockets are polled: after a pause of ours the answer may
 * lie there unread. So look first, and believe silence only if the timer was
 * on time. */
static void meet_deadline(struct probe *probe)
{
    uint64_t now_ms = uv_now(probe->room->loop);
    bool is_late = now_ms > probe->deadline_ms + PROBE_LATE_MS;
    if (probe->state == PROBE_RETRYING) {
        conclude(probe, probe->first_end, probe->first_error);
        return;
    }
    probe->attempts = ATTEMPTS_MOST; /* no time for another */
    transport_look(&probe->line.transport);
    probe_stages_enter(probe); /* the look left */
    if (probe->state == PROBE_CLOSING || probe->state == PROBE_IDLE) {
        return;
    }
    if (is_late) {
        conclude(probe, EVIDENCE_AGENT, ETIME);
        return;
    }
    probe_stages_mark_end(probe);
    peer_look(&probe->peer, &probe->evidence);
    conclude(probe,
             probe->state == PROBE_CONNECTING ? EVIDENCE_BACKLOG
                                              : EVIDENCE_DEADLINE,
             0);
}

static void handle_deadline(uv_timer_t *timer)
{
    struct probe *probe = timer->data;
    probe_stages_enter(probe);
    meet_deadline(probe);
    probe_stages_leave(probe);
}

/* --- public ------------------------------------------------------------ */

/* Where to. COMPLETE stands for "a numeric address". */
static enum evidence_end read_address(struct probe *probe, const char *text)
{
    struct address address;
    const char *why = NULL;
    if (address_parse(text, false, &address, &why) != 0) {
        return EVIDENCE_AGENT;
    }
    if (address.kind == ADDRESS_NAME) {
        return EVIDENCE_NAME;
    }
    int status = address_to_sockaddr(&address, &probe->call.address,
                                     &probe->call.address_length);
    return status == 0 ? EVIDENCE_COMPLETE : EVIDENCE_AGENT;
}

static const struct flight *choose_flight(const struct probe_room *room,
                                          const struct message_probe *order)
{
    bool has_auth = order->access.password_file[0] != '\0';
    unsigned parts = (has_auth ? (unsigned)FLIGHT_AUTH : 0) |
                     (order->is_deep ? (unsigned)FLIGHT_DEEP : 0) |
                     (order->is_cluster ? (unsigned)FLIGHT_CLUSTER : 0) |
                     (order->canary ? (unsigned)FLIGHT_CANARY : 0);
    return &room->flights[parts];
}

/* Keeps of the order what is needed later. 0 or -ENOMEM. */
static int take_order(struct probe *probe, const struct message_probe *order)
{
    const struct instance_access *access = &order->access;
    probe->flight = choose_flight(probe->room, order);
    probe->call.bytes = probe->flight->bytes;
    probe->call.length = probe->flight->length;
    probe->call.is_lasting = true;
    probe->evidence.known =
        (struct evidence_known){.was_loading = order->was_loading,
                                .is_last_address = order->is_last_address,
                                .max_lag_ms = order->max_lag_ms,
                                .max_gap = order->max_gap};
    probe->peer = (struct peer){.known_pid = order->pid,
                                .known_start = order->start_ticks};
    if (access->password_file[0] == '\0' && !access->has_tls) {
        return 0;
    }
    probe->access = malloc(sizeof(*probe->access));
    if (probe->access == NULL) {
        return -ENOMEM;
    }
    *probe->access = *access;
    return 0;
}

/* An order that leads to no connection. */
static void give_up(struct probe *probe, const struct message_probe *order,
                    enum evidence_end how, int status)
{
    begin_evidence(probe);
    (void)text_copy(probe->evidence.trouble, sizeof(probe->evidence.trouble),
                    order->name_trouble); /* fits */
    if (status != 0) {
        conclude(probe, EVIDENCE_AGENT, -status);
    } else {
        conclude(probe, how, EINVAL);
    }
}

void probe_init(struct probe *probe, struct probe_room *room)
{
    *probe = (struct probe){.room = room, .state = PROBE_IDLE};
    (void)uv_timer_init(room->loop, &probe->timer); /* always 0 */
    probe->timer.data = probe;
    line_init(&probe->line, &line_events, room->buffer, probe);
}

void probe_start(struct probe *probe, const struct message_probe *order)
{
    assert(probe->state == PROBE_IDLE);
    probe->task = order->task;
    probe_stages_enter(probe);
    probe->deadline_ms = uv_now(probe->room->loop) + order->timeout_ms;
    probe->stage_us = clock_monotonic_us();
    probe->attempts = 0;
    memset(probe->stages_us, 0, sizeof(probe->stages_us));
    probe->stages_us[STEP_RESOLVE] = order->resolve_us;
    int status = take_order(probe, order);
    enum evidence_end how = read_address(probe, order->addr);
    if (status == 0 && how == EVIDENCE_COMPLETE) {
        (void)uv_timer_start(&probe->timer, handle_deadline, order->timeout_ms,
                             0); /* fails only for a closed timer */
        connect_probe(probe);
    } else {
        give_up(probe, order, how, status);
    }
    probe_stages_leave(probe);
}

void probe_finish(struct probe *probe)
{
    assert(probe->state == PROBE_IDLE);
    uv_close((uv_handle_t *)&probe->timer, NULL);
}
