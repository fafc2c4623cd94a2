/*
 * settings_warn.c - tells of options that this version keeps and does not use
 * yet, so that nobody believes they work.
 */
#include "base/log.h"
#include "base/text.h"
#include "supervisor/options.h"
#include "supervisor/settings_check.h"
#include "supervisor/settings_load.h"

/* The first place of a row that is set, NULL if none is; `*count` of them. */
static const struct settings_place *first_place(const struct settings *settings,
                                                uint32_t row, uint32_t *count)
{
    const struct settings_place *first = NULL;

    *count = 0;
    for (uint32_t holder = 0; holder <= settings->instance_count; holder++) {
        const struct settings_place *place =
            settings_place_of(settings, holder, row);
        if (place->origin != ORIGIN_DEFAULT) {
            first = first != NULL ? first : place;
            ++*count;
        }
    }
    return first;
}

void settings_warn(const struct settings *settings)
{
    const struct option *option = option_at(0);

    for (uint32_t row = 0; option != NULL; option = option_at(++row)) {
        uint32_t count = 0;
        const struct settings_place *place = first_place(settings, row, &count);
        char where[SETTINGS_PATH_BYTES + 32];

        if (place == NULL || !option->has_no_effect) {
            continue;
        }
        (void)text_format(where, sizeof(where), "%s:%u",
                          settings_file_of(settings, place),
                          place->line); /* fits */
        log_event(LEVEL_WARNING, "option_without_effect",
                  LOG_TEXT("option", option->name), LOG_TEXT("where", where),
                  LOG_NUMBER("times", count));
    }
}
