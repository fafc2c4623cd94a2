/*
 * redis.c - simulated Redis: a course of spans fixed beforehand, so that both
 * a probe and the oracle can look it up.
 */
#include "world.h"

#include <assert.h>

#include "base/text.h"

const struct redis_span *redis_at(const struct redis *redis, uint64_t at_ms)
{
    uint32_t index = redis->span_count - 1;
    while (index > 0 && redis->spans[index].from_ms > at_ms) {
        index--;
    }
    return &redis->spans[index];
}

/* Answers that it is well; a loading one answers that it is not. */
bool redis_answers(enum redis_mode mode)
{
    return mode == REDIS_ANSWERS || mode == REDIS_SLOW;
}

static bool overlaps(const struct redis *redis, uint32_t index,
                     uint64_t from_ms, uint64_t until_ms)
{
    bool is_last = index + 1 == redis->span_count;
    return redis->spans[index].from_ms <= until_ms &&
           (is_last || redis->spans[index + 1].from_ms > from_ms);
}

bool redis_could_answer(const struct redis *redis, uint64_t from_ms,
                        uint64_t until_ms)
{
    for (uint32_t i = 0; i < redis->span_count; i++) {
        if (redis_answers(redis->spans[i].mode) &&
            overlaps(redis, i, from_ms, until_ms)) {
            return true;
        }
    }
    return false;
}

bool redis_always_answered(const struct redis *redis, uint64_t from_ms,
                           uint64_t until_ms)
{
    for (uint32_t i = 0; i < redis->span_count; i++) {
        if (!redis_answers(redis->spans[i].mode) &&
            overlaps(redis, i, from_ms, until_ms)) {
            return false;
        }
    }
    return true;
}

static void set_alive(struct verdict *verdict, const struct redis_span *span,
                      bool is_deep)
{
    bool is_loading = span->mode == REDIS_LOADS;
    *verdict =
        (struct verdict){.state = is_loading ? STATE_LOADING : STATE_UP,
                         .reason = is_loading ? REASON_LOADING : REASON_MASTER};
    if (!is_deep) {
        return;
    }
    verdict->readable = is_loading ? ABILITY_NO : ABILITY_YES;
    verdict->writable = verdict->readable;
    verdict->role = ROLE_MASTER;
    (void)text_format(verdict->run_id, sizeof verdict->run_id, "%040u",
                      span->life); /* 40 digits */
}

static void set_down(struct verdict *verdict, enum reason reason)
{
    *verdict = (struct verdict){.state = STATE_DOWN,
                                .reason = reason,
                                .readable = ABILITY_NO,
                                .writable = ABILITY_NO,
                                .conditions = 1u << reason};
}

uint64_t redis_probe(struct world *world, uint32_t index, uint32_t timeout_ms,
                     bool is_deep, struct verdict *verdict)
{
    const struct redis *redis = &world->redis[index];
    uint64_t deadline_ms = world->now_ms + timeout_ms;
    uint64_t at_ms = world->now_ms + world_random(world, 4);
    const struct redis_span *span = redis_at(redis, at_ms);
    const struct redis_span *end = &redis->spans[redis->span_count];
    while (span->mode == REDIS_HANGS && span + 1 < end &&
           span[1].from_ms <= deadline_ms) {
        span++;
        at_ms = span->from_ms + world_random(world, 2);
    }
    switch (span->mode) {
    case REDIS_SLOW:
        at_ms += span->delay_ms;
        break;
    case REDIS_HANGS:
        at_ms = deadline_ms;
        break;
    case REDIS_ANSWERS:
    case REDIS_LOADS:
    case REDIS_REFUSES:
        break;
    }
    if (at_ms > deadline_ms || span->mode == REDIS_HANGS) {
        set_down(verdict, REASON_TIMEOUT);
        return deadline_ms;
    }
    if (span->mode == REDIS_REFUSES) {
        set_down(verdict, REASON_REFUSED);
    } else {
        set_alive(verdict, span, is_deep);
    }
    return at_ms;
}
