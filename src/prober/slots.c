/*
 * slots.c - see slots.h.
 */
#include "prober/slots.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"

int slots_init(struct slots *slots, struct probe_room *room)
{
    *slots = (struct slots){.room = room};
    slots->list = calloc(PROBER_PROBES_MOST, sizeof(*slots->list));
    slots->timers = calloc(PROBER_PROBES_MOST, sizeof(*slots->timers));
    if (slots->list == NULL || slots->timers == NULL) {
        slots_finish(slots);
        return -ENOMEM;
    }
    return 0;
}

static struct probe *take_idle(struct slots *slots)
{
    slots->idle_count--;
    return slots->idle[slots->idle_count];
}

static struct probe *take_new(struct slots *slots)
{
    uint32_t index = slots->used;
    if (index == PROBER_PROBES_MOST) {
        return NULL;
    }
    (void)uv_timer_init(slots->room->loop, &slots->timers[index]); /* is 0 */
    slots->used++;
    return &slots->list[index];
}

struct probe *slots_take(struct slots *slots)
{
    struct probe *slot =
        slots->idle_count > 0 ? take_idle(slots) : take_new(slots);
    if (slot == NULL) {
        return NULL;
    }
    probe_init(slot, slots->room, &slots->timers[slot - slots->list]);
    uint32_t busy = slots->used - slots->idle_count;
    slots->crowd = busy > slots->crowd ? busy : slots->crowd;
    return slot;
}

void slots_return(struct slots *slots, struct probe *probe)
{
    assert(slots->idle_count < slots->used);
    slots->idle[slots->idle_count] = probe;
    slots->idle_count++;
}

bool slots_are_idle(const struct slots *slots)
{
    return slots->idle_count == slots->used;
}

void slots_forget(struct slots *slots)
{
    if (slots_are_idle(slots) && slots->crowd > SLOTS_KEPT) {
        memory_forget(slots->list, slots->used * sizeof(*slots->list));
        slots->crowd = 0;
    }
}

void slots_stop(struct slots *slots)
{
    assert(slots_are_idle(slots));
    for (uint32_t i = 0; i < slots->used; i++) {
        uv_close((uv_handle_t *)&slots->timers[i], NULL);
    }
}

void slots_finish(struct slots *slots)
{
    free(slots->list);
    free(slots->timers);
    *slots = (struct slots){0};
}
