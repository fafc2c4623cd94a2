/*
 * discover_servers.c - see discover_servers.h.
 */
#include "prober/discover_servers.h"

#include <string.h>

#include "base/text.h"

#define BUS_OFFSET 10000 /* redis: CLUSTER_PORT_INCR */

/* --- addresses ---------------------------------------------------------- */

void discover_servers_init(struct discover_servers *servers,
                           const struct discover_processes *processes)
{
    *servers = (struct discover_servers){.processes = processes};
}

static uint32_t count_held(const struct discover_servers *servers,
                           uint32_t holder)
{
    uint32_t held = 0;

    for (uint32_t i = 0; i < servers->count; i++) {
        held += servers->list[i].holder == holder ? 1 : 0;
    }
    return held;
}

void discover_servers_add(struct discover_servers *servers,
                          const struct discover_listener *listener,
                          uint32_t holder)
{
    for (uint32_t i = 0; i < servers->count; i++) {
        const struct discover_listener *known = &servers->list[i].listener;
        if (known->inode == listener->inode &&
            strcmp(known->addr, listener->addr) == 0) {
            return;
        }
    }
    if (servers->count == DISCOVER_SERVERS_MOST ||
        (holder != DISCOVER_NOBODY &&
         count_held(servers, holder) == DISCOVER_SERVERS_EACH_MOST)) {
        servers->left_out++;
        return;
    }
    servers->list[servers->count] =
        (struct discover_candidate){.listener = *listener, .holder = holder};
    servers->count++;
}

bool discover_servers_is_bus(const struct discover_servers *servers,
                             uint32_t candidate)
{
    const struct discover_candidate *bus = &servers->list[candidate];

    for (uint32_t i = 0; i < servers->count; i++) {
        const struct discover_candidate *other = &servers->list[i];
        if (bus->holder != DISCOVER_NOBODY && other->holder == bus->holder &&
            other->listener.port != 0 &&
            other->listener.port + BUS_OFFSET == bus->listener.port) {
            return true;
        }
    }
    return false;
}

void discover_servers_answer(struct discover_servers *servers,
                             uint32_t candidate,
                             const struct discover_reply *reply)
{
    servers->list[candidate].reply = *reply;
    servers->list[candidate].is_answered = true;
}

void discover_servers_title(struct discover_servers *servers, uint32_t process,
                            const struct discover_title *title)
{
    servers->is_titled[process] = true;
    servers->is_sentinel[process] = title->is_sentinel;
}

/* --- whose answer it is ------------------------------------------------- */

static bool is_proof(const struct discover_candidate *candidate)
{
    return candidate->is_answered &&
           (candidate->reply.answer == DISCOVER_SERVER ||
            candidate->reply.answer == DISCOVER_LOCKED);
}

static uint32_t find_peer(const struct discover_servers *servers, uint32_t pid)
{
    for (uint32_t i = 0; i < servers->processes->count; i++) {
        if (servers->processes->list[i].pid == pid) {
            return i;
        }
    }
    return DISCOVER_NOBODY;
}

/* The one that tells this process id: the holder; or a process of the same
 * user, as the child of a server inherits its sockets. */
static uint32_t find_teller(const struct discover_servers *servers,
                            const struct discover_candidate *candidate)
{
    const struct discover_process *list = servers->processes->list;
    uint32_t holder = candidate->holder;
    uint32_t own_pid = candidate->reply.process_id;
    uint32_t uid = candidate->listener.uid;

    if (holder != DISCOVER_NOBODY && list[holder].own_pid == own_pid) {
        return holder;
    }
    for (uint32_t i = 0; i < servers->processes->count; i++) {
        if (list[i].own_pid == own_pid && list[i].uid == uid &&
            (holder != DISCOVER_NOBODY || list[i].is_hidden)) {
            return i;
        }
    }
    return DISCOVER_NOBODY;
}

/* The only hidden process of this user; NOBODY when there are several. */
static uint32_t find_only_hidden(const struct discover_servers *servers,
                                 uint32_t uid)
{
    const struct discover_process *list = servers->processes->list;
    uint32_t only = DISCOVER_NOBODY;

    for (uint32_t i = 0; i < servers->processes->count; i++) {
        if (list[i].is_hidden && list[i].uid == uid &&
            !servers->is_sentinel[i]) {
            if (only != DISCOVER_NOBODY) {
                return DISCOVER_NOBODY;
            }
            only = i;
        }
    }
    return only;
}

/* The process behind an address that proved to be a server's. */
static uint32_t find_server(const struct discover_servers *servers,
                            const struct discover_candidate *candidate)
{
    if (candidate->listener.rank == DISCOVER_NET_UNIX) {
        return find_peer(servers, candidate->reply.peer);
    }
    if (candidate->reply.process_id != 0) {
        return find_teller(servers, candidate);
    }
    if (candidate->holder == DISCOVER_NOBODY) {
        return find_only_hidden(servers, candidate->listener.uid);
    }
    return candidate->holder;
}

/* A locked server of a user with several hidden processes is told without
 * its process: it is one of them. */
