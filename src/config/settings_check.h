/*
 * settings_check.h - the rules across fields: what no option can tell by
 * itself. Pure: it looks at the settings and at nothing else.
 */
#ifndef CONFIG_SETTINGS_CHECK_H
#define CONFIG_SETTINGS_CHECK_H

#include "config/complaints.h"
#include "config/options.h"

/* Complains of every rule that is broken. A field that was written and
 * refused before is not complained of again. */
void settings_check(const struct settings *settings,
                    struct complaints *complaints);

/* The name of the file a place is in, as messages show it. */
const char *settings_file_of(const struct settings *settings,
                             const struct settings_place *place);

/* Complains of a place in settings. */
#define COMPLAIN(settings, complaints, place, ...)                      \
    complaints_add((complaints), settings_file_of((settings), (place)), \
                   (place), __VA_ARGS__)

#endif
