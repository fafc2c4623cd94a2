/*
 * publisher.c - the real desk and tree, with the wiring that the publisher
 * would do, over the simulated ZooKeeper.
 *
 * When it dies it is started again by the supervisor; when frozen, its
 * dead-man kills it first. The session's id outlives it, as the session file
 * does. `connection` grows with each connection made or lost, so that what
 * belongs to an older one is known.
 */
#include "world.h"

#include <stdlib.h>
#include <unistd.h>

#define PUBLISHER_DEADMAN_MS 3000
#define LOOK_APART_MS 15000 /* between two lost ones */

struct wake {
    uint64_t number;
};

struct letter {
    uint32_t life;
    uint32_t connection;
    char path[192];
};

static uint64_t wall_of(const struct world *world)
{
    return world->now_ms - WORLD_START_MS + WORLD_WALL_MS;
}

static struct letter *make_letter(const struct world *world)
{
    struct letter letter = {.life = world->publisher.life,
                            .connection = world->publisher.connection};
    return world_copy(&letter, sizeof letter);
}

static bool is_current(const struct world *world, const struct letter *letter)
{
    const struct sim_publisher *publisher = &world->publisher;
    return publisher->is_alive && !publisher->is_frozen &&
           letter->life == publisher->life;
}

static void pump(struct world *world);

static void handle_wake(struct world *world, void *data)
{
    const struct wake *wake = data;
    struct sim_publisher *publisher = &world->publisher;
    if (publisher->is_alive && !publisher->is_frozen &&
        wake->number == publisher->wake) {
        desk_look(&publisher->desk, world->now_ms, wall_of(world));
        pump(world);
    }
}

static void tell_notices(struct world *world)
{
    struct tree_notice notice;
    while (tree_take_notice(world->publisher.desk.tree, &notice)) {
        if (notice.kind != TREE_PUBLISHED) {
            continue;
        }
        struct engine_event event = {.kind = ENGINE_PUBLISHED,
                                     .instance = notice.slot};
        event.published.claim_version = notice.claim_version;
        event.published.since_wall_ms = notice.since_wall_ms;
        event.published.czxid = notice.stat.czxid;
        event.published.node_version = notice.stat.version;
        event.published.acked_ms = world->now_ms;
        sim_supervisor_tell(world, world->supervisor.life, &event);
    }
}

/* Performs what the tree asks for, tells what it has to tell, and sleeps
 * until the next thing that time alone brings. */
static void pump(struct world *world)
{
    struct sim_publisher *publisher = &world->publisher;
    struct desk *desk = &publisher->desk;
    static struct tree_request request; /* big; used in here only */
    desk_on_found(desk, world->now_ms, wall_of(world));
    while (tree_next(desk->tree, world->now_ms, &request)) {
        sim_zookeeper_submit(world, &request);
    }
    tell_notices(world);
    uint64_t next_ms = desk_next_ms(desk, world->now_ms);
    uint64_t tree_ms = tree_next_ms(desk->tree);
    next_ms = tree_ms < next_ms ? tree_ms : next_ms;
    if (next_ms != WORLD_NEVER) {
        struct wake wake = {.number = ++publisher->wake};
        uint64_t at_ms = next_ms <= world->now_ms ? world->now_ms + 1 : next_ms;
        world_at(world, at_ms, handle_wake, world_copy(&wake, sizeof wake));
    }
}

void sim_publisher_answered(struct world *world)
{
    pump(world);
}

static void handle_look(struct world *world, void *data)
{
    if (is_current(world, data)) {
        desk_look(&world->publisher.desk, world->now_ms, wall_of(world));
        pump(world);
    }
}

/* One may be lost; another one soon after would be a second fault. */
static bool is_look_lost(struct world *world)
{
    struct sim_publisher *publisher = &world->publisher;
    bool is_lost = world->now_ms < world->plan.faults_end_ms &&
                   world->now_ms - publisher->look_lost_ms > LOOK_APART_MS &&
                   world_chance(world, world->plan.look_lost_percent);
    if (is_lost) {
        world_note(world, "fault: a look is lost");
        publisher->look_lost_ms = world->now_ms;
    }
    return is_lost;
}

void sim_publisher_look(struct world *world)
{
    if (!is_look_lost(world)) {
        world_at(world, world->now_ms, handle_look, make_letter(world));
    }
}

static void handle_watch(struct world *world, void *data)
{
    const struct letter *letter = data;
    if (is_current(world, letter) &&
        letter->connection == world->publisher.connection) {
        tree_on_changed(world->publisher.desk.tree, letter->path);
        pump(world);
    }
}

void sim_publisher_watch(struct world *world, const char *path)
{
    struct letter *letter = make_letter(world);
    for (size_t i = 0; i < sizeof letter->path - 1 && path[i] != '\0'; i++) {
        letter->path[i] = path[i];
    }
    world_at(world, world->now_ms + world_random(world, 4), handle_watch,
             letter);
}

