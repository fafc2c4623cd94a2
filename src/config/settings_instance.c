/*
 * settings_instance.c - see settings_instance.h. Row by row of the option
 * table; values are printable ASCII, checked when they were loaded, so a line
 * is a line and a tab the separator.
 */
#include "config/settings_instance.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
    } else if (is_value(option) &&
               settings_value_text(option, homes->of[option->home], text,
                                   sizeof(text))) {
        printf("%s%s%s\t%s\n", section, section[0] != '\0' ? "." : "",
               option->name, text);
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
                 [HOME_ACCESS] = &settings->accesses[i]}};
            print_scope(&homes, SCOPE_INSTANCE, "");
            return 0;
        }
    }
    return -ENOENT;
}
