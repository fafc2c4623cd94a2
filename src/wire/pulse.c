/*
 * pulse.c - see pulse.h.
 */
#include "wire/pulse.h"

#include "base/clock.h"

static void handle_before_poll(uv_prepare_t *handle)
{
    struct pulse *pulse = handle->data;
    lag_on_sleep(&pulse->lag, clock_monotonic_ms(),
                 uv_backend_timeout(handle->loop));
}

static void handle_after_poll(uv_check_t *handle)
{
    struct pulse *pulse = handle->data;
    lag_on_wake(&pulse->lag, uv_now(handle->loop));
}

void pulse_start(struct pulse *pulse, uv_loop_t *loop)
{
    *pulse = (struct pulse){0};
    /* These are always 0 in libuv 1.44. */
    (void)uv_prepare_init(loop, &pulse->before_poll);
    (void)uv_check_init(loop, &pulse->after_poll);
    (void)uv_prepare_start(&pulse->before_poll, handle_before_poll);
    (void)uv_check_start(&pulse->after_poll, handle_after_poll);
    pulse->before_poll.data = pulse;
    pulse->after_poll.data = pulse;
}

void pulse_stop(struct pulse *pulse)
{
    uv_close((uv_handle_t *)&pulse->before_poll, NULL);
    uv_close((uv_handle_t *)&pulse->after_poll, NULL);
}

bool pulse_beat(struct pulse *pulse, struct vitals *vitals)
{
    uint64_t now_ms = clock_monotonic_ms();
    if (pulse->read_ms != 0 && now_ms - pulse->read_ms < VITALS_EVERY_MS) {
        return false;
    }
    pulse->read_ms = now_ms;
    vitals_read(vitals);
    vitals->lag_ms = lag_take(&pulse->lag, now_ms);
    return true;
}

int pulse_tell(struct pulse *pulse, struct channel *channel,
               enum message_kind kind)
{
    struct message message = {.kind = kind};
    if (!pulse_beat(pulse, &message.vitals)) {
        return 0;
    }
    int status = channel_send(channel, &message);
    return status == 0 ? channel_flush(channel) : status;
}
