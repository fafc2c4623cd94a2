/*
 * verdict_rules.h - what the evidence of one probe means: the table of
 * answers, as a table. Pure.
 */
#ifndef PROBER_VERDICT_RULES_H
#define PROBER_VERDICT_RULES_H

#include "model/verdict.h"
#include "prober/evidence.h"

/* The first rule that fits decides; every trouble found stands in
 * `conditions`. Some rule always fits. */
void verdict_rules_judge(const struct evidence *evidence,
                         struct verdict *verdict);

#endif
