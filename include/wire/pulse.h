/*
 * pulse.h - a process' own vitals, read from its heartbeat: how late its loop
 * was, and every VITALS_EVERY_MS the rest.
 */
#ifndef WIRE_PULSE_H
#define WIRE_PULSE_H

#include <stdbool.h>
#include <uv.h>

#include "base/lag.h"
#include "base/vitals.h"
#include "wire/channel.h"

struct pulse {
    uv_prepare_t before_poll;
    uv_check_t after_poll;
    struct lag lag;
    uint64_t read_ms; /* 0 = never yet */
};

/* Watches the turns of this loop; two clock readings each. Both handles must
 * live until the loop has closed them. */
void pulse_start(struct pulse *pulse, uv_loop_t *loop);

/* Closes both handles. */
void pulse_stop(struct pulse *pulse);

/* Called by the heartbeat: true when it is time, the first time at once; then
 * `vitals` holds them. */
bool pulse_beat(struct pulse *pulse, struct vitals *vitals);

/* The same for a helper: tells them as a message of this kind. 0, or what the
 * channel said: then its owner acts as on any message that cannot be sent. */
int pulse_tell(struct pulse *pulse, struct channel *channel,
               enum message_kind kind);

#endif
