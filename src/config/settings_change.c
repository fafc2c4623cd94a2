/*
 * settings_change.c - see settings_change.h. The option table says which.
 */
#include "config/settings_change.h"

#include <string.h>

#include "config/settings_value.h"

static bool is_fixed(const struct option *option, bool is_published)
{
    switch (option->change) {
    case CHANGE_ANY:
        return false;
    case CHANGE_UNPUBLISHED:
        return is_published;
    case CHANGE_NEVER:
        return true;
    }
    return true;
}

static bool differs(const struct option *option, const struct settings *now,
                    const struct settings *then)
{
    char before[SETTINGS_TEXT_BYTES] = "";
    char after[SETTINGS_TEXT_BYTES] = "";

    (void)settings_value_text(option, now, before, sizeof(before)); /* or "" */
    (void)settings_value_text(option, then, after, sizeof(after));
    return strcmp(before, after) != 0;
}

const struct option *settings_find_fixed(const struct settings *now,
                                         const struct settings *then)
{
    const struct option *option = option_at(0);
    bool is_published = now->has_zookeeper && then->has_zookeeper;

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        /* All such options are the settings' own: a test holds that. */
        if (is_fixed(option, is_published) && differs(option, now, then)) {
            return option;
        }
    }
    return NULL;
}
