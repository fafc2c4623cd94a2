/*
 * settings_value.h - one written value into its field, and back, by its
 * option's row.
 */
#ifndef CONFIG_SETTINGS_VALUE_H
#define CONFIG_SETTINGS_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/options.h"

#define SETTINGS_WHY_BYTES 256
/* The longest value, written out. */
#define SETTINGS_TEXT_BYTES SETTINGS_PATH_BYTES

/* Sets the option's field in `home` (the struct the row names) from `text`.
 * 0, or -EINVAL with `why` saying what is wrong and what was meant, without
 * repeating the text. Sections, labels and lists are not values. */
int settings_value_set(const struct option *option, void *home,
                       const char *text, char *why, size_t why_size);

/* What a value of this option looks like: "a duration such as 10s". */
void settings_value_shape(const struct option *option, char *shape,
                          size_t size);

/* The option's range, "between 100ms and 1h"; "" if it has none. */
void settings_value_range(const struct option *option, char *range,
                          size_t size);

/* The field as it would be written; false when there is nothing in it. */
bool settings_value_text(const struct option *option, const void *home,
                         char *text, size_t size);

#endif
