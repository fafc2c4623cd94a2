/*
 * operator_drain.h - the orders `drain` and `undrain`; for the desk's own
 * files.
 */
#ifndef SUPERVISOR_OPERATOR_DRAIN_H
#define SUPERVISOR_OPERATOR_DRAIN_H

#include "supervisor/operator_desk.h"

/* Each carries it out and answers. Draining again gives other words to the
 * same drain; lifting what is not drained is fine. */
void operator_drain(struct operator_desk *desk,
                    const struct message_order *order);
void operator_undrain(struct operator_desk *desk,
                      const struct message_order *order);

#endif
