/*
 * connections.c - a small fixed table; looking through it costs less than
 * keeping it sorted.
 */
#include "console/connections.h"

#include <stddef.h>

#define PLACES (CONNECTIONS_MOST + CONNECTIONS_ENDING_MOST)

void connections_init(struct connections *connections)
{
    *connections = (struct connections){0};
    for (int i = 0; i < PLACES; i++) {
        connections_release(&connections->list[i]);
    }
}

struct connection *connections_take(struct connections *connections, int fd,
                                    uint64_t now_ms)
{
    for (int i = 0; i < PLACES; i++) {
        struct connection *connection = &connections->list[i];
        if (connection->fd < 0) {
            *connection = (struct connection){.fd = fd, .came_ms = now_ms};
            connections_renew(connections, connection);
            return connection;
        }
    }
    return NULL;
}

void connections_release(struct connection *connection)
{
    connection->fd = -1;
}

void connections_renew(struct connections *connections,
                       struct connection *connection)
{
    connection->turn = ++connections->turns;
    connection->is_held = false;
    connection->is_asked = false;
}

static bool is_new(const struct connection *connection, uint64_t now_ms)
{
    return connection->answers == 0 &&
           now_ms < connection->came_ms + CONNECTION_NEW_MS;
}

/* It had time to ask its first question, and has not. */
static bool is_dawdling(const struct connection *connection, uint64_t now_ms)
{
    return connection->answers == 0 && !connection->is_asked &&
           !is_new(connection, now_ms);
}

static bool is_owed(const struct connection *connection, uint64_t now_ms)
{
    return connection->fd >= 0 && !connection->is_ending &&
           (connection->is_asked || is_new(connection, now_ms));
}

/* Goes before the other one, which may be none. */
static bool goes_first(const struct connection *one,
                       const struct connection *other, uint64_t now_ms)
{
    if (other == NULL) {
        return true;
    }
    bool dawdles = is_dawdling(one, now_ms);
    return dawdles == is_dawdling(other, now_ms) ? one->turn < other->turn
                                                 : dawdles;
}

struct connection *connections_find_oldest(struct connections *connections,
                                           uint64_t now_ms)
{
    struct connection *oldest = NULL;
    for (int i = 0; i < PLACES; i++) {
        struct connection *connection = &connections->list[i];
        if (connection->fd >= 0 && !connection->is_held &&
            !connection->is_ending && goes_first(connection, oldest, now_ms)) {
            oldest = connection;
        }
    }
    return oldest;
}

bool connections_is_any_owed(const struct connections *connections,
                             uint64_t now_ms)
{
    bool is_any = false;
    for (int i = 0; i < PLACES; i++) {
        is_any = is_any || is_owed(&connections->list[i], now_ms);
    }
    return is_any;
}
