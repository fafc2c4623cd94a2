/*
 * world.c - the queue, the dice and the course of one seed.
 */
#include "world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64: small, good enough, the same everywhere. */
static uint64_t next_random(struct world *world)
{
    world->random += 0x9e3779b97f4a7c15u;
    uint64_t mixed = world->random;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

uint64_t world_random(struct world *world, uint64_t below)
{
    return next_random(world) % below;
}

uint64_t world_between(struct world *world, uint64_t least, uint64_t most)
{
    return least + world_random(world, most - least + 1);
}

bool world_chance(struct world *world, uint32_t percent)
{
    return percent > 0 && world_random(world, 100) < percent;
}

void world_note(const struct world *world, const char *format, ...)
{
    if (!world->is_verbose) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)printf("# %8.3f ", (double)(world->now_ms - WORLD_START_MS) / 1000);
    (void)vprintf(format, arguments);
    (void)printf("\n");
    va_end(arguments);
}

void *world_copy(const void *data, size_t size)
{
    void *copy = malloc(size);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, data, size);
    return copy;
}

static bool is_before(const struct world_event *one,
                      const struct world_event *other)
{
    if (one->at_ms != other->at_ms) {
        return one->at_ms < other->at_ms;
    }
    if (one->shuffle != other->shuffle) {
        return one->shuffle < other->shuffle;
    }
    return one->number < other->number;
}

static void swap(struct world *world, uint32_t one, uint32_t other)
{
    struct world_event event = world->events[one];
    world->events[one] = world->events[other];
    world->events[other] = event;
}

void world_at(struct world *world, uint64_t at_ms, world_cb callback,
              void *data)
{
    if (world->event_count == world->event_room) {
        world->event_room = world->event_room * 2 + 256;
        world->events =
            realloc(world->events, world->event_room * sizeof *world->events);
        if (world->events == NULL) {
            abort();
        }
    }
    uint32_t index = world->event_count++;
    world->events[index] =
        (struct world_event){.at_ms = at_ms,
                             .shuffle = world_random(world, 1000),
                             .number = ++world->event_number,
                             .callback = callback,
                             .data = data};
    while (index > 0 &&
           is_before(&world->events[index], &world->events[(index - 1) / 2])) {
        swap(world, index, (index - 1) / 2);
        index = (index - 1) / 2;
    }
}

static struct world_event take_event(struct world *world)
{
    struct world_event first = world->events[0];
    world->events[0] = world->events[--world->event_count];
    uint32_t index = 0;
    for (;;) {
        uint32_t least = index;
        for (uint32_t child = 2 * index + 1;
             child <= 2 * index + 2 && child < world->event_count; child++) {
            if (is_before(&world->events[child], &world->events[least])) {
                least = child;
            }
        }
        if (least == index) {
            return first;
        }
        swap(world, index, least);
        index = least;
    }
}

void world_init(struct world *world, uint64_t seed, bool is_verbose)
{
    memset(world, 0, sizeof *world);
    world->seed = seed;
    world->random = seed * 0x2545f4914f6cdd1du + 1;
    world->is_verbose = is_verbose;
    world->now_ms = WORLD_START_MS;
    world->zookeeper.is_reachable = true;
    plan_make(world);
    oracle_start(world);
}

void world_run(struct world *world)
{
    sim_supervisor_start(world);
    sim_publisher_start(world);
    while (world->event_count > 0 && !world->oracle.has_failed &&
           world->events[0].at_ms <= world->plan.end_ms) {
        struct world_event event = take_event(world);
        world->now_ms = event.at_ms;
        event.callback(world, event.data);
        free(event.data);
    }
    if (!world->oracle.has_failed) {
        oracle_finish(world);
    }
}

void world_finish(struct world *world)
{
    for (uint32_t i = 0; i < world->event_count; i++) {
        free(world->events[i].data);
    }
    free(world->events);
    sim_publisher_finish(world);
    sim_zookeeper_finish(world);
    engine_destroy(world->supervisor.engine);
    board_destroy(world->supervisor.board);
    free(world->redis);
    settings_finish(&world->settings);
}
