/*
 * session.h - one deep probe as the agent makes it: the name looked up in a
 * process of its own, then a prober asked.
 */
#ifndef CTL_SESSION_H
#define CTL_SESSION_H

#include "ctl/order.h"
#include "model/result.h"

/* Always gives a result: what fails on our side is one of state unknown,
 * reason agent. `libexec` may be NULL. */
void session_probe(const char *libexec, const struct order *order,
                   struct result *result);

#endif
