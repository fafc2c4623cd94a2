/*
 * floor.c - a bare prober over TCP: bare epoll, one thread, nothing else.
 * Every interval, for each address: socket, connect, ask, read the replies,
 * close. `test/bench/run` compares the agent with it.
 *
 *     floor [--deep] INTERVAL_MS PORT...        (of 127.0.0.1)
 *
 * It asks PING; with --deep what the agent asks on a deep round, as one
 * pipelined flight. Runs until it is killed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "floor.h"

static void send_flight(struct floor *floor,
                        struct floor_connection *connection)
{
    if (write(connection->fd, floor->flight, floor->flight_length) !=
        (ssize_t)floor->flight_length) {
        floor_fail("write");
    }
    floor_wait_for_replies(floor, connection);
}

static void read_replies(struct floor *floor,
                         struct floor_connection *connection)
{
    char bytes[16384];
    ssize_t length = read(connection->fd, bytes, sizeof bytes);

    (void)floor; /* of the way's shape */
    if (length <= 0) {
        floor_fail("read");
    }
    if (floor_take(&connection->replies, bytes, (size_t)length)) {
        floor_close(connection);
    }
}

int main(int argc, char **argv)
{
    static const struct floor_way way = {.on_connected = send_flight,
                                         .on_readable = read_replies};
    struct floor floor = {.way = &way};
    bool deep = argc > 1 && strcmp(argv[1], "--deep") == 0;
    int at = deep ? 2 : 1;

    if (argc < at + 2) {
        (void)fprintf(stderr, "usage: floor [--deep] INTERVAL_MS PORT...\n");
        return 64;
    }
    floor_run(&floor, strtol(argv[at], NULL, 10), deep, argv + at + 1,
              argc - at - 1);
    return 0;
}
