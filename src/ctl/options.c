/*
 * options.c - one row an option: its names, its value's name, its help, and
 * what takes it. Options may stand before and behind the verb.
 */
#include "ctl/options.h"

#include <stddef.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

/* The configuration's range of a timeout. */
#define TIMEOUT_LEAST_MS 10
#define TIMEOUT_MOST_MS 60000

struct option {
    const char *verb;  /* the one that has it; NULL: all have */
    const char *name;  /* "--url" */
    const char *brief; /* "-o"; NULL: none */
    const char *value; /* its value's name in the help; NULL: it has none */
    const char *help;
    bool (*take)(struct options *options, const char *value);
    size_t field; /* without `take`: of the text, or of the switch if it has
                     no value, in struct options */
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

static bool take_timeout(struct options *options, const char *value)
{
    uint64_t timeout_ms = 0;
    if (parse_duration_ms(value, TIMEOUT_LEAST_MS, TIMEOUT_MOST_MS,
                          &timeout_ms) != 0) {
        return false;
    }
    options->timeout_ms = (uint32_t)timeout_ms;
    return true;
}

/* The rest of a row for an option that is a text or a switch. */
#define FIELD(name) NULL, offsetof(struct options, name)
#define PROBE "probe"

static const struct option table[] = {
    {NULL, "--output", "-o", "FORMAT", "table, wide, json, csv or name",
     take_output, 0},
    {NULL, "--url", NULL, "URL",
     "the agent's console; else the socket console.sock\n"
     "in $SENTINEL_AGENT_RUN_DIR or "
     "/run/sentinel-agent",
     FIELD(url)},
    {NULL, "--help", "-h", NULL, "print this", FIELD(wants_help)},
    {NULL, "--version", NULL, NULL, "print the version", FIELD(wants_version)},

    {PROBE, "--user", NULL, "NAME", "the Redis user; the default one else",
     FIELD(user)},
    {PROBE, "--password-file", NULL, "FILE",
     "holds the password in one line, and is its owner's\n"
     "alone to read",
     FIELD(password_file)},
    {PROBE, "--tls", NULL, NULL, "speak TLS; the next five imply it",
     FIELD(has_tls)},
    {PROBE, "--ca", NULL, "FILE",
     "the authorities to believe; the system's else", FIELD(ca)},
    {PROBE, "--cert", NULL, "FILE", "our certificate", FIELD(cert)},
    {PROBE, "--key", NULL, "FILE", "its private key", FIELD(key)},
    {PROBE, "--server-name", NULL, "NAME",
     "what the certificate must bear; else the target's\n"
     "host when it is a name",
     FIELD(server_name)},
    {PROBE, "--insecure", NULL, NULL, "take any certificate",
     FIELD(is_insecure)},
    {PROBE, "--timeout", NULL, "DURATION",
     "of a name's lookup and of the probe, 10ms to 1m;\n1s else", take_timeout,
     0},
    {PROBE, "--config", NULL, "FILE",
     "where an instance's name is looked up; else in\n"
     "$SENTINEL_AGENT_CONFIG, else in the agent's own",
     FIELD(config)},
    {PROBE, "--libexec", NULL, "DIR", "where the agent's programs are",
     FIELD(libexec)},
};

#define OPTION_COUNT (sizeof table / sizeof table[0])

_Static_assert(OPTION_COUNT <= 32, "given has a bit for each");

/* A row's names, and beside them its help, line under line. */
static void print_option(FILE *stream, const struct option *option)
{
    char names[64];
    const char *help = option->help;
    (void)text_format(names, sizeof names, "%s%s%s%s%s",
                      option->brief != NULL ? option->brief : "",
                      option->brief != NULL ? ", " : "    ", option->name,
                      option->value != NULL ? " " : "",
                      option->value != NULL ? option->value : ""); /* fits */
    while (*help != '\0') {
        size_t length = strcspn(help, "\n");
        (void)fprintf(stream, "  %-24s  %.*s\n", names, (int)length,
                      help); /* who prints help looks at nothing */
        help += length + (help[length] == '\n');
        names[0] = '\0';
    }
}

void options_print_help(FILE *stream)
{
    const char *verb = NULL;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (table[i].verb != verb) {
            verb = table[i].verb;
            (void)fprintf(stream, "\nof %s:\n", verb); /* as above */
        }
        print_option(stream, &table[i]);
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
    (void)fprintf(stderr, "sentinelctl: %s: %.*s; see sentinelctl --help\n",
                  shown, (int)strcspn(problem, "\n"),
                  problem); /* nobody else to tell */
    return CTL_EXIT_USAGE;
}

static bool take_value(const struct option *option, struct options *options,
                       const char *value)
{
    void *field = (char *)options + option->field;
    if (option->take != NULL) {
        return option->take(options, value);
    }
    if (option->value == NULL) {
        *(bool *)field = true;
        return true;
    }
    *(const char **)field = value;
    return value[0] != '\0';
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
    options->given |= 1u << (option - table);
    return take_value(option, options, value) ? 0
                                              : refuse(argument, option->help);
}

/* An option of one verb has no meaning for another. */
static int check_verb(const struct options *options)
{
    for (size_t i = 0; options->verb != NULL && i < OPTION_COUNT; i++) {
        bool is_given = (options->given >> i & 1) != 0;
        if (is_given && table[i].verb != NULL &&
            strcmp(table[i].verb, options->verb) != 0) {
            return refuse(table[i].name, "an option of another verb");
        }
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
        } else if (options->target == NULL) {
            options->target = argv[i];
        } else {
            status = refuse(options->verb, "one thing at a time");
        }
        if (status != 0) {
            return status;
        }
    }
    return check_verb(options);
}
