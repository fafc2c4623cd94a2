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

struct connection *connections_find_oldest(struct connections *connections)
{
    struct connection *oldest = NULL;
    for (int i = 0; i < PLACES; i++) {
        struct connection *connection = &connections->list[i];
        if (connection->fd >= 0 && !connection->is_held &&
            !connection->is_ending &&
            (oldest == NULL || connection->turn < oldest->turn)) {
            oldest = connection;
        }
    }
    return oldest;
}

static bool is_owed(const struct connection *connection, uint64_t now_ms)
{
    bool is_new = connection->answers == 0 &&
                  now_ms < connection->came_ms + CONNECTION_NEW_MS;
    return connection->fd >= 0 && !connection->is_ending &&
           (connection->is_asked || is_new);
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
