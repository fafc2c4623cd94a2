/*
 * settings_change.h - what a reload may not change.
 */
#ifndef SUPERVISOR_SETTINGS_CHANGE_H
#define SUPERVISOR_SETTINGS_CHANGE_H

#include "supervisor/options.h"

/* An option that differs and must not while we run; NULL if there is none.
 * What names our place on this host and in ZooKeeper stays for a life: nodes
 * would otherwise be left behind under the old name. */
const struct option *settings_find_fixed(const struct settings *now,
                                         const struct settings *then);

#endif
