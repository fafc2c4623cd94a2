/*
 * prober_looks.c - see prober_looks.h.
 */
#include "supervisor/prober_looks.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/process.h"
#include "supervisor/prober_pool.h"

static void read_page(const struct prober *prober, struct stall_page *page)
{
    const struct progress *progress = prober->progress;

    page->inside =
        atomic_load_explicit(&progress->inside, memory_order_acquire);
    page->turns = atomic_load_explicit(&progress->turns, memory_order_relaxed);
}

static void look(struct prober *prober, uint64_t now_ms)
{
    struct stall_page page;
    struct process process;

    read_page(prober, &page);
    if (!stall_on_page(&prober->stall, &page, now_ms)) {
        return;
    }
    (void)process_look("/proc", (uint32_t)prober->child.pid,
                       &process); /* what is not seen is not judged */
    enum stall_finding finding = stall_on_process(&prober->stall, &process);
    if (finding != STALL_NONE) {
        const struct engine_event event = {.kind = ENGINE_PROBER_STUCK,
                                           .prober = prober->number,
                                           .inside = page.inside,
                                           .is_burning =
                                               finding == STALL_BURNS};
        prober->pool->on_event(prober->pool, &event);
    }
}

static void handle_looks(uv_timer_t *timer)
{
    struct prober_pool *pool = timer->data;
    uint64_t now_ms = clock_monotonic_ms();

    for (size_t i = 0; i < ENGINE_PROBERS_MOST; i++) {
        struct prober *prober = &pool->probers[i];
        if (prober->number != 0 && prober->in_flight > 0) {
            look(prober, now_ms);
        }
    }
}

void prober_looks_init(struct prober_pool *pool)
{
    (void)uv_timer_init(pool->loop, &pool->looks); /* cannot fail */
    pool->looks.data = pool;
}

void prober_looks_on_probe(struct prober *prober)
{
    struct prober_pool *pool = prober->pool;

    if (prober->in_flight == 0) {
        stall_reset(&prober->stall);
    }
    if (pool->in_flight == 0) {
        (void)uv_timer_start(&pool->looks, handle_looks, STALL_LOOK_MS,
                             STALL_LOOK_MS); /* initialized, not closing */
    }
    prober->in_flight++;
    pool->in_flight++;
}

static void take_back(struct prober *prober, uint32_t count)
{
    struct prober_pool *pool = prober->pool;

    prober->in_flight -= count;
    pool->in_flight -= count;
    if (pool->in_flight == 0) {
        (void)uv_timer_stop(&pool->looks); /* cannot fail */
    }
}

void prober_looks_on_result(struct prober *prober)
{
    if (prober->in_flight > 0) { /* else it said more than it was asked */
        take_back(prober, 1);
    }
}

void prober_looks_forget(struct prober *prober)
{
    take_back(prober, prober->in_flight);
}
