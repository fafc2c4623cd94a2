/*
 * publication.c - see publication.h.
 */
#include "engine/publication.h"

#include "engine/engine.h"
#include "engine/timers.h"

static void recount(struct publication_desk *desk, uint32_t index)
{
    struct record *record = &desk->registry->records[index];
    const struct instance *instance = &record->instance;
    desk->open_count -= record->is_open;
    record->is_open =
        instance->claim.verdict.state != STATE_NONE &&
        instance->publication.claim_version != instance->claim.version;
    desk->open_count += record->is_open;
}

void publication_init(struct publication_desk *desk, struct registry *registry,
                      bool has_zookeeper)
{
    *desk = (struct publication_desk){.registry = registry,
                                      .has_zookeeper = has_zookeeper,
                                      .look_ms = TIMERS_NEVER,
                                      .again_ms = ENGINE_LOOK_AGAIN_MS};
}

static void look_by(struct publication_desk *desk, uint64_t look_ms)
{
    if (look_ms < desk->look_ms) {
        desk->look_ms = look_ms;
    }
}

void publication_adopt(struct publication_desk *desk, uint32_t index,
                       uint64_t now_ms)
{
    recount(desk, index);
    if (desk->open_count > 0) {
        look_by(desk, now_ms);
    }
}

void publication_change(struct publication_desk *desk, uint32_t index,
                        uint64_t now_ms)
{
    const struct claim *claim = &desk->registry->records[index].instance.claim;
    bool is_death = claim->verdict.state == STATE_DOWN;
    recount(desk, index);
    desk->again_ms = ENGINE_LOOK_AGAIN_MS;
    look_by(desk, is_death ? now_ms : now_ms + PUBLICATION_GATHER_MS);
}

bool publication_acknowledge(struct publication_desk *desk, uint32_t index,
                             const struct publication *publication,
                             uint64_t now_ms)
{
    struct instance *instance = &desk->registry->records[index].instance;
    if (publication->claim_version == 0 ||
        publication->claim_version > instance->claim.version) {
        return false;
    }
    instance->publication = *publication;
    if (publication->acked_ms == 0 || publication->acked_ms > now_ms) {
        instance->publication.acked_ms = now_ms; /* no time, or a false one */
    }
    recount(desk, index);
    registry_touch(desk->registry, index);
    return true;
}

bool publication_take_look(struct publication_desk *desk, uint64_t now_ms)
{
    if (desk->look_ms > now_ms) {
        return false;
    }
    desk->look_ms = TIMERS_NEVER;
    if (desk->open_count == 0) {
        return false;
    }
    if (desk->has_zookeeper) {
        desk->look_ms = now_ms + desk->again_ms;
        desk->again_ms *= 2;
        if (desk->again_ms > PUBLICATION_AGAIN_MOST_MS) {
            desk->again_ms = PUBLICATION_AGAIN_MOST_MS;
        }
    }
    return true;
}
