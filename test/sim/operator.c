/*
 * operator.c - see operator.h. He orders what he likes when he likes. While the
 * agent is away he edits the file by hand; one that stands still is not
 * reached.
 */
#include "world.h"

#include "base/text.h"

static void give_order(struct world *world, void *data)
{
    (void)data; /* nothing to say */
    struct sim_operator *self = &world->operator_of_host;
    const struct sim_supervisor *supervisor = &world->supervisor;
    uint32_t index =
        (uint32_t)world_random(world, world->settings.instance_count);
    struct maint *maint = &self->maints[index];
    if (supervisor->is_alive && world->now_ms < supervisor->stalled_until_ms) {
        return;
    }
    bool is_drain = !maint->is_on || world_chance(world, 20);
    world_note(world, "operator: %s i%u", is_drain ? "drain" : "undrain",
               index);
    if (is_drain && !maint->is_on) {
        maint->since_wall_ms = world->now_ms - WORLD_START_MS + WORLD_WALL_MS;
    }
    maint->is_on = is_drain;
    (void)text_format(maint->reason, sizeof maint->reason, "reason %u",
                      (unsigned)world_random(world, 3)); /* short */
    self->ordered_ms[index] = world->now_ms;
    if (!supervisor->is_alive) {
        return;
    }
    struct engine_event event = {
        .kind = ENGINE_MAINT, .instance = index, .maint = maint};
    sim_supervisor_tell(world, supervisor->life, &event);
    oracle_ordered(world, index);
}

void sim_operator_plan(struct world *world)
{
    uint64_t at_ms = WORLD_START_MS;
    while (world->plan.has_drains && at_ms < world->plan.faults_end_ms) {
        at_ms += world_between(world, 1, 6000);
        world_at(world, at_ms, give_order, NULL);
    }
}

void sim_operator_restore(struct world *world)
{
    uint64_t wall_ms = world->now_ms - WORLD_START_MS + WORLD_WALL_MS;
    for (uint32_t i = 0; i < world->settings.instance_count; i++) {
        engine_restore_maint(world->supervisor.engine, i,
                             &world->operator_of_host.maints[i], world->now_ms,
                             wall_ms);
    }
}
