/*
 * member.h - who stands in a presence tree, under which name and with which
 * bytes. Pure.
 *
 * Readers take a node's being there for "usable" and its bytes for the
 * address; they never read our state. So a member's bytes rest on the
 * configuration and on when it came, and on nothing that changes.
 */
#ifndef PUBLISHER_MEMBER_H
#define PUBLISHER_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/board.h"
#include "model/registration.h"
#include "model/verdict.h"

/* "member_", a host of 255, '_', a port. */
#define MEMBER_NAME_BYTES 272

/* Whether an instance of this verdict is to be found in the tree. Never while
 * it is drained or shuts down. */
bool member_belongs(const struct registration *registration,
                    const struct verdict *verdict);

/* member_<host>_<port> of the published address, ':' of the host written as
 * '_'. False: it has no host and port, so it is no member anywhere. */
bool member_name(const struct board_settings *settings, char *name,
                 size_t size);

struct member_scope {
    const char *cluster;
    const char *host;
};

/* The bytes in the style the tree's readers know. `registered_wall_ms` is when
 * it came into the tree. 0, -ENOBUFS, -ENOMEM, or -EINVAL without an address.
 * What does not fit loses its labels.
 *
 * Styles after their readers: Prometheus' nerve_sd and Synapse (nerve),
 * Prometheus' serverset_sd and Finagle (serverset), Curator's
 * JsonInstanceSerializer (curator); compat has the keys of all of them. */
int member_encode(const struct registration *registration,
                  const struct member_scope *scope,
                  const struct board_settings *settings,
                  uint64_t registered_wall_ms, char *bytes, size_t room,
                  size_t *length);

#endif
