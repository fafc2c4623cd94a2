/*
 * settings_print.h - the configuration in words: what is in force now, and
 * what could be written.
 */
#ifndef CONFIG_SETTINGS_PRINT_H
#define CONFIG_SETTINGS_PRINT_H

#include <stdio.h>

#include "model/settings.h"

/* The effective configuration, as YAML that the loader takes back, each value
 * with its origin. No secret: none was ever read. */
void settings_print(const struct settings *settings, FILE *stream);

/* The reference page, docs/configuration.md, to standard output. */
void settings_print_reference(void);

#endif
