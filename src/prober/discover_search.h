/*
 * discover_search.h - where a search asks: from processes and sockets to
 * addresses.
 */
#ifndef PROBER_DISCOVER_SEARCH_H
#define PROBER_DISCOVER_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "prober/discover_net.h"
#include "prober/discover_processes.h"
#include "prober/discover_servers.h"

struct discover_search {
    struct discover_processes processes;
    struct discover_servers servers; /* of these processes */
    struct discover_net net;
};

void discover_search_init(struct discover_search *search, const char *root,
                          uint64_t end_ms);

/* The sockets now listening; once, before the rest. */
void discover_search_read_net(struct discover_search *search);

/* Adds what the processes of a sweep listen at. */
void discover_search_sweep(struct discover_search *search,
                           enum discover_sweep by);

/* Reads the titles that discover_servers_untitled wants. */
void discover_search_read_locked(struct discover_search *search);

/* For the hidden processes from `first` on: adds the addresses their titles
 * name. One whose title names none may be at any address of its user's, which
 * are added `with_user`. */
void discover_search_add_hidden(struct discover_search *search, uint32_t first,
                                bool with_user);

#endif
