/*
 * connections.c - a small fixed table; looking through it costs less than
 * keeping it sorted.
 */
#include "console/connections.h"

#include <stddef.h>

void connections_init(struct connections *connections)
{
    *connections = (struct connections){0};
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        connections_release(&connections->list[i]);
    }
}

struct connection *connections_take(struct connections *connections, int fd)
{
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        struct connection *connection = &connections->list[i];
        if (connection->fd < 0) {
            *connection = (struct connection){.fd = fd};
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
}

struct connection *connections_find_oldest(struct connections *connections)
{
    struct connection *oldest = NULL;
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        struct connection *connection = &connections->list[i];
        if (connection->fd >= 0 && !connection->is_held &&
            (oldest == NULL || connection->turn < oldest->turn)) {
            oldest = connection;
        }
    }
    return oldest;
}
