/*
 * discover_search.c - see discover_search.h. Who listens at an address is
 * known for sure of processes whose descriptors we may see. Of the others
 * their title is believed as to where to ask, and the answer must prove it.
 */
#include "prober/discover_search.h"

#include <string.h>

#include "prober/discover_rules.h"

/* Of a process that shows no address but its user's. The ports below are of
 * services that would be bothered by a question. */
#define FIRST_FREE_PORT 1024

void discover_search_init(struct discover_search *search, const char *root,
                          uint64_t end_ms)
{
    discover_processes_init(&search->processes, root, end_ms);
    discover_servers_init(&search->servers, &search->processes);
}

void discover_search_read_net(struct discover_search *search)
{
    discover_net_read(&search->net, search->processes.root);
}

static void on_socket(void *owner, uint32_t process, uint64_t inode)
{
    struct discover_search *search = owner;
    const struct discover_listener *first = NULL;
    uint32_t count = discover_net_find(&search->net, inode, &first);

    for (uint32_t i = 0; i < count; i++) {
        discover_servers_add(&search->servers, &first[i], process);
    }
}

void discover_search_sweep(struct discover_search *search,
                           enum discover_sweep by)
{
    struct discover_processes *processes = &search->processes;
    uint32_t first = processes->count;

    discover_processes_sweep(processes, by);
    for (uint32_t i = first; i < processes->count; i++) {
        discover_processes_sockets(processes, i, on_socket, search);
    }
}

static void read_title(struct discover_search *search, uint32_t process,
                       struct discover_title *title)
{
    char text[DISCOVER_PROCESSES_TITLE_BYTES];

    discover_processes_title(&search->processes, process, text, sizeof(text));
    discover_rules_read_title(text, title);
    discover_servers_title(&search->servers, process, title);
}

void discover_search_read_locked(struct discover_search *search)
{
    uint32_t process = discover_servers_untitled(&search->servers);

    while (process != DISCOVER_NOBODY) {
        struct discover_title title;
        read_title(search, process, &title);
        process = discover_servers_untitled(&search->servers);
    }
}

static bool is_named_by(const struct discover_title *title, uint32_t uid,
                        const struct discover_listener *listener)
{
    if (listener->rank == DISCOVER_NET_UNIX) {
        return title->path[0] != '\0' &&
               strcmp(listener->addr + strlen("unix:"), title->path) == 0;
    }
    return listener->port == title->port && listener->uid == uid;
}

/* True if the process names an address that is listened at. */
static bool add_named(struct discover_search *search, uint32_t process,
                      const struct discover_title *title)
{
    uint32_t uid = search->processes.list[process].uid;
    bool has_any = false;

    for (uint32_t i = 0; i < search->net.count; i++) {
        const struct discover_listener *listener = &search->net.listeners[i];
        if (is_named_by(title, uid, listener)) {
            discover_servers_add(&search->servers, listener, process);
            has_any = true;
        }
    }
    return has_any;
}

static void add_user(struct discover_search *search, uint32_t uid)
{
    for (uint32_t i = 0; i < search->net.count; i++) {
        const struct discover_listener *listener = &search->net.listeners[i];
        if (listener->uid == uid && listener->port >= FIRST_FREE_PORT) {
            discover_servers_add(&search->servers, listener, DISCOVER_NOBODY);
        }
    }
}

/* Titles first, so that what one process names is not asked as anybody's. */
void discover_search_add_hidden(struct discover_search *search, uint32_t first,
                                bool with_user)
{
    const struct discover_processes *processes = &search->processes;
    bool is_lost[DISCOVER_PROCESSES_MOST] = {false};

    for (uint32_t i = first; i < processes->count; i++) {
        if (processes->list[i].is_hidden) {
            struct discover_title title;
            read_title(search, i, &title);
            is_lost[i] = !title.is_sentinel && !add_named(search, i, &title);
        }
    }
    for (uint32_t i = first; with_user && i < processes->count; i++) {
        if (is_lost[i]) {
            add_user(search, processes->list[i].uid);
        }
    }
}
