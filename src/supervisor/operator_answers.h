/*
 * operator_answers.h - what an operator is told; each order is answered once.
 * For the desk's own files.
 */
#ifndef SUPERVISOR_OPERATOR_ANSWERS_H
#define SUPERVISOR_OPERATOR_ANSWERS_H

#include "supervisor/operator_desk.h"

void operator_answers_give(struct operator_desk *desk, uint32_t id,
                           enum order_outcome outcome, const char *text);

/* The order's name, a blank, and `what`. */
void operator_answers_about(struct operator_desk *desk,
                            const struct message_order *order,
                            enum order_outcome outcome, const char *what);

/* That no instance has the order's name; with the nearest one, or the first
 * ones of all. */
void operator_answers_no_such(struct operator_desk *desk,
                              const struct message_order *order);

/* True, and its index, when an instance is configured by that name. */
bool operator_answers_find(const struct operator_desk *desk, const char *name,
                           uint32_t *index);

#endif
