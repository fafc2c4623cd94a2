/*
 * search.h - a search of this host for servers, in a process of its own: the
 * agent's own, with or without an agent on the host.
 */
#ifndef CTL_SEARCH_H
#define CTL_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "wire/discovery_list.h"

#define SEARCH_MS 4000 /* the helper ends by itself before that */

struct search {
    uint32_t count;
    struct discovery_found list[DISCOVERY_MOST]; /* sorted and named */
    struct message_searched end;
};

/* 0; or a negative errno and why in `trouble`. `libexec` may be NULL. */
int search_run(const char *libexec, struct search *search, char *trouble,
               size_t size);

#endif
