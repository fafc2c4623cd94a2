/*
 * settings_print.c - the effective configuration, row by row of the option
 * table. An included file's instances stand beside the others, so the include
 * itself is a comment.
 */
#include "config/settings_print.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/flags.h"
#include "config/options.h"
#include "config/settings_check.h"
#include "config/settings_value.h"

#define ORIGIN_BYTES (SETTINGS_PATH_BYTES + 32)
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define PLAIN LETTERS "0123456789/._-:,"

/* What is being printed, and how deep. */
struct printer {
    FILE *stream;
    const struct settings *settings;
    enum option_scope scope;
    uint32_t holder;
    const void *homes[HOME_COUNT];
    int indent;
    const char *dash; /* "- " before the first key of a list's entry */
};

/* --- values -------------------------------------------------------------- */

/* A word that some YAML reader takes for something else than a text. */
static bool is_taken_word(const char *text)
{
    static const char *const words[] = {"true", "false", "null", "yes", "no",
                                        "on",   "off",   "y",    "n"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_plain_text(const char *text)
{
    return text[0] != '\0' && strspn(text, PLAIN) == strlen(text) &&
           strchr(LETTERS "/", text[0]) != NULL &&
           text[strlen(text) - 1] != ':' && !is_taken_word(text);
}

/* All texts are printable ASCII: checked when they were loaded. */
static void print_text(FILE *stream, const char *text)
{
    if (is_plain_text(text)) {
        fprintf(stream, "%s", text);
        return;
    }
    fputc('"', stream);
    for (const char *at = text; *at != '\0'; at++) {
        fprintf(stream, "%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
    }
    fputc('"', stream);
}

static bool is_typed(enum option_type type)
{
    return type == OPTION_DURATION || type == OPTION_SIZE ||
           type == OPTION_COUNT || type == OPTION_SWITCH ||
           type == OPTION_CHOICE;
}

static void print_value(FILE *stream, const struct option *option,
                        const char *text)
{
    if (is_typed(option->type)) {
        fprintf(stream, "%s", text);
    } else {
        print_text(stream, text);
    }
}

/* --- origins ------------------------------------------------------------- */

static void write_origin(char text[ORIGIN_BYTES], const struct printer *printer,
                         const struct option *option,
                         const struct settings_place *place)
{
    const char *file = settings_file_of(printer->settings, place);

    switch ((enum settings_origin)place->origin) {
    case ORIGIN_DEFAULT:
        (void)text_copy(text, ORIGIN_BYTES, "default"); /* fits */
        break;
    case ORIGIN_FILE:
        (void)text_escape(text, ORIGIN_BYTES, file, strlen(file)); /* cut */
        (void)text_append(text, ORIGIN_BYTES, ":%u", place->line);
        break;
    case ORIGIN_FLAG:
        (void)text_format(text, ORIGIN_BYTES, "--%s", option->flag); /* fits */
        break;
    case ORIGIN_ENVIRONMENT:
        flags_environment(option->flag, text);
        break;
    }
}

/* Begins a line: indentation, a dash once, the key. */
static void print_key(struct printer *printer, const char *key)
{
    int dash = (int)strlen(printer->dash);

    fprintf(printer->stream, "%*s%s%s:", printer->indent - dash, "",
            printer->dash, key);
    printer->dash = "";
}

static void print_origin(const struct printer *printer,
                         const struct option *option)
{
    const struct settings_place *place =
        printer->scope == SCOPE_REGISTRATION
            ? NULL /* the entry has one for all */
            : settings_place_of(printer->settings, printer->holder,
                                option_row(option));
    char origin[ORIGIN_BYTES];

    if (place != NULL) {
        write_origin(origin, printer, option, place);
        fprintf(printer->stream, " # %s", origin);
    }
    fputc('\n', printer->stream);
}

/* --- options ------------------------------------------------------------- */

static void print_scope(struct printer *printer);

static void print_scalar(struct printer *printer, const struct option *option)
{
    char text[SETTINGS_TEXT_BYTES];

    if (settings_value_text(option, printer->homes[option->home], text,
                            sizeof(text))) {
        print_key(printer, option->name);
        fputc(' ', printer->stream);
        print_value(printer->stream, option, text);
        print_origin(printer, option);
    }
}

static void print_include(const struct printer *printer,
                          const struct option *option)
{
    if (printer->settings->include[0] != '\0') {
        fprintf(printer->stream, "# %s: ", option->name);
        print_text(printer->stream, printer->settings->include);
        fprintf(printer->stream, " # what it brought stands below\n");
    }
}

static void print_section(struct printer *printer, const struct option *option)
{
    const char *home = printer->homes[option->home];
    struct printer inside = *printer;

    if (option->is_marked && !*(const bool *)(home + option->offset)) {
        return;
    }
    print_key(printer, option->name);
    fputc('\n', printer->stream);
    inside.scope = option->section;
    inside.indent += 2;
    inside.dash = "";
    print_scope(&inside);
}

static void print_labels(struct printer *printer, const struct option *option)
{
    const struct instance_labels *labels = printer->homes[HOME_LABELS];

    if (labels->count == 0) {
        return;
    }
    print_key(printer, option->name);
    print_origin(printer, option);
    for (uint32_t i = 0; i < labels->count; i++) {
        fprintf(printer->stream, "%*s", printer->indent + 2, "");
        print_text(printer->stream, labels->list[i].key);
        fprintf(printer->stream, ": ");
        print_text(printer->stream, labels->list[i].value);
        fputc('\n', printer->stream);
    }
}

static void print_registrations(struct printer *printer,
                                const struct option *option)
{
    const struct settings *settings = printer->settings;

    if (settings->registration_count == 0) {
        return;
    }
    print_key(printer, option->name);
    print_origin(printer, option);
    for (uint32_t i = 0; i < settings->registration_count; i++) {
        struct printer entry = {
            .stream = printer->stream,
            .settings = settings,
            .scope = option->section,
            .homes = {[HOME_REGISTRATION] = &settings->registrations[i]},
            .indent = printer->indent + 4,
            .dash = "- ",
        };
        print_scope(&entry);
    }
}

static void print_instances(struct printer *printer,
                            const struct option *option)
{
    const struct settings *settings = printer->settings;

    if (settings->instance_count == 0) {
        return;
    }
    print_key(printer, option->name);
    fputc('\n', printer->stream);
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        struct printer entry = {
            .stream = printer->stream,
            .settings = settings,
            .scope = option->section,
            .holder = 1 + i,
            .homes = {[HOME_INSTANCE] = &settings->instances[i],
                      [HOME_ACCESS] = settings_access(settings, i),
                      [HOME_LABELS] = settings_labels(settings, i)},
            .indent = printer->indent + 4,
            .dash = "- ",
        };
        print_scope(&entry);
    }
}

/* An instance's own options only: the others stand at the top. */
static bool is_said_here(const struct printer *printer,
                         const struct option *option)
{
    return printer->scope != SCOPE_INSTANCE ||
           settings_place_of(printer->settings, printer->holder,
                             option_row(option))
                   ->origin != ORIGIN_DEFAULT;
}

static void print_option(struct printer *printer, const struct option *option)
{
    switch (option->type) {
    case OPTION_SECTION:
        print_section(printer, option);
        break;
    case OPTION_LABELS:
        print_labels(printer, option);
        break;
    case OPTION_REGISTRATIONS:
        print_registrations(printer, option);
        break;
    case OPTION_INSTANCES:
        break; /* last of all */
    case OPTION_PATTERN:
        print_include(printer, option);
        break;
    case OPTION_DURATION:
    case OPTION_SIZE:
    case OPTION_COUNT:
    case OPTION_SWITCH:
    case OPTION_CHOICE:
    case OPTION_NAME:
    case OPTION_USER:
    case OPTION_SERVER_NAME:
    case OPTION_ADDRESS:
    case OPTION_LISTEN:
    case OPTION_SERVERS:
    case OPTION_HTTP_NAMES:
    case OPTION_NODE_PATH:
    case OPTION_DIRECTORY:
    case OPTION_FILE:
        print_scalar(printer, option);
        break;
    }
}

static void print_scope(struct printer *printer)
{
    const struct option *option = option_at(0);

    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (option_stands_in(option, printer->scope) &&
            is_said_here(printer, option)) {
            print_option(printer, option);
        }
    }
}

void settings_print(const struct settings *settings, FILE *stream)
{
    struct printer printer = {
        .stream = stream,
        .settings = settings,
        .scope = SCOPE_TOP,
        .homes = {[HOME_SETTINGS] = settings,
                  [HOME_INSTANCE] = &settings->instance_defaults,
                  [HOME_ACCESS] = &settings->access_defaults,
                  [HOME_LABELS] = &settings->label_defaults},
        .dash = "",
    };

    fprintf(stream, "# sentinel-agent %s: the effective configuration\n",
            VERSION);
    print_scope(&printer);
    print_instances(&printer, option_of_type(OPTION_INSTANCES));
}
