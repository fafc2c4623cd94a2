/*
 * settings_value.h - one written value into its field, by its option's row.
 */
#ifndef SUPERVISOR_SETTINGS_VALUE_H
#define SUPERVISOR_SETTINGS_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/settings.h"
#include "supervisor/options.h"

#define SETTINGS_WHY_BYTES 160

/* Sets the field of `base` (the struct the option's scope names) from
 * `text`. `is_quoted`: it was written in quotes, so it is no number and no
 * switch. 0, or -EINVAL with `why` saying what is wrong and what was meant,
 * without repeating the text. Sections, labels and lists are not values. */
int settings_value_set(const struct option *option, void *base,
                       const char *text, bool is_quoted, char *why,
                       size_t why_size);

/* What a value of this type looks like: "a duration such as 10s". */
const char *settings_value_shape(enum option_type type);

#endif
