/*
 * views.h - the console's JSON answers and the plain texts beside them, each
 * written from a snapshot that the caller has refreshed with the parts the
 * view names. Fields are only ever added.
 */
#ifndef CONSOLE_VIEWS_H
#define CONSOLE_VIEWS_H

#include <stdbool.h>

#include "console/body.h"
#include "console/figures.h"
#include "console/snapshot.h"
#include "console/view.h"

/* /status: zookeeper, services, instances. */
void views_status(const struct snapshot *snapshot, struct body *body);

/* One instance's object, as an item of the view. */
void views_instance(const struct snapshot *snapshot,
                    const struct board_instance *record, struct view *view);

/* /status/<name>: the agent, read anew. False, and nothing written, when there
 * is no instance of that name. */
bool views_named_instance(struct snapshot *snapshot, const char *name,
                          struct body *body);

/* /tasks: tasks, services. Reads the names of their instances by itself. */
void views_tasks(struct snapshot *snapshot, struct body *body);

/* /goroutines with ?debug= 0, 1 or 2: tasks, services. Plain text. */
void views_goroutines(struct snapshot *snapshot, unsigned debug,
                      struct body *body);

/* /bounds: zookeeper, instances. */
void views_bounds(const struct snapshot *snapshot, struct body *body);

/* /buildinfo: nothing but the agent. */
void views_buildinfo(const struct snapshot *snapshot,
                     const struct figures *figures, struct body *body);

/* {"v":1,"error":...} */
void views_error(const char *error, struct body *body);

#endif
