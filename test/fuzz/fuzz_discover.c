/*
 * fuzz_discover.c - what other processes show of themselves, and what the
 * helper that read it tells the supervisor.
 *
 * Input: one byte of choices, then the bytes. They stand in every file a
 * search reads, in a directory that looks like /proc; and they are told as
 * addresses, a line each.
 *
 * Held: no crash; what is to be asked can be asked; found servers have names
 * an instance may have, each its own.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "prober/discover_search.h"
#include "wire/discovery_list.h"

#define SWEEP_MS 10000
#define ALLOWED \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const files[] = {"net/tcp", "net/tcp6",  "net/unix",
                                    "1/comm",  "1/cmdline", "1/status"};
static char root[] = "/tmp/fuzz-discover-XXXXXX";

static void demand(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void path_of(const char *name, char *path, size_t size)
{
    demand(text_format(path, size, "%s/%s", root, name));
}

static void remove_root(void)
{
    static const char *const names[] = {
        "net/tcp",     "net/tcp6", "net/unix", "1/comm",
        "1/cmdline",   "1/status", "1/ns/net", "1/fd/3",
        "self/ns/net", "1/ns",     "1/fd",     "self/ns",
        "net",         "1",        "self",     "."};
    char path[256];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        path_of(names[i], path, sizeof(path));
        (void)remove(path); /* those that are there */
    }
    (void)rmdir(root);
}

/* One network, and a process with one socket. */
int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    static const char *const directories[] = {"net", "self", "self/ns",
                                              "1",   "1/ns", "1/fd"};
    static const char *const links[][2] = {{"self/ns/net", "net:[1]"},
                                           {"1/ns/net", "net:[1]"},
                                           {"1/fd/3", "socket:[7]"}};
    char path[256];
    (void)count;
    (void)arguments;
    demand(mkdtemp(root) != NULL);
    demand(atexit(remove_root) == 0);
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        path_of(directories[i], path, sizeof(path));
        demand(mkdir(path, 0700) == 0);
    }
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        path_of(links[i][0], path, sizeof(path));
        demand(symlink(links[i][1], path) == 0);
    }
    return 0;
}

static void write_file(const char *name, const void *bytes, size_t size)
{
    char path[256];
    path_of(name, path, sizeof(path));
    (void)unlink(path); /* a file system may write out what is truncated */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    demand(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    demand(close(fd) == 0);
}

static void check_candidates(const struct discover_search *search)
{
    for (uint32_t i = 0; i < search->servers.count; i++) {
        struct address address;
        const char *why = NULL;
        demand(address_parse(search->servers.list[i].listener.addr, false,
                             &address, &why) == 0);
        demand(address.kind != ADDRESS_NAME);
    }
}

/* The process has a good name, or a good identity, as the choices say. */
static void search_host(uint8_t choices, const uint8_t *data, size_t size)
{
    static const char name[] = "redis-server\n";
    static const char status[] = "Name:\tx\nUid:\t1\t1\t1\t1\nNSpid:\t1\n";
    struct discover_search *search = calloc(1, sizeof(*search));
    demand(search != NULL);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        write_file(files[i], data, size);
    }
    if ((choices & 1) != 0) {
        write_file("1/comm", name, strlen(name));
    }
    if ((choices & 2) != 0) {
        write_file("1/status", status, strlen(status));
    }
    discover_search_init(search, root, clock_monotonic_ms() + SWEEP_MS);
    discover_search_read_net(search);
    discover_search_sweep(search, DISCOVER_BY_NAME);
    discover_search_sweep(search, DISCOVER_BY_TITLE);
    for (uint32_t i = 0; i < search->processes.count; i++) {
        search->processes.list[i].is_hidden = (choices & 4) != 0;
    }
    discover_search_add_hidden(search, 0, (choices & 8) != 0);
    check_candidates(search);
    free(search);
}

static void check_names(const struct discovery_found *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t length = strlen(list[i].name);
        demand(length > 0 && length < sizeof(list[i].name));
        demand(strspn(list[i].name, ALLOWED) == length);
        for (uint32_t k = 0; k < i; k++) {
            demand(strcmp(list[i].name, list[k].name) != 0);
        }
    }
}

static void tell_all(const uint8_t *data, size_t size)
{
    struct discovery_found *list = calloc(DISCOVERY_MOST, sizeof(*list));
    uint32_t count = 0;
    demand(list != NULL);
    for (size_t at = 0; at < size; at++) {
        struct message_found told = {.is_another = data[at] == '+'};
        const uint8_t *newline = memchr(data + at, '\n', size - at);
        size_t length =
            newline != NULL ? (size_t)(newline - data) - at : size - at;
        size_t start = told.is_another ? 1 : 0;
        if (length - start < sizeof(told.addr)) {
            /* As decoded: without a NUL, and printable. */
            (void)text_escape(told.addr, sizeof(told.addr), data + at + start,
                              length - start);
            (void)discovery_list_add(list, &count, &told);
        }
        at += length;
    }
    discovery_list_finish(list, &count);
    check_names(list, count);
    free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0) {
        search_host(data[0], data + 1, size - 1);
        tell_all(data + 1, size - 1);
    }
    return 0;
}
