/*
 * settings_instance.h - one instance as lines for a program: how to reach it
 * and how to get in, so that sentinelctl probes it as the agent does.
 */
#ifndef CONFIG_SETTINGS_INSTANCE_H
#define CONFIG_SETTINGS_INSTANCE_H

#include "model/settings.h"

/* To standard output `key<TAB>value` lines of every option that has a value
 * for this instance, its own or inherited; of options inside a section the
 * key is `section.key`, and a section that was given is `section<TAB>true`.
 * A duration is `key_ms` and a number, a size a number of bytes.
 * File names only, no secret. 0, or -ENOENT if there is no such instance. */
int settings_print_instance(const struct settings *settings, const char *name);

#endif
