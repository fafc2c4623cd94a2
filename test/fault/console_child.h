/*
 * console_child.h - a sentinel-console started as the supervisor starts it:
 * its channel, the board to read, listening sockets of its own, and a
 * configuration in sealed memory, each at the descriptor where it is expected.
 *
 * For a driver that has nothing else to do: what goes wrong ends it.
 */
#ifndef TEST_FAULT_CONSOLE_CHILD_H
#define TEST_FAULT_CONSOLE_CHILD_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "model/address.h"
#include "model/board.h"
#include "wire/progress.h"

#define HELLO_MS 20000
#define CONFIG_BYTES 10000 /* more than one read of the console's */
#define BACKLOG 4096       /* as the supervisor's */
#define FD_ABOVE 20        /* nothing of ours stands where the console's will */

struct console_child {
    const char *program;
    const char *run_dir;
    const char *listen; /* an address; port 0 is any */
    uint16_t port;      /* the one it became */
    char socket_path[128];
    int channel; /* our end */
    pid_t pid;
};

static inline void fail(const char *what)
{
    perror(what);
    _exit(1);
}

static inline int move_up(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, FD_ABOVE);
    if (moved < 0) {
        fail("fcntl");
    }
    (void)close(fd);
    return moved;
}

static inline int listen_tcp(struct console_child *child)
{
    struct address address;
    struct sockaddr_storage storage = {0};
    socklen_t length = sizeof storage;
    const char *why = NULL;
    if (address_parse(child->listen, true, &address, &why) != 0 ||
        address_to_sockaddr(&address, &storage, &length) != 0) {
        fail("--listen");
    }
    int fd = socket(storage.ss_family, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&storage, length) != 0 ||
        listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&storage, &length) != 0) {
        fail("listen");
    }
    child->port = ntohs(((struct sockaddr_in *)&storage)->sin_port);
    return move_up(fd);
}

static inline int listen_unix(struct console_child *child)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)text_format(child->socket_path, sizeof child->socket_path,
                      "%s/console.sock", child->run_dir);
    (void)text_copy(address.sun_path, sizeof address.sun_path,
                    child->socket_path);
    (void)unlink(child->socket_path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, BACKLOG) != 0) {
        fail("unix socket");
    }
    return move_up(fd);
}

/* As the supervisor hands it down: sealed memory. */
static inline int make_config(void)
{
    static const char first[] = {"cluster: prod\n"};
    static char text[CONFIG_BYTES];
    int fd = memfd_create("config", MFD_CLOEXEC);
    memset(text, '#', sizeof text);
    memcpy(text, first, sizeof first - 1);
    if (fd < 0 || write(fd, text, sizeof text) != sizeof text) {
        fail("memfd");
    }
    return move_up(fd);
}

static inline void place(int from, int to)
{
    if (dup2(from, to) != to) {
        fail("dup2");
    }
}

/* Starts it on a board that another process of ours writes. */
static inline void console_child_start(struct console_child *child,
                                       const struct board *board)
{
    int ends[2];
    int tcp = listen_tcp(child);
    int local = listen_unix(child);
    int config = make_config();
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        fail("socketpair");
    }
    child->channel = move_up(ends[0]);
    int theirs = move_up(ends[1]);
    child->pid = fork();
    if (child->pid < 0) {
        fail("fork");
    }
    if (child->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        place(theirs, HELPER_FD_CHANNEL);
        int reader = fcntl(board_reader_fd(board), F_DUPFD, FD_ABOVE);
        place(reader, HELPER_FD_SHARED);
        place(tcp, HELPER_FD_LISTEN);
        place(local, HELPER_FD_LISTEN + 1);
        place(config, HELPER_FD_LISTEN + 2);
        (void)close(reader);
        (void)execl(child->program, "sentinel-console", "--generation", "1",
                    "--listen-fds", "2", "--config-fd", "7", (char *)NULL);
        fail("exec");
    }
    (void)close(theirs);
    (void)close(tcp);
    (void)close(local);
    (void)close(config);
}

/* Its first words: from now on it answers, and its dead-man runs. */
static inline void console_child_await_hello(const struct console_child *child)
{
    struct pollfd channel = {.fd = child->channel, .events = POLLIN};
    if (poll(&channel, 1, HELLO_MS) != 1) {
        fail("no hello");
    }
}

/* Closes the channel, at which it ends. Its wait status. */
static inline int console_child_end(const struct console_child *child)
{
    int status = 0;
    (void)close(child->channel);
    (void)waitpid(child->pid, &status, 0);
    (void)unlink(child->socket_path);
    return status;
}

#endif
