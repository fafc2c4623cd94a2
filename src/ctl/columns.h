/*
 * columns.h - the columns of `sentinelctl status`: what each says of an
 * instance, on a screen and as CSV.
 */
#ifndef CTL_COLUMNS_H
#define CTL_COLUMNS_H

#include <jansson.h>

#include "ctl/options.h"
#include "ctl/table.h"

/* A table of the status' instances with the columns of `output`. `titles` has
 * room for TABLE_COLUMNS_MOST and must live as long as the table, which is
 * the caller's to destroy. NULL without memory. */
struct table *columns_fill(const json_t *status, enum output output,
                           const char **titles);

#endif
