/*
 * columns.h - what is said of an instance in columns: on screens of several
 * kinds, and as CSV. Pure.
 */
#ifndef CTL_COLUMNS_H
#define CTL_COLUMNS_H

#include <jansson.h>

#include "ctl/table.h"

/* For whom the columns are. */
enum columns { COLUMNS_SCREEN, COLUMNS_WIDE, COLUMNS_CSV, COLUMNS_TOP };

/* A table of a list of the status' instances. `titles` has room for
 * TABLE_COLUMNS_MOST and must live as long as the table, which is the caller's
 * to destroy. NULL without memory. */
struct table *columns_fill(const json_t *status, const json_t *instances,
                           enum columns columns, const char **titles);

#endif
