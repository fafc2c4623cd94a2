/*
 * sessions.c - the simulated ZooKeeper's sessions, and strangers' hands in its
 * tree.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

/* --- sessions ----------------------------------------------------------- */

bool sim_zookeeper_is_alive(const struct world *world, uint64_t session)
{
    return session != 0 && world->zookeeper.sessions[session];
}

void sim_zookeeper_connect(struct world *world)
{
    struct sim_zookeeper *zookeeper = &world->zookeeper;
    if (world->publisher.session == 0) {
        if (zookeeper->last_session + 1 == SESSIONS_MOST) {
            abort();
        }
        world->publisher.session = ++zookeeper->last_session;
        zookeeper->sessions[world->publisher.session] = true;
        if (zookeeper->last_session == 1) {
            /* As an earlier configuration of ours has left it. */
            zookeeper_put(world, PLAN_LEFTOVER_DIRECTORY, 0);
            zookeeper_put(world, PLAN_LEFTOVER, world->publisher.session);
        }
    }
    world_note(world, "connected, session %llu",
               (unsigned long long)world->publisher.session);
}

struct contact {
    uint32_t connection;
    uint64_t session;
};

static void handle_silence(struct world *world, void *data)
{
    const struct contact *contact = data;
    if (contact->session != world->publisher.session ||
        contact->connection == world->publisher.connection) {
        sim_zookeeper_expire(world, contact->session);
    }
}

void sim_zookeeper_lost(struct world *world)
{
    struct contact contact = {world->publisher.connection,
                              world->publisher.session};
    for (uint32_t i = 0; i < world->zookeeper.node_count; i++) {
        world->zookeeper.nodes[i].is_watched = false;
    }
    world_at(world, world->now_ms + world->settings.session_timeout_ms,
             handle_silence, world_copy(&contact, sizeof contact));
}

void sim_zookeeper_expire(struct world *world, uint64_t session)
{
    struct sim_zookeeper *zookeeper = &world->zookeeper;
    if (!sim_zookeeper_is_alive(world, session)) {
        return;
    }
    world_note(world, "session %llu expires", (unsigned long long)session);
    zookeeper->sessions[session] = false;
    for (uint32_t i = 0; i < zookeeper->node_count; i++) {
        struct sim_node *node = &zookeeper->nodes[i];
        if (node->exists && node->owner == session) {
            zookeeper_delete_node(world, node);
        }
    }
    if (world->publisher.session == session) {
        sim_publisher_expired(world);
    }
}

/* --- a stranger ---------------------------------------------------------- */

const struct sim_node *sim_zookeeper_node(const struct world *world,
                                          uint32_t instance)
{
    const char *name = world->settings.instances[instance].name;
    for (uint32_t i = 0; i < world->zookeeper.node_count; i++) {
        const struct sim_node *node = &world->zookeeper.nodes[i];
        const char *slash = strrchr(node->path, '/');
        if (slash != NULL && strcmp(slash + 1, name) == 0) {
            return node->exists ? node : NULL;
        }
    }
    return NULL;
}

static struct sim_node *find_instance(struct world *world, uint32_t instance)
{
    char path[192];
    zookeeper_path(world, instance, path, sizeof path);
    struct sim_node *node = zookeeper_find(world, path);
    return node != NULL && node->exists ? node : NULL;
}

void sim_zookeeper_delete(struct world *world, uint32_t instance)
{
    struct sim_node *node = find_instance(world, instance);
    if (node != NULL) {
        world_note(world, "fault: somebody deletes i%u", instance);
        zookeeper_delete_node(world, node);
    }
}

void sim_zookeeper_overwrite(struct world *world, uint32_t instance)
{
    static const char bytes[] = "{\"state\":\"maint\"}";
    struct sim_node *node = find_instance(world, instance);
    if (node != NULL) {
        world_note(world, "fault: somebody overwrites i%u", instance);
        node->version++;
        zookeeper_write_node(world, node, bytes, sizeof bytes - 1);
    }
}

void sim_zookeeper_finish(struct world *world)
{
    free(world->zookeeper.nodes);
    world->zookeeper.nodes = NULL;
}
