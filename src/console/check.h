/*
 * check.h - one instance for a load balancer: may it be given clients? Pure.
 */
#ifndef CONSOLE_CHECK_H
#define CONSOLE_CHECK_H

#include <stdbool.h>

#include "console/body.h"
#include "console/snapshot.h"

/* True if clients may read, or write, there; and in the body one line that
 * says why or why not: its state, the reason, the detail. */
bool check_write(const struct snapshot *snapshot,
                 const struct board_instance *instance, bool wants_writable,
                 struct body *body);

#endif
