/*
 * discover.h - a disposable process that searches this host for servers: the
 * role `discover` of sentinel-prober. It says HELLO, a FOUND for each address
 * of each server, SEARCHED, and ends.
 *
 * It reads what other processes show of themselves and talks to whoever
 * listens: it may hang in either, and then it is killed. So it tells what it
 * has before it looks at what is riskier.
 */
#ifndef PROBER_DISCOVER_H
#define PROBER_DISCOVER_H

#include <stdint.h>

#define DISCOVER_ROLE "discover"
#define DISCOVER_SEARCH_MS 3000  /* all of it */
#define DISCOVER_ADDRESS_MS 1000 /* for one address, whatever it answers */

/* Serves the channel it inherited. `root` is where the kernel shows the
 * processes, "/proc". An exit code as of the prober. */
int discover_run(uint32_t generation, const char *root);

#endif
