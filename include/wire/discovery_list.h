/*
 * discovery_list.h - servers a search has found, as plain data: taken from
 * what the helper says, which is gossip, and named. Pure.
 */
#ifndef WIRE_DISCOVERY_LIST_H
#define WIRE_DISCOVERY_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "model/settings.h"
#include "wire/message.h"

#define DISCOVERY_MOST 64
#define DISCOVERY_OTHERS_MOST 4 /* further addresses kept of one server */

struct discovery_found {
    char name[SETTINGS_NAME_BYTES];
    struct address address; /* the best of its addresses */
    uint32_t pid;           /* 0 if not known */
    enum role role;
    char version[VERDICT_VERSION_BYTES]; /* "" if it told none */
    /* Where it listens as well; "0.0.0.0" and "::" stand for everywhere. */
    struct address others[DISCOVERY_OTHERS_MOST];
    uint32_t other_count;
};

/* Takes what the helper says. -EPROTO when it is nonsense. Other addresses
 * past the bound are left out without a word. */
int discovery_list_add(struct discovery_found *list, uint32_t *count,
                       const struct message_found *told);

/* Sorts by port, then unix sockets by path, drops what was told twice, and
 * names the servers. The same servers have the same names whatever order they
 * were told in. */
void discovery_list_finish(struct discovery_found *list, uint32_t *count);

/* Whether an instance configured at this address is the found server. */
bool discovery_list_is_at(const struct discovery_found *found,
                          const struct address *configured);

#endif
