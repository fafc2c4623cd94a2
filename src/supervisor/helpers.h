/*
 * helpers.h - what publisher and console are told, and what is done with what
 * they say. All of it is gossip: checked, shown, and believed of nothing but
 * themselves.
 */
#ifndef SUPERVISOR_HELPERS_H
#define SUPERVISOR_HELPERS_H

#include "supervisor/supervisor.h"

/* What a publisher that has just come waits for: ZooKeeper's servers, by
 * address. */
void helpers_tell_servers(struct supervisor *supervisor, const char *servers);

/* Starts the console and, with ZooKeeper configured, the publisher; from then
 * on both are kept alive. */
void helpers_start(struct supervisor *supervisor);

/* After a reload: both are replaced by ones that read the new board; the
 * publisher's session goes on. `listen_fd` is the console's new TCP socket,
 * taken over; -1 = the old one stays. */
void helpers_replace(struct supervisor *supervisor, int listen_fd);

/* Has the publisher take our nodes back and end. */
void helpers_withdraw(struct supervisor *supervisor);

#endif
