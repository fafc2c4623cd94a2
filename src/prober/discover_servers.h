/*
 * discover_servers.h - the addresses a search asks, and what servers they
 * turn out to be. Pure: from listeners, processes and answers to a list with
 * each server once, its best address first.
 *
 * An answer alone proves nothing: a proxy answers for a server elsewhere, and
 * whoever forged a line of the list of unix sockets answers for himself. So
 * it must fit the process: the peer of a unix socket is vouched for by the
 * kernel; on TCP it is a process that holds the socket, and a server that
 * tells its process id must tell that one's.
 */
#ifndef PROBER_DISCOVER_SERVERS_H
#define PROBER_DISCOVER_SERVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/verdict.h"
#include "prober/discover_net.h"
#include "prober/discover_processes.h"
#include "prober/discover_rules.h"

#define DISCOVER_SERVERS_MOST 64 /* addresses asked, in all */
#define DISCOVER_SERVERS_EACH_MOST              \
    16 /* of one process; nor can Redis bind to \
          more */
#define DISCOVER_NOBODY UINT32_MAX

/* What came of asking one address. */
struct discover_reply {
    enum discover_answer answer;
    uint32_t peer;       /* a unix socket's process, by the kernel; else 0 */
    uint32_t process_id; /* as the server tells; 0 if it does not */
    enum role role;
    char version[VERDICT_VERSION_BYTES];
};

struct discover_candidate {
    struct discover_listener listener;
    /* In the list of processes; NOBODY: some hidden one of the same user. */
    uint32_t holder;
    bool is_answered;
    bool is_told;
    struct discover_reply reply;
};

struct discover_servers {
    const struct discover_processes *processes; /* borrowed */
    uint32_t count;
    uint32_t left_out; /* past the bound */
    struct discover_candidate list[DISCOVER_SERVERS_MOST];
    /* Of each process: known to watch others, or its title not yet read. */
    bool is_sentinel[DISCOVER_PROCESSES_MOST];
    bool is_titled[DISCOVER_PROCESSES_MOST];
};

void discover_servers_init(struct discover_servers *servers,
                           const struct discover_processes *processes);

/* One more address to ask, unless it is there already, or there is no room. */
void discover_servers_add(struct discover_servers *servers,
                          const struct discover_listener *listener,
                          uint32_t holder);

/* Not to be asked: the bus of a cluster's member, 10,000 above its port, which
 * would complain of us in its log. */
bool discover_servers_is_bus(const struct discover_servers *servers,
                             uint32_t candidate);

void discover_servers_answer(struct discover_servers *servers,
                             uint32_t candidate,
                             const struct discover_reply *reply);

/* The process' title was read. */
void discover_servers_title(struct discover_servers *servers, uint32_t process,
                            const struct discover_title *title);

/* A process whose title must be read before its addresses can be told: they
 * are locked, and it may be a sentinel. NOBODY if there is none. */
uint32_t discover_servers_untitled(const struct discover_servers *servers);

/* Another address of the server told last, `is_another`, or the first of the
 * next. */
typedef void (*discover_tell_cb)(void *owner, bool is_another, uint32_t pid,
                                 const struct discover_candidate *candidate,
                                 const char *addr);

/* Tells every server that is proven and was not told yet. */
void discover_servers_tell(struct discover_servers *servers,
                           discover_tell_cb tell, void *owner);

/* Addresses that were asked and did not prove to be a server's. */
uint32_t discover_servers_silent(const struct discover_servers *servers);

#endif
