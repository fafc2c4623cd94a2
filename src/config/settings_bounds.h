/*
 * settings_bounds.h - says in the log what a configuration promises.
 */
#ifndef CONFIG_SETTINGS_BOUNDS_H
#define CONFIG_SETTINGS_BOUNDS_H

#include <stdint.h>

#include "model/settings.h"

/* Logs the widest bounds of any instance, and whose they are. `granted_ms` is
 * the session timeout that ZooKeeper granted; 0 = as the settings wish it. */
void settings_log_bounds(const struct settings *settings, uint64_t granted_ms);

#endif
