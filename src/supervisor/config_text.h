/*
 * config_text.h - the effective configuration as text in memory, for the
 * console to show: a helper reads no file of ours.
 */
#ifndef SUPERVISOR_CONFIG_TEXT_H
#define SUPERVISOR_CONFIG_TEXT_H

#include "model/settings.h"

/* A descriptor of sealed memory that holds what -T prints; close-on-exec. Or
 * a negative errno: the console then has none to show. */
int config_text_create(const struct settings *settings);

#endif
