/*
 * probe.c - see probe.h. The life of one probe:
 *
 *               open    sent     secured  bytes  end     deadline  closed
 *  IDLE         CONNECTING, or as after `sent`; or WAITING, or the result at
 *               once: no address, a file of ours not usable, refused twice
 *  WAITING      -       -        -        -      -       as IDLE   -
 *  CONNECTING   -       SPEAKS   -        *      again   result +  -
 *  HANDSHAKING  -       -        TALKING  -      again   result +  -
 *  TALKING      -       -        -        *      again   result +  -
 *  RETRYING     -       -        -        -      -       result    as IDLE
 *  CLOSING      -       -        -        -      -       -         IDLE
 *
 *  +       once, it may be put off: see patience.h
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
#include "prober/probe_order.h"
#include "prober/probe_stages.h"
#include "prober/verdict_rules.h"

#define ATTEMPTS_MOST 2
/* Until files of ours that are being renewed are looked at again. */
#define FILES_WAIT_MS 50

/* It may begin a connection, and a connection that begins sets it. */
static void handle_timer(uv_timer_t *timer);

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
    (void)uv_timer_stop(probe->timer); /* always 0 */
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

static uint64_t time_left(const struct probe *probe)
{
    return patience_left(&probe->patience, uv_now(probe->room->loop));
}

/* The timer that stands for the deadline; it fails only when closed. */
static void set_timer(struct probe *probe, uint64_t wait_ms)
{
    (void)uv_timer_start(probe->timer, handle_timer, wait_ms, 0);
}

/* Files of ours are renewed one after the other: what does not fit together at
 * this moment may at the next. Whether the probe waits for that, once. */
static bool wait_for_files(struct probe *probe)
{
    if (probe->has_waited || time_left(probe) <= FILES_WAIT_MS ||
        !probe_open_is_renewed(probe)) {
        return false;
    }
    probe->has_waited = true;
    probe->attempts--; /* it opened no connection */
    replies_finish(&probe->replies);
    set_state(probe, PROBE_WAITING);
    set_timer(probe, FILES_WAIT_MS);
    return true;
}

static void connect_probe(struct probe *probe)
{
    int error = 0;
    enum evidence_end how = connect_once(probe, &error);
    while (how != EVIDENCE_COMPLETE && may_be_blip(probe, how)) {
        how = connect_once(probe, &error);
    }
    if (how == EVIDENCE_AGENT && wait_for_files(probe)) {
        return;
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

/* All that we can hear was heard, and it is not enough. */
static void believe_silence(struct probe *probe)
{
    struct evidence *evidence = &probe->evidence;
    if (!patience_is_fair(&probe->patience, &probe->room->turns,
                          clock_monotonic_ms(), evidence->trouble,
                          sizeof(evidence->trouble))) {
        conclude(probe, EVIDENCE_AGENT, ETIME);
        return;
    }
    probe_stages_mark_end(probe);
    evidence->has_shaken = line_has_heard(&probe->line);
    peer_look(&probe->peer, evidence);
    conclude(probe,
             probe->state == PROBE_CONNECTING ? EVIDENCE_BACKLOG
                                              : EVIDENCE_DEADLINE,
             0);
}

/* Timers run before sockets are polled: after a pause of ours the answer may
 * lie there unread. So look first. */
static void meet_deadline(struct probe *probe)
{
    if (probe->state == PROBE_RETRYING) {
        conclude(probe, probe->first_end, probe->first_error);
        return;
    }
    probe->attempts = ATTEMPTS_MOST; /* no time for another */
    bool has_heard = transport_look(&probe->line.transport);
    probe_stages_enter(probe); /* the look left */
    if (probe->state == PROBE_CLOSING || probe->state == PROBE_IDLE) {
        return;
    }
    uint64_t now_ms = clock_monotonic_ms();
    if (patience_extend(&probe->patience, &probe->room->turns, now_ms,
                        has_heard)) {
        set_timer(probe, time_left(probe));
    } else {
        believe_silence(probe);
    }
}

static void handle_timer(uv_timer_t *timer)
{
    struct probe *probe = timer->data;
    probe_stages_enter(probe);
    if (probe->state == PROBE_WAITING) {
        set_timer(probe, time_left(probe));
        connect_probe(probe);
    } else {
        meet_deadline(probe);
    }
    probe_stages_leave(probe);
}

/* --- public ------------------------------------------------------------ */

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

void probe_init(struct probe *probe, struct probe_room *room, uv_timer_t *timer)
{
    *probe = (struct probe){.room = room, .state = PROBE_IDLE, .timer = timer};
    timer->data = probe;
    line_init(&probe->line, &line_events, room->buffer, probe);
}

void probe_start(struct probe *probe, const struct message_probe *order)
{
    assert(probe->state == PROBE_IDLE);
    probe->task = order->task;
    probe_stages_enter(probe);
    patience_start(&probe->patience, &probe->room->turns,
                   uv_now(probe->room->loop), order->timeout_ms);
    probe->stage_us = clock_monotonic_us();
    probe->attempts = 0;
    probe->has_waited = false;
    memset(probe->stages_us, 0, sizeof(probe->stages_us));
    probe->stages_us[STEP_RESOLVE] = order->resolve_us;
    int status = probe_order_take(probe, order);
    enum evidence_end how = probe_order_address(probe, order->addr);
    if (status == 0 && how == EVIDENCE_COMPLETE) {
        set_timer(probe, time_left(probe));
        connect_probe(probe);
    } else {
        give_up(probe, order, how, status);
    }
    probe_stages_leave(probe);
}
