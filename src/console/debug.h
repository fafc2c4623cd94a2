/*
 * debug.h - /debug/procs, /debug/heap and /debug/fds: what our processes are
 * and hold, so that a leak of memory, descriptors or connections is found in
 * minutes. Each as JSON, or as a table for people.
 *
 * What the processes told of themselves comes from the board; the console's
 * own figures are read now. Needs SNAPSHOT_SERVICES.
 */
#ifndef CONSOLE_DEBUG_H
#define CONSOLE_DEBUG_H

#include <stdbool.h>

#include "console/body.h"
#include "console/snapshot.h"
#include "console/view.h"

void debug_write_procs(const struct snapshot *snapshot, bool is_text,
                       struct body *body);
void debug_write_heap(const struct snapshot *snapshot, bool is_text,
                      struct body *body);
void debug_write_fds(const struct snapshot *snapshot, bool is_text,
                     struct body *body);

/* "endings": the last ends of processes that nobody wanted, newest first. */
void debug_put_endings(struct view *view, const struct snapshot *snapshot);
/* The same, a line each. */
void debug_write_endings(const struct snapshot *snapshot, struct body *body);

#endif
