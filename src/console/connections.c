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

static bool is_owed(const struct connection *connection, uint64_t now_ms)
{
    bool is_new = connection->answers == 0 &&
                  now_ms < connection->came_ms + CONNECTION_NEW_MS;
    return connection->fd >= 0 && !connection->is_ending &&
           (connection->is_asked || is_new);
}

static bool may_go(const struct connection *connection)
{
    return connection->fd >= 0 && !connection->is_held &&
           !connection->is_ending;
}

struct connection *connections_find_oldest(struct connections *connections)
{
    struct connection *oldest = NULL;
    struct connection *silent = NULL; /* the oldest that has not asked */
    int silent_count = 0;
    for (int i = 0; i < PLACES; i++) {
        struct connection *connection = &connections->list[i];
        if (!may_go(connection)) {
            continue;
        }
        if (oldest == NULL || connection->turn < oldest->turn) {
            oldest = connection;
        }
        if (connection->is_asked) {
            continue;
        }
        silent_count++;
        if (silent == NULL || connection->turn < silent->turn) {
            silent = connection;
        }
    }
    return silent_count >= CONNECTIONS_SILENT_MANY ? silent : oldest;
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
