/*
 * maint.h - an instance that an operator has drained: its state is `maint`,
 * whatever its probes say, until he lifts it.
 */
#ifndef MODEL_MAINT_H
#define MODEL_MAINT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/verdict.h"

#define MAINT_OPERATOR_BYTES 33
#define MAINT_REASON_BYTES 101

/* Texts are printable ASCII. All zero: it is not drained. */
struct maint {
    bool is_on;
    uint64_t since_wall_ms;
    char operator_name[MAINT_OPERATOR_BYTES]; /* "": nobody said who */
    char reason[MAINT_REASON_BYTES];
    /* What the probes say of the state meanwhile; all else they say stands in
     * the claim itself. STATE_NONE: nothing yet. */
    enum state probed_state;
    char probed_detail[VERDICT_DETAIL_BYTES];
};

/* While it is on: `verdict`, as the probes made it, becomes what is said of a
 * drained instance, and what that hides of it is kept. */
void maint_cover(struct maint *maint, struct verdict *verdict);

/* The way back: a verdict that was covered is as the probes made it. */
void maint_uncover(const struct maint *maint, struct verdict *verdict);

/* The state that is said, uncovered. */
enum state maint_uncovered(const struct maint *maint, enum state said);

#endif
