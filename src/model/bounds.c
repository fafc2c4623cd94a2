/*
 * bounds.c - see bounds.h. Pure.
 */
#include "model/bounds.h"

uint64_t bounds_task_ms(uint64_t timeout_ms)
{
    return 2 * (timeout_ms + BOUNDS_GRACE_MS);
}

uint64_t bounds_outcome_ms(uint64_t timeout_ms, uint32_t fall)
{
    uint64_t retries = fall > 0 ? fall - 1 : 0;
    return bounds_task_ms(timeout_ms) +
           retries * (BOUNDS_RETRY_MS + timeout_ms);
}

uint64_t bounds_lease_ms(uint64_t interval_ms, uint64_t timeout_ms,
                         uint32_t fall)
{
    return interval_ms + BOUNDS_SLIP_MS + bounds_outcome_ms(timeout_ms, fall) +
           BOUNDS_REPLACE_MS;
}

void bounds_compute(const struct bounds_input *input, struct bounds *bounds)
{
    uint64_t interval_ms = input->interval_ms;
    uint64_t timeout_ms = input->timeout_ms;
    *bounds = (struct bounds){
        .staleness_ms = bounds_lease_ms(interval_ms, timeout_ms, input->fall) +
                        BOUNDS_PUBLISH_MS,
        .convergence_ms =
            interval_ms + BOUNDS_SLIP_MS + timeout_ms + BOUNDS_PUBLISH_MS,
        .isolation_ms = timeout_ms + BOUNDS_GRACE_MS + BOUNDS_ISOLATION_MS,
        .end_ms =
            input->session_ms > 0 ? input->session_ms + input->tick_ms : 0,
    };
}
