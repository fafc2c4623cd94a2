/*
 * vitals.h - the facts of a probe worth a look, each as a line for a person.
 * Pure.
 */
#ifndef CTL_VITALS_H
#define CTL_VITALS_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/table.h"
#include "model/result.h"

#define VITALS_COUNT 7
#define VITALS_BYTES 256

/* The line's label, for `which` below VITALS_COUNT. */
const char *vitals_label(size_t which);

/* The line; "" when nothing of it is known. Its tone says if it is a worry.
 * `now_ms` is of the epoch. */
enum tone vitals_write(size_t which, const struct result *result,
                       uint64_t now_ms, char *text, size_t size);

#endif
