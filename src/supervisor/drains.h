/*
 * drains.h - which instances are drained, by name: the operators' word, which
 * outlives configurations and processes. Pure.
 *
 * Names that are not configured now are kept: an instance that comes back is
 * still drained.
 */
#ifndef SUPERVISOR_DRAINS_H
#define SUPERVISOR_DRAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/maint.h"
#include "model/settings.h"

#define DRAINS_MOST 4096

struct drain {
    char name[SETTINGS_NAME_BYTES];
    struct maint maint; /* it is on */
};

/* All zero: empty. */
struct drains {
    struct drain *list; /* owned; in the order they were given */
    uint32_t count;
};

/* NULL: it is not drained. Good until the next change. */
const struct maint *drains_find(const struct drains *drains, const char *name);

/* Drains `name`, or says it in other words. 0; -ENOSPC when there are
 * DRAINS_MOST already; -ENOMEM. */
int drains_put(struct drains *drains, const char *name,
               const struct maint *maint);

/* Fine when it is not there. */
void drains_remove(struct drains *drains, const char *name);

/* `copy` becomes a copy that owns its own memory. 0; -ENOMEM, and then there is
 * nothing to finish. */
int drains_copy(const struct drains *drains, struct drains *copy);

void drains_finish(struct drains *drains);

/* As text a drain is a line:
 *
 *     cache-1<tab>1763742000123<tab>ann<tab>disk swap
 *
 * name, since when in milliseconds of the epoch, operator ("" = nobody said
 * who), reason; without its newline. */
#define DRAINS_LINE_BYTES 256

/* `line` has DRAINS_LINE_BYTES; that is room enough. */
void drains_encode(const struct drain *drain, char *line);

/* 0; -EINVAL when it is not exactly such a line; then `*why` says what is
 * wrong with it. */
int drains_decode(const char *line, struct drain *drain, const char **why);

#endif
