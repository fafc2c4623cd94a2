/*
 * discover_net.h - who listens in this network namespace, as /proc/net says.
 *
 * It is gossip in part: the path of a unix socket is any user's choice, a
 * line break in it included. So what is read here is where to ask, never who
 * answers there.
 */
#ifndef PROBER_DISCOVER_NET_H
#define PROBER_DISCOVER_NET_H

#include <stdbool.h>
#include <stdint.h>

#define DISCOVER_NET_MOST 8192
/* "unix:" and a path of 107 bytes. */
#define DISCOVER_NET_ADDR_BYTES 120
#define DISCOVER_NET_UID_UNKNOWN UINT32_MAX

/* Which of a server's addresses is told first. */
enum discover_net_rank {
    DISCOVER_NET_LOOPBACK, /* 127.0.0.1 */
    DISCOVER_NET_IPV4,
    DISCOVER_NET_IPV6,
    DISCOVER_NET_UNIX
};

struct discover_listener {
    uint64_t inode;
    uint32_t uid;       /* who opened it; not known of unix sockets */
    uint16_t port;      /* 0: a unix socket */
    bool is_everywhere; /* on all addresses; asked on loopback */
    enum discover_net_rank rank;
    char addr[DISCOVER_NET_ADDR_BYTES]; /* as the configuration writes it */
};

struct discover_net {
    uint32_t count;
    uint32_t left_out;                                     /* past the bound */
    struct discover_listener listeners[DISCOVER_NET_MOST]; /* by inode */
};

/* Reads tcp, tcp6 and unix below `root`/net. What cannot be read, or is not
 * what the kernel writes, is not there. */
void discover_net_read(struct discover_net *net, const char *root);

/* The listeners with this inode: none, one, or more when somebody forged a
 * line. `*first` is the first of them, TCP before unix. */
uint32_t discover_net_find(const struct discover_net *net, uint64_t inode,
                           const struct discover_listener **first);

#endif
