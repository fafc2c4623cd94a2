/*
 * floor.c - the least a prober can cost: bare epoll, one thread, nothing
 * else. Every interval, for each address: socket, connect, PING, read the
 * reply, close. `test/bench/run` compares the agent with it.
 *
 *     floor INTERVAL_MS PORT...        (of 127.0.0.1)
 *
 * Runs until it is killed; a probe that failed ends it, because then the
 * comparison means nothing.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define PORTS_MOST 1024

static const char ping[] = "*1\r\n$4\r\nPING\r\n";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(int epoll, int operation, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    if (epoll_ctl(epoll, operation, fd, &event) != 0) {
        fail("epoll_ctl");
    }
}

static void start_probe(int epoll, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        fail("socket");
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 &&
        errno != EINPROGRESS) {
        fail("connect");
    }
    watch(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT);
}

/* Connected: ask, and wait for the reply. */
static void handle_writable(int epoll, int fd)
{
    if (write(fd, ping, sizeof ping - 1) != (ssize_t)(sizeof ping - 1)) {
        fail("write");
    }
    watch(epoll, EPOLL_CTL_MOD, fd, EPOLLIN);
}

static void handle_readable(int fd)
{
    char reply[64];
    ssize_t length = read(fd, reply, sizeof reply);

    if (length < 7 || memcmp(reply, "+PONG\r\n", 7) != 0) {
        fail("read");
    }
    close(fd);
}

static int start_timer(int epoll, long interval_ms)
{
    struct timespec interval = {.tv_sec = interval_ms / 1000,
                                .tv_nsec = interval_ms % 1000 * 1000000};
    struct itimerspec when = {.it_interval = interval, .it_value = interval};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

    if (timer < 0 || timerfd_settime(timer, 0, &when, NULL) != 0) {
        fail("timerfd");
    }
    watch(epoll, EPOLL_CTL_ADD, timer, EPOLLIN);
    return timer;
}

static void handle_timer(int epoll, int timer, const uint16_t *ports, int count)
{
    uint64_t ticks;

    if (read(timer, &ticks, sizeof ticks) != (ssize_t)sizeof ticks) {
        fail("timerfd read");
    }
    for (int i = 0; i < count; i++) {
        start_probe(epoll, ports[i]);
    }
}

static void run(int epoll, int timer, const uint16_t *ports, int count)
{
    struct epoll_event events[256];

    for (;;) {
        int ready = epoll_wait(epoll, events, 256, -1);

        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;

            if (fd == timer) {
                handle_timer(epoll, timer, ports, count);
            } else if (events[i].events & EPOLLOUT) {
                handle_writable(epoll, fd);
            } else {
                handle_readable(fd);
            }
        }
    }
}

int main(int argc, char **argv)
{
    uint16_t ports[PORTS_MOST];
    int count = argc - 2;

    if (count < 1 || count > PORTS_MOST) {
        (void)fprintf(stderr, "usage: floor INTERVAL_MS PORT...\n");
        return 64;
    }
    for (int i = 0; i < count; i++) {
        ports[i] = (uint16_t)strtoul(argv[i + 2], NULL, 10);
    }
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
        fail("epoll_create1");
    }
    run(epoll, start_timer(epoll, strtol(argv[1], NULL, 10)), ports, count);
    return 0;
}
