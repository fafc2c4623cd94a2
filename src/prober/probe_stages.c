/*
 * probe_stages.c - see probe_stages.h.
 */
#include "prober/probe_stages.h"

#include "base/clock.h"

/* --- the page the supervisor reads ------------------------------------- */

/* Which reply a probe that talks is waiting for. */
static enum step current_reply(const struct probe *probe)
{
    unsigned count = probe->replies.count;
    enum command command = count < probe->flight->count
                               ? probe->flight->commands[count]
                               : COMMAND_COUNT;
    if (command == COMMAND_AUTH) {
        return STEP_AUTH;
    }
    return command == COMMAND_PING ? STEP_PING : STEP_INFO;
}

enum step probe_stages_now(const struct probe *probe)
{
    switch (probe->state) {
    case PROBE_IDLE:
    case PROBE_WAITING:
    case PROBE_CONNECTING:
    case PROBE_RETRYING:
        return STEP_CONNECT;
    case PROBE_HANDSHAKING:
        return STEP_TLS;
    case PROBE_TALKING:
        return current_reply(probe);
    case PROBE_CLOSING:
        return STEP_CLOSE;
    }
    return STEP_NONE;
}

void probe_stages_show(const struct probe *probe, enum step step)
{
    atomic_store_explicit(&probe->room->progress->step, (uint32_t)step,
                          memory_order_relaxed);
}

void probe_stages_enter(const struct probe *probe)
{
    probe_stages_show(probe, probe_stages_now(probe));
    atomic_store_explicit(&probe->room->progress->inside, probe->task,
                          memory_order_release);
}

void probe_stages_leave(const struct probe *probe)
{
    atomic_store_explicit(&probe->room->progress->inside, 0,
                          memory_order_release);
}

/* --- stages ------------------------------------------------------------ */

void probe_stages_mark(struct probe *probe, enum step step)
{
    uint64_t now_us = clock_monotonic_us();
    uint64_t took_us = now_us > probe->stage_us ? now_us - probe->stage_us : 1;
    probe->stages_us[step] +=
        took_us > UINT32_MAX ? UINT32_MAX : (uint32_t)took_us;
    probe->stage_us = now_us;
}

void probe_stages_skip(struct probe *probe, uint64_t took_us)
{
    probe->stage_us += took_us;
}

static bool is_write_check(const struct probe *probe, unsigned reply)
{
    return reply < probe->flight->count &&
           probe->flight->commands[reply] == COMMAND_CANARY;
}

/* The last reply but the write check's. */
static bool is_last_told(const struct probe *probe, unsigned reply)
{
    return !is_write_check(probe, reply) &&
           (reply + 1 == probe->flight->count ||
            is_write_check(probe, reply + 1));
}

void probe_stages_mark_end(struct probe *probe)
{
    if (!is_write_check(probe, probe->replies.count)) {
        probe_stages_mark(probe, probe_stages_now(probe));
    }
}

void probe_stages_mark_replies(struct probe *probe, unsigned before)
{
    for (unsigned i = before; i < probe->replies.count; i++) {
        enum command command = probe->flight->commands[i];
        if (command == COMMAND_AUTH) {
            probe_stages_mark(probe, STEP_AUTH);
        } else if (command == COMMAND_PING) {
            probe_stages_mark(probe, STEP_PING);
        } else if (is_last_told(probe, i)) {
            probe_stages_mark(probe, STEP_INFO);
        }
    }
}
