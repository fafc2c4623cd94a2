/*
 * maint.h - an instance that an operator has drained: its state is `maint`,
 * whatever its probes say, until he lifts it.
 */
#ifndef MODEL_MAINT_H
#define MODEL_MAINT_H

#include <stdbool.h>
#include <stdint.h>

#define MAINT_OPERATOR_BYTES 33
#define MAINT_REASON_BYTES 101

/* Texts are printable ASCII. All zero: it is not drained. */
struct maint {
    bool is_on;
    uint64_t since_wall_ms;
    char operator_name[MAINT_OPERATOR_BYTES]; /* "": nobody said who */
    char reason[MAINT_REASON_BYTES];
};

#endif