static void handle_connect(struct world *world, void *data)
{
    const struct letter *letter = data;
    struct sim_publisher *publisher = &world->publisher;
    if (!is_current(world, letter) || publisher->is_connected) {
        return;
    }
    if (!world->zookeeper.is_reachable) {
        world_at(world, world->now_ms + 100, handle_connect,
                 make_letter(world));
        return;
    }
    if (publisher->session != 0 &&
        !sim_zookeeper_is_alive(world, publisher->session)) {
        /* Expired: one handle, one process. The next one starts afresh. */
        publisher->session = 0;
        sim_publisher_die(world);
        return;
    }
    publisher->is_connected = true;
    publisher->connection++;
    sim_zookeeper_connect(world);
    tree_on_connected(publisher->desk.tree, publisher->session);
    pump(world);
}

static void handle_start(struct world *world, void *data)
{
    struct sim_publisher *publisher = &world->publisher;
    (void)data; /* nothing to say */
    if (publisher->is_alive || !world->supervisor.is_alive) {
        return;
    }
    int fd = dup(board_reader_fd(world->supervisor.board));
    if (fd < 0 || board_open(fd, &publisher->board) != 0 ||
        desk_init(&publisher->desk, publisher->board, "boot",
                  &(struct desk_registrations){.list = world->plan.trees,
                                               .count = world->plan.tree_count},
                  world->now_ms) != 0 ||
        tree_add_leftover(publisher->desk.tree, PLAN_LEFTOVER) != 0) {
        abort();
    }
    publisher->is_alive = true;
    publisher->is_frozen = false;
    publisher->is_connected = false;
    publisher->life++;
    desk_look(&publisher->desk, world->now_ms, wall_of(world));
    world_at(world, world->now_ms + world_between(world, 3, 10), handle_connect,
             make_letter(world));
}

void sim_publisher_start(struct world *world)
{
    world_at(world, world->now_ms + world_between(world, 10, 40), handle_start,
             NULL);
}

void sim_publisher_finish(struct world *world)
{
    struct sim_publisher *publisher = &world->publisher;
    if (publisher->is_alive) {
        desk_finish(&publisher->desk);
        board_destroy(publisher->board);
    }
    publisher->is_alive = false;
    publisher->board = NULL;
}

/* The connection is gone, whatever of it was under way. */
static void disconnect(struct world *world)
{
    struct sim_publisher *publisher = &world->publisher;
    if (publisher->is_connected) {
        publisher->is_connected = false;
        publisher->connection++;
        sim_zookeeper_lost(world);
    }
}

void sim_publisher_die(struct world *world)
{
    struct sim_publisher *publisher = &world->publisher;
    if (!publisher->is_alive) {
        return;
    }
    world_note(world, "publisher dies");
    disconnect(world);
    publisher->wake++;
    sim_publisher_finish(world);
    if (world->supervisor.is_alive) {
        sim_publisher_start(world);
    }
}

void sim_publisher_forget(struct world *world)
{
    disconnect(world);
    world->publisher.session = 0;
    sim_publisher_die(world);
}

static void handle_deadman(struct world *world, void *data)
{
    const struct letter *letter = data;
    if (world->publisher.life == letter->life) {
        sim_publisher_die(world);
    }
}

static void handle_thaw(struct world *world, void *data)
{
    const struct letter *letter = data;
    struct sim_publisher *publisher = &world->publisher;
    if (publisher->is_alive && publisher->is_frozen &&
        publisher->life == letter->life) {
        publisher->is_frozen = false;
        if (publisher->is_connected) {
            /* What came meanwhile was lost on us: as the real one does, the
             * connection is given up and made anew. */
            disconnect(world);
            tree_on_suspended(publisher->desk.tree);
        }
        world_at(world, world->now_ms, handle_connect, make_letter(world));
        desk_look(&publisher->desk, world->now_ms, wall_of(world));
        pump(world);
    }
}

void sim_publisher_freeze(struct world *world, uint64_t for_ms)
{
    struct sim_publisher *publisher = &world->publisher;
    if (!publisher->is_alive) {
        return;
    }
    world_note(world, "fault: publisher freezes for %llu ms",
               (unsigned long long)for_ms);
    publisher->is_frozen = true;
    bool is_fatal = for_ms > PUBLISHER_DEADMAN_MS;
    world_at(world, world->now_ms + (is_fatal ? PUBLISHER_DEADMAN_MS : for_ms),
             is_fatal ? handle_deadman : handle_thaw, make_letter(world));
}

static void handle_repaired(struct world *world, void *data)
{
    (void)data; /* nothing to say */
    world->zookeeper.is_reachable = true;
}

void sim_publisher_cut(struct world *world, uint64_t for_ms)
{
    struct sim_publisher *publisher = &world->publisher;
    world_note(world, "fault: no ZooKeeper for %llu ms",
               (unsigned long long)for_ms);
    world->zookeeper.is_reachable = false;
    world_at(world, world->now_ms + for_ms, handle_repaired, NULL);
    if (publisher->is_alive && publisher->is_connected) {
        disconnect(world);
        if (!publisher->is_frozen) {
            tree_on_suspended(publisher->desk.tree);
            world_at(world, world->now_ms + 5, handle_connect,
                     make_letter(world));
        }
    }
}

void sim_publisher_expired(struct world *world)
{
    if (world->publisher.is_alive && world->publisher.is_connected) {
        world->publisher.session = 0;
        sim_publisher_die(world);
    }
}
