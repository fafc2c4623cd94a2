/*
 * settings_load.h - from YAML files to checked settings.
 *
 *     files -> settings_bundle_read -> bytes -> settings_parse -> settings
 *                                                                    |
 *                          settings_check_files (looks, never opens) <
 *
 * settings_load is all of it.
 */
#ifndef CONFIG_SETTINGS_LOAD_H
#define CONFIG_SETTINGS_LOAD_H

#include "model/settings.h"
#include "config/complaints.h"
#include "config/settings_bundle.h"

/* Reads and checks the file, what it includes and the files of secrets it
 * names; defaults filled in. 0, or -EINVAL with everything that is wrong in
 * `complaints`; then `settings` is untouched. On success the caller frees it
 * with settings_finish. */
int settings_load(const char *file, struct settings *settings,
                  struct complaints *complaints);

/* The same, and leaves in `bundle` what was read; the caller finishes it
 * either way. */
int settings_load_bundle(const char *file, struct settings_bundle *bundle,
                         struct settings *settings,
                         struct complaints *complaints);

/* Parses and checks bytes in memory; no file is touched. Results as above. */
int settings_parse(const struct settings_bundle *bundle,
                   struct settings *settings, struct complaints *complaints);

/* Looks at the files that the settings name, without opening them: there,
 * regular, and secrets nobody else's to read. 0, or -EINVAL with what is
 * wrong in `complaints`. */
int settings_check_files(const struct settings *settings,
                         struct complaints *complaints);

/* What holds without any file: all defaults, no instance. 0, or -EINVAL with
 * a complaint when this machine's name cannot name nodes. */
int settings_default(struct settings *settings, struct complaints *complaints);

/* Logs a warning for what is odd though it may be meant. */
void settings_warn(const struct settings *settings);

#endif
