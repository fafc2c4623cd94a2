/*
 * settings_load.h - reads a YAML configuration file into checked settings.
 */
#ifndef SUPERVISOR_SETTINGS_LOAD_H
#define SUPERVISOR_SETTINGS_LOAD_H

#include <stddef.h>

#include "model/settings.h"
#include "supervisor/complaints.h"

/* Reads and checks the whole file, defaults filled in. 0, or -EINVAL with
 * everything that is wrong in `complaints`; then `settings` is untouched. On
 * success the caller frees it with settings_finish. */
int settings_load(const char *file, struct settings *settings,
                  struct complaints *complaints);

/* The same of bytes in memory (tests, fuzzing). `file` is a name only. */
int settings_parse(const char *file, const char *bytes, size_t length,
                   struct settings *settings, struct complaints *complaints);

#endif