static bool is_nameless(const struct discover_candidate *candidate)
{
    return candidate->listener.rank != DISCOVER_NET_UNIX &&
           candidate->holder == DISCOVER_NOBODY &&
           candidate->reply.answer == DISCOVER_LOCKED;
}

static bool is_tellable(const struct discover_servers *servers,
                        const struct discover_candidate *candidate)
{
    if (!is_proof(candidate)) {
        return false;
    }
    uint32_t server = find_server(servers, candidate);
    if (server == DISCOVER_NOBODY) {
        return is_nameless(candidate);
    }
    return !servers->is_sentinel[server] &&
           (candidate->reply.answer == DISCOVER_SERVER ||
            servers->is_titled[server]);
}

static bool is_same_server(const struct discover_servers *servers,
                           const struct discover_candidate *one,
                           const struct discover_candidate *other)
{
    uint32_t server = find_server(servers, one);

    if (server != find_server(servers, other)) {
        return false;
    }
    return server != DISCOVER_NOBODY ||
           (one->listener.uid == other->listener.uid &&
            one->listener.port == other->listener.port);
}

uint32_t discover_servers_untitled(const struct discover_servers *servers)
{
    for (uint32_t i = 0; i < servers->count; i++) {
        const struct discover_candidate *candidate = &servers->list[i];
        if (is_proof(candidate) && candidate->reply.answer == DISCOVER_LOCKED) {
            uint32_t server = find_server(servers, candidate);
            if (server != DISCOVER_NOBODY && !servers->is_titled[server]) {
                return server;
            }
        }
    }
    return DISCOVER_NOBODY;
}

/* --- telling ------------------------------------------------------------ */

static bool is_better(const struct discover_listener *one,
                      const struct discover_listener *other)
{
    if (one->rank != other->rank) {
        return one->rank < other->rank;
    }
    if (one->port != other->port) {
        return one->port < other->port;
    }
    return strcmp(one->addr, other->addr) < 0;
}

struct telling {
    struct discover_servers *servers;
    struct discover_candidate *list[DISCOVER_SERVERS_MOST]; /* best first */
    uint32_t count;
    discover_tell_cb tell;
    void *owner;
};

/* Keeps the list in order. */
static void insert(struct telling *telling,
                   struct discover_candidate *candidate)
{
    uint32_t place = telling->count;

    while (place > 0 && is_better(&candidate->listener,
                                  &telling->list[place - 1]->listener)) {
        telling->list[place] = telling->list[place - 1];
        place--;
    }
    telling->list[place] = candidate;
    telling->count++;
}

static void tell_address(struct telling *telling,
                         struct discover_candidate *candidate, bool is_another)
{
    const struct discover_listener *listener = &candidate->listener;
    uint32_t server = find_server(telling->servers, candidate);
    uint32_t pid = server == DISCOVER_NOBODY
                       ? 0
                       : telling->servers->processes->list[server].pid;
    char everywhere[DISCOVER_NET_ADDR_BYTES];

    telling->tell(telling->owner, is_another, pid, candidate, listener->addr);
    candidate->is_told = true;
    if (listener->is_everywhere) {
        (void)text_format(everywhere, sizeof(everywhere), "%s:%u",
                          listener->rank == DISCOVER_NET_IPV6 ? "[::]"
                                                              : "0.0.0.0",
                          listener->port); /* it fits */
        telling->tell(telling->owner, true, pid, candidate, everywhere);
    }
}

/* An address that proved itself only after its server was told. */
static bool is_late(const struct telling *telling,
                    const struct discover_candidate *candidate)
{
    for (uint32_t i = 0; i < telling->count; i++) {
        if (telling->list[i]->is_told &&
            is_same_server(telling->servers, telling->list[i], candidate)) {
            return true;
        }
    }
    return false;
}

static void tell_server(struct telling *telling, uint32_t first)
{
    struct discover_candidate *best = telling->list[first];

    tell_address(telling, best, false);
    for (uint32_t i = first + 1; i < telling->count; i++) {
        struct discover_candidate *other = telling->list[i];
        if (!other->is_told && is_same_server(telling->servers, best, other)) {
            tell_address(telling, other, true);
        }
    }
}

void discover_servers_tell(struct discover_servers *servers,
                           discover_tell_cb tell, void *owner)
{
    struct telling telling = {.servers = servers, .tell = tell, .owner = owner};

    for (uint32_t i = 0; i < servers->count; i++) {
        if (is_tellable(servers, &servers->list[i])) {
            insert(&telling, &servers->list[i]);
        }
    }
    for (uint32_t i = 0; i < telling.count; i++) {
        if (!telling.list[i]->is_told && !is_late(&telling, telling.list[i])) {
            tell_server(&telling, i);
        }
    }
}

uint32_t discover_servers_silent(const struct discover_servers *servers)
{
    uint32_t silent = 0;

    for (uint32_t i = 0; i < servers->count; i++) {
        if (servers->list[i].is_answered &&
            !is_tellable(servers, &servers->list[i])) {
            silent++;
        }
    }
    return silent;
}
