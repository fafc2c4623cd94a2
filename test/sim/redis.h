/*
 * redis.h - a simulated Redis: a course of spans fixed beforehand.
 */
#ifndef SIM_REDIS_H
#define SIM_REDIS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/verdict.h"

struct world;

#define WORLD_SPANS_MOST 24

enum redis_mode {
    REDIS_ANSWERS,
    REDIS_SLOW,
    REDIS_LOADS,
    REDIS_HANGS,
    REDIS_REFUSES
};

struct redis_span {
    uint64_t from_ms;
    enum redis_mode mode;
    uint32_t delay_ms; /* REDIS_SLOW: at most half the timeout */
    uint32_t life;     /* its run_id */
};

enum poison { POISON_NONE, POISON_CRASH, POISON_HANG };

struct redis {
    struct redis_span spans[WORLD_SPANS_MOST]; /* by time; the last stays */
    uint32_t span_count;
    enum poison poison; /* what its replies do to a prober */
    uint64_t poison_from_ms;
    uint64_t poison_until_ms;
};

const struct redis_span *redis_at(const struct redis *redis, uint64_t at_ms);
bool redis_answers(enum redis_mode mode);
/* True if it could answer at some moment of [from_ms, until_ms]. */
bool redis_could_answer(const struct redis *redis, uint64_t from_ms,
                        uint64_t until_ms);
bool redis_always_answered(const struct redis *redis, uint64_t from_ms,
                           uint64_t until_ms);
/* What a probe begun now comes to, and when. */
uint64_t redis_probe(struct world *world, uint32_t index, uint32_t timeout_ms,
                     bool is_deep, struct verdict *verdict);

#endif
