/*
 * probe.c - see probe.h. The life of one probe:
 *
 *              open     sent     bytes    end       deadline   closed
 *  IDLE        CONNECTING or TALKING, or the result at once (refused twice)
 *  CONNECTING  -        TALKING  *        again     result     -
 *  TALKING     -        -        *        again     result     -
 *  RETRYING    -        -        -        -         result     as IDLE
 *  CLOSING     -        -        -        -         -          IDLE
 *
 *  *      the replies' parts go into the evidence; result when all have come,
 *         or when they break the rules
 *  again  RETRYING if it was the first connection and no reply has come (a
 *         refused or reset connection may be a blip), else result
 *
 * A result sends the probe to CLOSING, or to IDLE when nothing is open.
 *
 * Whatever runs for a probe runs between `enter` and `leave`, so that the
 * page shared with the supervisor names it if this process hangs or dies.
 */
#include "prober/probe.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "prober/verdict_rules.h"

#define ATTEMPTS_MOST 2

/* --- the page the supervisor reads ------------------------------------- */

static enum step current_step(const struct probe *probe)
{
    switch (probe->state) {
    case PROBE_IDLE:
    case PROBE_CONNECTING:
    case PROBE_RETRYING:
        return STEP_CONNECT;
    case PROBE_TALKING:
        return probe->replies.count == 0 ? STEP_PING : STEP_INFO;
    case PROBE_CLOSING:
        return STEP_CLOSE;
    }
    return STEP_NONE;
}

static void enter(const struct probe *probe)
{
    struct progress *progress = probe->room->progress;
    atomic_store_explicit(&progress->step, (uint32_t)current_step(probe),
                          memory_order_relaxed);
    atomic_store_explicit(&progress->inside, probe->task, memory_order_release);
}

static void leave(const struct probe *probe)
{
    atomic_store_explicit(&probe->room->progress->inside, 0,
                          memory_order_release);
}

/* --- stages ------------------------------------------------------------ */

/* The time since the last mark belongs to `step`. */
static void mark_stage(struct probe *probe, enum step step)
{
    uint64_t now_us = clock_monotonic_us();
    uint64_t took_us = now_us - probe->stage_us;
    probe->stages_us[step] +=
        took_us > UINT32_MAX ? UINT32_MAX : (uint32_t)took_us;
    probe->stage_us = now_us;
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
    result.facts.pid = probe->process_id;
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
    bool was_retrying = probe->state == PROBE_RETRYING;
    if (probe->transport.is_open) {
        set_state(probe, PROBE_CLOSING);
        transport_close(&probe->transport);
    } else if (was_retrying) {
        set_state(probe, PROBE_CLOSING);
    } else {
        set_state(probe, PROBE_IDLE);
        probe->room->on_idle(probe);
    }
}

/* --- connecting, and once more ----------------------------------------- */

/* What a failed connection is evidence of; 0 is the end of the stream. */
static enum evidence_end end_of(int status)
{
    switch (-status) {
    case ECONNREFUSED:
    case ENOENT:
    case ENOTDIR:
        return EVIDENCE_REFUSED;
    case EAGAIN: /* a unix socket's backlog is full */
    case ETIMEDOUT:
        return EVIDENCE_BACKLOG;
    case 0:
    case ECONNRESET:
    case EPIPE:
        return EVIDENCE_CLOSED;
    default:
        return EVIDENCE_AGENT;
    }
}

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

/* One connection. 0 or the negative errno it failed with at once. */
static int connect_once(struct probe *probe)
{
    probe->attempts++;
    set_state(probe, PROBE_CONNECTING);
    evidence_init(&probe->evidence, probe->flight);
    replies_init(&probe->replies, probe->flight->count, note_part, probe);
    int status =
        transport_open(&probe->transport, probe->room->loop, &probe->call);
    if (status == 0 && probe->transport.is_sent) {
        mark_stage(probe, STEP_CONNECT);
        set_state(probe, PROBE_TALKING);
    }
    return status;
}

static void connect_probe(struct probe *probe)
{
    int status = connect_once(probe);
    while (status != 0 && may_be_blip(probe, end_of(status))) {
        status = connect_once(probe);
    }
    if (status != 0) {
        mark_stage(probe, STEP_CONNECT);
        conclude(probe, end_of(status), -status);
    } else {
        probe->process_id = transport_peer_process(&probe->transport);
    }
}

static void on_sent(struct transport *transport)
{
    struct probe *probe = transport->owner;
    enter(probe);
    mark_stage(probe, STEP_CONNECT);
    set_state(probe, PROBE_TALKING);
    leave(probe);
}

