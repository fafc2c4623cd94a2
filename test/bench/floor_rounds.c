/*
 * floor_rounds.c - see floor.h.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "floor.h"

static const char shallow[] = "*1\r\n$4\r\nPING\r\n";
static const char all[] = "*1\r\n$4\r\nPING\r\n"
                          "*1\r\n$4\r\nROLE\r\n"
                          "*1\r\n$4\r\nINFO\r\n"
                          "*4\r\n$8\r\nSETRANGE\r\n$21\r\nsentinel-agent:canary"
                          "\r\n$1\r\n0\r\n$0\r\n\r\n";

void floor_fail(const char *what)
{
    perror(what);
    exit(1);
}

/* --- replies ------------------------------------------------------------- */

/* The line is over: what it says of bytes or elements to come. */
static void end_line(struct floor_replies *replies)
{
    if (replies->kind == '$') {
        replies->skip = replies->number + 2;
    } else {
        replies->left--;
        replies->left += replies->kind == '*' ? (unsigned)replies->number : 0;
    }
    replies->kind = 0;
}

static void take_of_line(struct floor_replies *replies, char byte)
{
    if (replies->kind == 0) {
        replies->kind = byte;
        replies->number = 0;
        if (strchr("+:$*", byte) == NULL) {
            floor_fail("a reply that is not good");
        }
    } else if (byte == '\n') {
        end_line(replies);
    } else if (byte >= '0' && byte <= '9') {
        replies->number = replies->number * 10 + (size_t)(byte - '0');
    }
}

bool floor_take(struct floor_replies *replies, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && replies->left > 0;) {
        if (replies->skip == 0) {
            take_of_line(replies, bytes[i]);
            i++;
            continue;
        }
        size_t step = replies->skip < length - i ? replies->skip : length - i;
        replies->skip -= step;
        replies->left -= replies->skip == 0;
        i += step;
    }
    return replies->left == 0;
}

/* --- connections --------------------------------------------------------- */

static void watch(int epoll, int operation, int fd, uint32_t events, void *of)
{
    struct epoll_event event = {.events = events, .data.ptr = of};

    if (epoll_ctl(epoll, operation, fd, &event) != 0) {
        floor_fail("epoll_ctl");
    }
}

static void start_probe(struct floor *floor,
                        struct floor_connection *connection)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(connection->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || connection->fd >= 0) {
        floor_fail("socket, or a probe that took more than a round");
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 &&
        errno != EINPROGRESS) {
        floor_fail("connect");
    }
    connection->fd = fd;
    connection->replies = (struct floor_replies){.left = floor->flight_replies};
    watch(floor->epoll, EPOLL_CTL_ADD, fd, EPOLLOUT, connection);
}

void floor_wait_for_replies(struct floor *floor,
                            struct floor_connection *connection)
{
    watch(floor->epoll, EPOLL_CTL_MOD, connection->fd, EPOLLIN, connection);
}

void floor_close(struct floor_connection *connection)
{
    close(connection->fd);
    connection->fd = -1;
}

/* --- rounds -------------------------------------------------------------- */

static int start_timer(struct floor *floor, long interval_ms)
{
    struct timespec interval = {.tv_sec = interval_ms / 1000,
                                .tv_nsec = interval_ms % 1000 * 1000000};
    struct itimerspec when = {.it_interval = interval, .it_value = interval};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

    if (timer < 0 || timerfd_settime(timer, 0, &when, NULL) != 0) {
        floor_fail("timerfd");
    }
    watch(floor->epoll, EPOLL_CTL_ADD, timer, EPOLLIN, NULL);
    return timer;
}

static void start_round(struct floor *floor, int timer)
{
    uint64_t ticks;

    if (read(timer, &ticks, sizeof ticks) != (ssize_t)sizeof ticks) {
        floor_fail("timerfd read");
    }
    for (int i = 0; i < floor->count; i++) {
        start_probe(floor, &floor->connections[i]);
    }
}

static void turn(struct floor *floor, int timer)
{
    struct epoll_event events[256];
    int ready = epoll_wait(floor->epoll, events, 256, -1);

    for (int i = 0; i < ready; i++) {
        struct floor_connection *connection = events[i].data.ptr;

        if (connection == NULL) {
            start_round(floor, timer);
        } else if (events[i].events & EPOLLOUT) {
            floor->way->on_connected(floor, connection);
        } else {
            floor->way->on_readable(floor, connection);
        }
    }
}

void floor_run(struct floor *floor, long interval_ms, bool deep, char **ports,
               int count)
{
    floor->flight = deep ? all : shallow;
    floor->flight_length = deep ? sizeof all - 1 : sizeof shallow - 1;
    floor->flight_replies = deep ? 4 : 1;
    floor->count = count;
    floor->connections = calloc((size_t)count, sizeof *floor->connections);
    floor->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (floor->connections == NULL || floor->epoll < 0) {
        floor_fail("floor");
    }
    for (int i = 0; i < count; i++) {
        floor->connections[i].port = (uint16_t)strtoul(ports[i], NULL, 10);
        floor->connections[i].fd = -1;
    }
    for (int timer = start_timer(floor, interval_ms);;) {
        turn(floor, timer);
    }
}
