/*
 * probe_order.h - what a probe makes of its order.
 */
#ifndef PROBER_PROBE_ORDER_H
#define PROBER_PROBE_ORDER_H

#include "prober/probe.h"

/* Keeps of the order what is needed later. 0 or -ENOMEM. */
int probe_order_take(struct probe *probe, const struct message_probe *order);

/* Where to. EVIDENCE_COMPLETE stands for "a numeric address". */
enum evidence_end probe_order_address(struct probe *probe, const char *text);

#endif
