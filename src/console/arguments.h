/*
 * arguments.h - what stands behind the question mark of a request's target.
 * Pure, and fuzzed with routes.
 */
#ifndef CONSOLE_ARGUMENTS_H
#define CONSOLE_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/maint.h"

struct arguments {
    unsigned debug;      /* 0 to 2; 0 when absent */
    bool wants_writable; /* when=writable; readable is the default */
    bool wants_text;     /* for people; JSON is the default */
    bool has_since;
    uint64_t since; /* the id of an event */
    /* Who gives an order and why: printable ASCII, "" when absent. */
    char operator_name[MAINT_OPERATOR_BYTES];
    char reason[MAINT_REASON_BYTES];
};

/* Reads "key=value&key=value"; of a key given twice the last counts. 0; or
 * -EINVAL for a value that is out of range, too long or no text. Keys we do
 * not know are left alone, as the web does. */
int arguments_decode(const char *query, struct arguments *arguments);

#endif
