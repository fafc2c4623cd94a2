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

struct connection *connections_take(struct connections *connections, int fd)
{
    for (int i = 0; i < PLACES; i++) {
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
