/*
 * tasks.c - the table of everything alive. Pure.
 *
 * The list is dense: an ended task's place is taken by the last one. An open
 * hash with linear probing leads from an id to its place; ids are handed out
 * in sequence, so `id mod size` spreads them by itself and a search is short
 * as long as the index is at most half full, which its size guarantees. A
 * removed entry is closed up at once, so there are no tombstones to age.
 */
#include "model/tasks.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>

#define INDEX_MASK (TASKS_INDEX - 1)

_Static_assert((TASKS_INDEX & INDEX_MASK) == 0, "the index is a power of two");
_Static_assert(TASKS_INDEX >= 2 * TASKS_MOST, "the index is never half full");
_Static_assert(TASKS_MOST < UINT16_MAX, "a place fits an index entry");

#define TASK_TEXT(constant, text) [constant] = (text),
static const char *const task_kind_names[] = {TASK_KIND_TABLE(TASK_TEXT)};
static const char *const service_names[] = {SERVICE_TABLE(TASK_TEXT)};
#undef TASK_TEXT

const char *task_kind_name(enum task_kind kind)
{
    return (unsigned)kind < TASK_KIND_COUNT ? task_kind_names[kind] : "?";
}

const char *service_name(enum service_kind kind)
{
    return (unsigned)kind < SERVICE_COUNT ? service_names[kind] : "?";
}

/* Ids follow each other, and neighbours in the index would make one long run
 * of them, which every end of a task walks along. Fibonacci hashing (2^64 over
 * the golden ratio) lays them far apart. */
static uint32_t home_of(uint64_t id)
{
    return (uint32_t)((id * 0x9e3779b97f4a7c15ULL) >> 50) & INDEX_MASK;
}

/* The slot that holds `id`, or the empty one where it would be put. */
static uint32_t slot_of(const struct tasks *tasks, uint64_t id)
{
    uint32_t slot = home_of(id);
    while (tasks->index[slot] != 0 &&
           tasks->list[tasks->index[slot] - 1].id != id) {
        slot = (slot + 1) & INDEX_MASK;
    }
    return slot;
}

/* Empties a slot and moves later entries of the same run up, so that every
 * entry stays reachable from its home without a gap. */
static void empty_slot(struct tasks *tasks, uint32_t hole)
{
    tasks->index[hole] = 0;
    for (uint32_t slot = (hole + 1) & INDEX_MASK; tasks->index[slot] != 0;
         slot = (slot + 1) & INDEX_MASK) {
        uint32_t home = home_of(tasks->list[tasks->index[slot] - 1].id);
        uint32_t from_home = (slot - home) & INDEX_MASK;
        uint32_t from_hole = (slot - hole) & INDEX_MASK;
        if (from_home >= from_hole) {
            tasks->index[hole] = tasks->index[slot];
            tasks->index[slot] = 0;
            hole = slot;
        }
    }
}

static int take_out(struct tasks *tasks, uint64_t id)
{
    uint32_t slot = slot_of(tasks, id);
    if (tasks->index[slot] == 0) {
        return -ENOENT;
    }
    uint16_t place = tasks->index[slot];
    empty_slot(tasks, slot);
    struct task *last = &tasks->list[tasks->live - 1];
    if (last->id != id) {
        tasks->index[slot_of(tasks, last->id)] = place;
        tasks->list[place - 1] = *last;
    }
    *last = (struct task){0};
    tasks->live--;
    tasks->changes++;
    return 0;
}

uint64_t tasks_start(struct tasks *tasks, const struct task *task)
{
    if (tasks->live == TASKS_MOST) {
        return 0;
    }
    uint64_t id = tasks->last_id + 1;
    uint32_t slot = slot_of(tasks, id);
    assert(tasks->index[slot] == 0);
    tasks->list[tasks->live] = *task;
    tasks->list[tasks->live].id = id;
    tasks->live++;
    tasks->index[slot] = (uint16_t)tasks->live;
    tasks->last_id = id;
    tasks->started++;
    tasks->changes++;
    return id;
}

struct task *tasks_find(struct tasks *tasks, uint64_t id)
{
    uint16_t place = tasks->index[slot_of(tasks, id)];
    return place != 0 ? &tasks->list[place - 1] : NULL;
}

void tasks_touch(struct tasks *tasks)
{
    tasks->changes++;
}

int tasks_finish(struct tasks *tasks, uint64_t id)
{
    int status = take_out(tasks, id);
    if (status == 0) {
        tasks->finished++;
    }
    return status;
}

int tasks_reap(struct tasks *tasks, uint64_t id)
{
    int status = take_out(tasks, id);
    if (status == 0) {
        tasks->reaped++;
    }
    return status;
}
