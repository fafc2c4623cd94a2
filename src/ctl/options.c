/*
 * options.c - one row an option: its names, its value's name, its help, and
 * what takes it. Options may stand before and behind the verb.
 */
#include "ctl/options.h"

#include <string.h>

#include "base/text.h"

struct option {
    const char *name;  /* "--url" */
    const char *brief; /* "-o"; NULL: none */
    const char *value; /* its value's name in the help; NULL: it has none */
    const char *help;
    bool (*take)(struct options *options, const char *value);
};

#define OUTPUT_TEXT(constant, name) [constant] = name,
static const char *const output_names[] = {OUTPUT_TABLE(OUTPUT_TEXT)};
#undef OUTPUT_TEXT

static bool take_output(struct options *options, const char *value)
{
    for (int i = 0; i < OUTPUT_COUNT; i++) {
        if (strcmp(value, output_names[i]) == 0) {
            options->output = (enum output)i;
            return true;
        }
    }
    return false;
}

static bool take_url(struct options *options, const char *value)
{
    options->url = value;
    return value[0] != '\0';
}

static bool take_help(struct options *options, const char *value)
{
    (void)value; /* it has none */
    options->wants_help = true;
    return true;
}

static bool take_version(struct options *options, const char *value)
{
    (void)value; /* it has none */
    options->wants_version = true;
    return true;
}

static const struct option table[] = {
    {"--output", "-o", "FORMAT", "table, wide, json, csv or name", take_output},
    {"--url", NULL, "URL",
     "the agent's console; else the socket console.sock\n"
     "                        in $SENTINEL_AGENT_RUN_DIR or "
     "/run/sentinel-agent",
     take_url},
    {"--help", "-h", NULL, "print this", take_help},
    {"--version", NULL, NULL, "print the version", take_version},
};

#define OPTION_COUNT (sizeof table / sizeof table[0])

void options_print_help(FILE *stream)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &table[i];
        char names[64];
        (void)text_format(names, sizeof names, "%s%s%s%s%s",
                          option->brief != NULL ? option->brief : "",
                          option->brief != NULL ? ", " : "    ", option->name,
                          option->value != NULL ? " " : "",
                          option->value != NULL ? option->value
                                                : ""); /* fits */
        (void)fprintf(stream, "  %-20s  %s\n", names,
                      option->help); /* who prints help looks at nothing */
    }
}

/* The option an argument names; `value` is what follows its "=", if any. */
static const struct option *find_option(const char *argument,
                                        const char **value)
{
    size_t length = strcspn(argument, "=");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &table[i];
        *value = NULL;
        if (option->brief != NULL && strcmp(argument, option->brief) == 0) {
            return option;
        }
        if (strlen(option->name) == length &&
            strncmp(argument, option->name, length) == 0) {
            *value = argument[length] == '=' ? argument + length + 1 : NULL;
            return option;
        }
    }
    return NULL;
}

static int refuse(const char *argument, const char *problem)
{
    char shown[128];
    (void)text_escape(shown, sizeof shown, argument,
                      strlen(argument)); /* cutting is fine */
    (void)fprintf(stderr, "sentinelctl: %s: %s; see sentinelctl --help\n",
                  shown, problem); /* nobody else to tell */
    return CTL_EXIT_USAGE;
}

/* Takes the option at argv[*index], and its value behind it. */
static int take_option(int argc, char **argv, int *index,
                       struct options *options)
{
    const char *argument = argv[*index];
    const char *value = NULL;
    const struct option *option = find_option(argument, &value);
    if (option == NULL) {
        return refuse(argument, "no such option");
    }
    if (option->value == NULL && value != NULL) {
        return refuse(argument, "takes no value");
    }
    if (option->value != NULL && value == NULL) {
        if (*index + 1 >= argc) {
            return refuse(argument, "a value is missing");
        }
        value = argv[++*index];
    }
    if (!option->take(options, value)) {
        return refuse(value, option->help);
    }
    return 0;
}

int options_read(int argc, char **argv, struct options *options)
{
    *options = (struct options){0};
    for (int i = 1; i < argc; i++) {
        int status = 0;
        if (argv[i][0] == '-' && argv[i][1] != '\0') {
            status = take_option(argc, argv, &i, options);
        } else if (options->verb == NULL) {
            options->verb = argv[i];
        } else {
            status = refuse(argv[i], "one thing at a time");
        }
        if (status != 0) {
            return status;
        }
    }
    return 0;
}
