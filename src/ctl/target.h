/*
 * target.h - what a person points at: an address, a URL of Redis, or the name
 * of a configured instance. Pure.
 *
 *     host:port  [v6]:port  unix:/path  /path
 *     redis://[user@]host[:port][/database]   and rediss:// for TLS
 *     NAME
 */
#ifndef CTL_TARGET_H
#define CTL_TARGET_H

#include <stdbool.h>

#include "model/address.h"
#include "model/settings.h"

#define TARGET_PORT_DEFAULT "6379" /* of a URL that names none */

struct target {
    char instance[SETTINGS_NAME_BYTES]; /* a configured one; "": see address */
    struct address address;             /* kind ADDRESS_NONE for an instance */
    bool has_tls;
    char user[SETTINGS_USER_BYTES]; /* "": the URL names none */
};

/* 0, or -EINVAL; then `why` is a constant that says what is wrong. The text is
 * not to be repeated then: it may hold a password, which is refused, for
 * everybody on the host can read a command line. A URL's database is checked
 * and forgotten: a server is healthy or not as a whole. */
int target_parse(const char *text, struct target *target, const char **why);

#endif
