/*
 * endings.h - tells of processes of ours that ended unasked: a line in the
 * log, an entry on the board.
 */
#ifndef SUPERVISOR_ENDINGS_H
#define SUPERVISOR_ENDINGS_H

#include <stdint.h>

#include "model/ending.h"

struct supervisor;

/* `instance`: the index of the one it was at; -1 = none known. */
void endings_tell(struct supervisor *supervisor, const struct ending *ending,
                  int32_t instance);

#endif
