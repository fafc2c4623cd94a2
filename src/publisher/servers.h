/*
 * servers.h - the servers as the library wants them: numeric, before it sees
 * them. It would resolve names on every turn of its own thread, and a hanging
 * name server would cost a healthy session (libzookeeper 3.8.0). Names are the
 * supervisor's business; here one is left out.
 */
#ifndef PUBLISHER_SERVERS_H
#define PUBLISHER_SERVERS_H

#include <stddef.h>

/* `list` is "host:port,[v6]:port". `numeric` needs as much room as the list,
 * for it is no longer. 0; -EINVAL: the list is malformed; -ENOENT: nothing in
 * it is numeric. */
int servers_write(const char *list, char *numeric, size_t size);

#endif
