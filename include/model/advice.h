/*
 * advice.h - each reason in words: what it means for those who use the server,
 * and what an operator does about it. The command, the status page and the
 * runbook say the same.
 */
#ifndef MODEL_ADVICE_H
#define MODEL_ADVICE_H

#include "model/verdict.h"

/* One sentence each, without a full stop; "" when there is nothing to say. */
const char *advice_meaning(enum reason reason);
const char *advice_action(enum reason reason);

#endif