static void take_bytes(struct probe *probe, const char *bytes, size_t length)
{
    unsigned before = probe->replies.count;
    int status = replies_feed(&probe->replies, bytes, length);
    if (before == 0 && probe->replies.count > 0) {
        mark_stage(probe, STEP_PING);
    }
    bool is_whole = probe->replies.count == probe->flight->count;
    if (is_whole && probe->flight->count > 1) {
        mark_stage(probe, STEP_INFO);
    }
    if (status == -ENOMEM) {
        conclude(probe, EVIDENCE_AGENT, ENOMEM);
    } else if (status != 0) {
        conclude(probe, EVIDENCE_PROTOCOL, 0);
    } else if (is_whole) {
        conclude(probe, EVIDENCE_COMPLETE, 0);
    }
}

static void on_bytes(struct transport *transport, const char *bytes,
                     size_t length)
{
    struct probe *probe = transport->owner;
    enter(probe);
    take_bytes(probe, bytes, length);
    leave(probe);
}

static void on_end(struct transport *transport, int status)
{
    struct probe *probe = transport->owner;
    enum evidence_end how = end_of(status);
    enter(probe);
    if (may_be_blip(probe, how)) {
        probe->first_end = how;
        probe->first_error = -status;
        replies_finish(&probe->replies);
        set_state(probe, PROBE_RETRYING);
        transport_close(&probe->transport);
    } else {
        conclude(probe, how, -status);
    }
    leave(probe);
}

static void on_closed(struct transport *transport)
{
    struct probe *probe = transport->owner;
    enter(probe);
    if (probe->state == PROBE_RETRYING) {
        connect_probe(probe);
    } else {
        assert(probe->state == PROBE_CLOSING);
        set_state(probe, PROBE_IDLE);
        probe->room->on_idle(probe);
    }
    leave(probe);
}

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
    transport_look(&probe->transport);
    enter(probe); /* the look left */
    if (probe->state == PROBE_CLOSING || probe->state == PROBE_IDLE) {
        return;
    }
    if (is_late) {
        conclude(probe, EVIDENCE_AGENT, ETIME);
    } else if (probe->state == PROBE_CONNECTING) {
        mark_stage(probe, STEP_CONNECT);
        conclude(probe, EVIDENCE_BACKLOG, 0);
    } else {
        mark_stage(probe, probe->replies.count == 0 ? STEP_PING : STEP_INFO);
        conclude(probe, EVIDENCE_DEADLINE, 0);
    }
}

static void handle_deadline(uv_timer_t *timer)
{
    struct probe *probe = timer->data;
    enter(probe);
    meet_deadline(probe);
    leave(probe);
}

/* --- public ------------------------------------------------------------ */

static const struct transport_events transport_events = {
    .on_sent = on_sent,
    .on_bytes = on_bytes,
    .on_end = on_end,
    .on_closed = on_closed,
};

static const struct flight *choose_flight(const struct probe_room *room,
                                          const struct message_probe *order)
{
    unsigned parts = (order->is_deep ? (unsigned)FLIGHT_DEEP : 0) |
                     (order->is_cluster ? (unsigned)FLIGHT_CLUSTER : 0) |
                     (order->canary ? (unsigned)FLIGHT_CANARY : 0);
    return &room->flights[parts];
}

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

void probe_init(struct probe *probe, struct probe_room *room)
{
    *probe = (struct probe){.room = room, .state = PROBE_IDLE};
    (void)uv_timer_init(room->loop, &probe->timer); /* always 0 */
    probe->timer.data = probe;
    transport_init(&probe->transport, &transport_events, room->buffer, probe);
}

void probe_start(struct probe *probe, const struct message_probe *order)
{
    assert(probe->state == PROBE_IDLE);
    probe->task = order->task;
    enter(probe);
    probe->deadline_ms = uv_now(probe->room->loop) + order->timeout_ms;
    probe->stage_us = clock_monotonic_us();
    probe->attempts = 0;
    probe->process_id = 0;
    probe->flight = choose_flight(probe->room, order);
    probe->call.bytes = probe->flight->bytes;
    probe->call.length = probe->flight->length;
    memset(probe->stages_us, 0, sizeof(probe->stages_us));
    evidence_init(&probe->evidence, probe->flight);
    replies_init(&probe->replies, probe->flight->count, note_part, probe);
    enum evidence_end how = read_address(probe, order->addr);
    if (how != EVIDENCE_COMPLETE) {
        conclude(probe, how, EINVAL);
    } else {
        (void)uv_timer_start(&probe->timer, handle_deadline, order->timeout_ms,
                             0); /* fails only for a closed timer */
        connect_probe(probe);
    }
    leave(probe);
}

void probe_finish(struct probe *probe)
{
    assert(probe->state == PROBE_IDLE);
    uv_close((uv_handle_t *)&probe->timer, NULL);
}
