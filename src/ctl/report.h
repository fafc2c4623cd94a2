/*
 * report.h - what a probe found, for a person or for a program.
 */
#ifndef CTL_REPORT_H
#define CTL_REPORT_H

#include <stdio.h>

#include "ctl/order.h"
#include "model/result.h"

struct report {
    const struct order *order;   /* borrowed */
    const struct result *result; /* borrowed */
};

/* Steps, verdict, facts, and what to do. `width` and `has_colour` as of
 * table_print. 0 or a negative errno. */
int report_print(const struct report *report, FILE *stream, size_t width,
                 bool has_colour);

/* The same as one JSON object and a newline. */
int report_print_json(const struct report *report, FILE *stream);

#endif
