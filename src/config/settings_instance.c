/*
 * settings_instance.c - see settings_instance.h. Row by row of the option
 * table; values are printable ASCII, checked when they were loaded, so a line
 * is a line and a tab the separator.
 */
#include "config/settings_instance.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/options.h"
#include "config/settings_value.h"

/* The structs that hold an instance's fields. */
struct homes {
    const void *of[HOME_COUNT];
};

static void print_scope(const struct homes *homes, enum option_scope scope,
                        const char *section);

static void print_section(const struct homes *homes,
                          const struct option *option)
{
    const char *home = homes->of[option->home];

    if (option->is_marked && *(const bool *)(home + option->offset)) {
        printf("%s\ttrue\n", option->name);
        print_scope(homes, option->section, option->name);
    }
}

/* For a program: numbers as they are, not as a person writes them. */
static bool write_value(const struct option *option, const void *home,
                        char *text, size_t size)
{
    const void *field = (const char *)home + option->offset;

    if (option->type == OPTION_DURATION || option->type == OPTION_SIZE) {
        return text_format(text, size, "%" PRIu64, *(const uint64_t *)field);
    }
    return settings_value_text(option, home, text, size);
}

static bool is_value(const struct option *option)
{
    return option->type != OPTION_SECTION && option->type != OPTION_LABELS &&
           option->type != OPTION_REGISTRATIONS &&
           option->type != OPTION_INSTANCES;
}

static void print_option(const struct homes *homes, const struct option *option,
                         const char *section)
{
    char text[SETTINGS_TEXT_BYTES];

    if (option->type == OPTION_SECTION) {
        print_section(homes, option);
    } else if (is_value(option) && write_value(option, homes->of[option->home],
                                               text, sizeof(text))) {
        printf("%s%s%s%s\t%s\n", section, section[0] != '\0' ? "." : "",
               option->name, option->type == OPTION_DURATION ? "_ms" : "",
               text);
    }
}

static void print_scope(const struct homes *homes, enum option_scope scope,
                        const char *section)
{
    const struct option *option = option_at(0);

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (option->scope == scope) {
            print_option(homes, option, section);
        }
    }
}

int settings_print_instance(const struct settings *settings, const char *name)
{
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        if (strcmp(settings->instances[i].name, name) == 0) {
            const struct homes homes = {
                {[HOME_INSTANCE] = &settings->instances[i],
                 [HOME_ACCESS] = settings_access(settings, i)}};
            print_scope(&homes, SCOPE_INSTANCE, "");
            return 0;
        }
    }
    return -ENOENT;
}
