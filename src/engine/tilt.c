/*
 * tilt.c - see tilt.h.
 */
#include "engine/tilt.h"

uint64_t tilt_on_event(struct tilt *tilt, uint64_t alarm_ms, uint64_t now_ms)
{
    uint64_t awake_ms = alarm_ms > tilt->heard_ms ? alarm_ms : tilt->heard_ms;
    uint64_t late_ms = now_ms > awake_ms ? now_ms - awake_ms : 0;

    tilt->heard_ms = now_ms;
    if (late_ms <= TILT_LATE_MS) {
        return 0;
    }
    tilt->count++;
    tilt->last_ms = now_ms;
    tilt->lost_ms = late_ms;
    return late_ms;
}
