/*
 * listener.h - the console's listening sockets, bound by the supervisor and
 * handed down: an address in use is known before any child starts, and a
 * console's restart loses no client.
 */
#ifndef SUPERVISOR_LISTENER_H
#define SUPERVISOR_LISTENER_H

#include "model/address.h"

/* Who finds the queue full tries again after a second: a crowd that comes at
 * once must fit. */
#define LISTENER_BACKLOG 4096

/* Binds and listens. The descriptor (non-blocking, close-on-exec) or a
 * negative errno. */
int listener_open_tcp(const struct address *address);

/* The same on <run_dir>/console.sock, mode 0600, replacing what a predecessor
 * left. Only for the holder of the run directory's lock. */
int listener_open_unix(const char *run_dir);

/* Removes <run_dir>/console.sock. */
void listener_remove_unix(const char *run_dir);

#endif
