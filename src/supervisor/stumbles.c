/*
 * stumbles.c - see stumbles.h.
 */
#include "supervisor/stumbles.h"

#include "base/log.h"

static void begin_episode(struct stumbles *stumbles,
                          const struct engine_tilt *tilt)
{
    stumbles->since_ms = tilt->last_ms;
    stumbles->episode = 0;
    stumbles->lost_ms = 0;
    log_event(LEVEL_WARNING, "stood_still", LOG_NUMBER("for_ms", tilt->lost_ms),
              LOG_TEXT("means", "this host or this process was stopped or got "
                                "no CPU; nobody is judged by it"));
}

static void end_episode(struct stumbles *stumbles,
                        const struct engine_tilt *tilt)
{
    log_event(LEVEL_INFO, "steady_again",
              LOG_NUMBER("times", stumbles->episode),
              LOG_NUMBER("lost_ms", stumbles->lost_ms),
              LOG_NUMBER("within_ms", tilt->last_ms - stumbles->since_ms));
    stumbles->since_ms = 0;
}

void stumbles_note_tilt(struct stumbles *stumbles,
                        const struct engine_tilt *tilt, uint64_t now_ms)
{
    if (tilt->count != stumbles->count) {
        if (stumbles->since_ms == 0) {
            begin_episode(stumbles, tilt);
        }
        stumbles->episode += tilt->count - stumbles->count;
        stumbles->lost_ms += tilt->lost_ms;
        stumbles->count = tilt->count;
    } else if (stumbles->since_ms != 0 &&
               now_ms - tilt->last_ms >= STUMBLES_OVER_MS) {
        end_episode(stumbles, tilt);
    }
}

void stumbles_note_clocks(struct stumbles *stumbles, uint64_t now_ms,
                          uint64_t now_wall_ms)
{
    int64_t wall_ms = (int64_t)(now_wall_ms - now_ms);
    int64_t by_ms = wall_ms - stumbles->wall_ms;

    if (stumbles->wall_ms != 0 &&
        (by_ms >= STUMBLES_STEP_MS || by_ms <= -STUMBLES_STEP_MS)) {
        log_event(LEVEL_WARNING, "clock_stepped", LOG_NUMBER("by_ms", by_ms),
                  LOG_TEXT("means", "the wall clock was set, or this host "
                                    "slept; nobody is judged by it"));
    }
    stumbles->wall_ms = wall_ms;
}
