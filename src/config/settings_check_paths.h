/*
 * settings_check_paths.h - the rules of what is published: trees that must
 * not grow into each other, and addresses that mean something elsewhere.
 */
#ifndef CONFIG_SETTINGS_CHECK_PATHS_H
#define CONFIG_SETTINGS_CHECK_PATHS_H

#include "config/complaints.h"

void settings_check_paths(const struct settings *settings,
                          struct complaints *complaints);

#endif
