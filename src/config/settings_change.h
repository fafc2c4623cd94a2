/*
 * settings_change.h - what a reload may not change.
 */
#ifndef CONFIG_SETTINGS_CHANGE_H
#define CONFIG_SETTINGS_CHANGE_H

#include "config/options.h"

/* An option that differs and must not while we run; NULL if there is none.
 * What names our place on this host and in ZooKeeper stays for a life: nodes
 * would otherwise be left behind under the old name. */
const struct option *settings_find_fixed(const struct settings *now,
                                         const struct settings *then);

#endif
