/*
 * hosts.h - which Host a request may name. A name is how a web page of a
 * stranger would reach us through the reader's own browser, so only our own
 * are taken. Pure, and fuzzed.
 */
#ifndef CONSOLE_HOSTS_H
#define CONSOLE_HOSTS_H

#include <stdbool.h>

/* True if a request for this host[:port] may be answered: `localhost`, a
 * loopback literal, `local`, the literal address the client connected to
 * (NULL: none), or one of `names`, "one,other" as configured ("": none). */
bool hosts_is_allowed(const char *host, const char *local, const char *names);

#endif
