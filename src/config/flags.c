/*
 * flags.c - see flags.h. One row per flag that is no option, and behind them
 * the options that have a flag. Long names only, but for the few letters
 * everybody expects.
 */
#include "config/flags.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "config/settings_value.h"

struct flag {
    const char *name;            /* --name */
    char letter;                 /* -l; 0 = none */
    const char *value_name;      /* NULL: a switch */
    size_t offset;               /* in struct flags, unless it is an option */
    const struct option *option; /* NULL: a flag of its own */
    const char *help;            /* NULL: not shown by --help */
};

#define FIELD(name) offsetof(struct flags, name)

static const struct flag table[] = {
    {"config", 'c', "FILE", FIELD(config), NULL, "the configuration"},
    {"check", 't', NULL, FIELD(wants_check), NULL,
     "check the configuration and exit: 0 good, 78 bad"},
    {"dump", 'T', NULL, FIELD(wants_dump), NULL,
     "print the effective configuration and exit"},
    {"print-instance", 0, "NAME", FIELD(instance), NULL,
     "print how an instance is reached, and exit"},
    {"libexec", 0, "DIR", FIELD(libexec), NULL,
     "where the helper programs are"},
    {"print-reference", 0, NULL, FIELD(wants_reference), NULL, NULL},
    {"version", 0, NULL, FIELD(wants_version), NULL, "print versions and exit"},
    {"help", 'h', NULL, FIELD(wants_help), NULL, "print this and exit"},
};

#define OWN_FLAGS (sizeof(table) / sizeof(table[0]))

/* --- all flags ----------------------------------------------------------- */

/* The option with a flag that comes after `*row`, which moves on; NULL past
 * the last. */
static const struct option *next_option(size_t *row)
{
    const struct option *option = option_at(*row);

    while (option != NULL && option->flag == NULL) {
        option = option_at(++*row);
    }
    ++*row;
    return option;
}

/* Flag number `index`; false past the last. */
static bool flag_at(size_t index, struct flag *flag)
{
    size_t row = 0;
    const struct option *option = NULL;

    if (index < OWN_FLAGS) {
        *flag = table[index];
        return true;
    }
    for (size_t i = OWN_FLAGS; i <= index; i++) {
        option = next_option(&row);
        if (option == NULL) {
            return false;
        }
    }
    *flag = (struct flag){.name = option->flag,
                          .value_name = option->flag_value,
                          .option = option,
                          .help = option->help};
    return true;
}

/* The row an argument names; `*value` is what stands behind '=', or NULL. */
static bool find_flag(const char *argument, struct flag *flag,
                      const char **value)
{
    size_t length = strcspn(argument, "=");

    *value = argument[length] == '=' ? argument + length + 1 : NULL;
    for (size_t i = 0; flag_at(i, flag); i++) {
        bool is_long = strncmp(argument, "--", 2) == 0 &&
                       strlen(flag->name) == length - 2 &&
                       strncmp(argument + 2, flag->name, length - 2) == 0;
        bool is_letter = flag->letter != 0 && argument[0] == '-' &&
                         argument[1] == flag->letter && argument[2] == '\0';
        if (is_long || is_letter) {
            return true;
        }
    }
    return false;
}

/* --- taking them --------------------------------------------------------- */

static void override(struct flags *flags, const struct option *option,
                     const char *value, enum settings_origin origin)
{
    uint32_t i = 0;

    while (i < flags->override_count && flags->overrides[i].option != option) {
        i++;
    }
    if (i < FLAGS_OVERRIDES_MOST) { /* a test holds the table to that */
        flags->overrides[i] = (struct flags_override){option, value, origin};
        flags->override_count += i == flags->override_count;
    }
}

/* `value` NULL turns a switch on. */
static void take(struct flags *flags, const struct flag *flag,
                 const char *value, enum settings_origin origin)
{
    void *field = (char *)flags + flag->offset;

    if (flag->option != NULL) {
        override(flags, flag->option, value, origin);
    } else if (flag->value_name != NULL) {
        *(const char **)field = value;
    } else {
        *(bool *)field = true;
    }
}

void flags_environment(const char *flag, char name[FLAGS_ENVIRONMENT_BYTES])
{
    (void)text_format(name, FLAGS_ENVIRONMENT_BYTES, "SENTINEL_AGENT_%s",
                      flag); /* fits */
    for (char *at = name; *at != '\0'; at++) {
        *at = (char)(*at == '-' ? '_' : toupper((unsigned char)*at));
    }
}

/* A switch's twin counts when it is 1: SENTINEL_AGENT_VERSION=1.2.3, as some
 * images have it, asks for nothing. */
static void take_environment(struct flags *flags)
{
    struct flag flag;

    for (size_t i = 0; flag_at(i, &flag); i++) {
        char name[FLAGS_ENVIRONMENT_BYTES];

        flags_environment(flag.name, name);
        const char *value = getenv(name);
        bool is_given = value != NULL && value[0] != '\0' &&
                        (flag.value_name != NULL || strcmp(value, "1") == 0);
        if (is_given) {
            take(flags, &flag, value, ORIGIN_ENVIRONMENT);
        }
    }
}

static int usage(const char *what, const char *argument)
{
    fprintf(stderr,
            "sentinel-agent: %s: %s\n"
            "Try 'sentinel-agent --help'.\n",
            what, argument);
    return EX_USAGE;
}

int flags_parse(int argc, char **argv, struct flags *flags)
{
    *flags = (struct flags){0};
    take_environment(flags);
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        const char *value = NULL;
        struct flag flag;

        if (!find_flag(argument, &flag, &value)) {
            return usage("unknown option", argument);
        }
        if (flag.value_name == NULL && value != NULL) {
            return usage("this option takes no value", argument);
        }
        if (flag.value_name != NULL && value == NULL && i + 1 < argc) {
            value = argv[++i];
        }
        if (flag.value_name != NULL && (value == NULL || value[0] == '\0')) {
            return usage("this option needs a value", argument);
        }
        take(flags, &flag, value, ORIGIN_FLAG);
    }
    return 0;
}

/* --- into the settings --------------------------------------------------- */

int flags_apply(const struct flags *flags, struct settings *settings)
{
    for (uint32_t i = 0; i < flags->override_count; i++) {
        const struct flags_override *given = &flags->overrides[i];
        const struct option *option = given->option;
        char why[SETTINGS_WHY_BYTES];
        char name[FLAGS_ENVIRONMENT_BYTES];

        /* Every option with a flag is one of struct settings. */
        if (settings_value_set(option, settings, given->value, why,
                               sizeof(why)) != 0) {
            flags_environment(option->flag, name);
            fprintf(stderr, "sentinel-agent: %s%s: %s\n",
                    given->origin == ORIGIN_FLAG ? "--" : "",
                    given->origin == ORIGIN_FLAG ? option->flag : name, why);
            return EX_USAGE;
        }
        *settings_place_of(settings, 0, option_row(option)) =
            (struct settings_place){.origin = (uint16_t)given->origin};
    }
    return 0;
}

/* --- telling of them ----------------------------------------------------- */

/* "-c, --config FILE". */
static void write_flag(char *text, size_t size, const struct flag *flag)
{
    char letter[8] = "";

    if (flag->letter != 0) {
        (void)text_format(letter, sizeof(letter), "-%c, ", flag->letter);
    }
    (void)text_format(text, size, "%s--%s%s%s", letter, flag->name,
                      flag->value_name != NULL ? " " : "",
                      flag->value_name != NULL ? flag->value_name
                                               : ""); /* fits */
}

void flags_print_help(void)
{
    struct flag flag;

    printf("usage: sentinel-agent [-c FILE] [options]\n"
           "Watches the Redis servers of this host and says in ZooKeeper how "
           "they are.\nWithout a file it finds them itself and observes.\n\n");
    for (size_t i = 0; flag_at(i, &flag); i++) {
        char left[48];

        if (flag.help != NULL) {
            write_flag(left, sizeof(left), &flag);
            printf("  %s%-*s %s\n", flag.letter != 0 ? "" : "    ",
                   flag.letter != 0 ? 25 : 21, left, flag.help);
        }
    }
    printf("\nEach has a twin in the environment: SENTINEL_AGENT_RUN_DIR is "
           "--run-dir. A flag\ngoes before its twin, and both before the "
           "file.\n"
           "Exit codes: 0 done, 64 usage, 75 another agent holds the run "
           "directory or\nthe console's address is taken, 78 bad or missing "
           "configuration.\n"
           "What a file may hold: docs/configuration.md, "
           "etc/sentinel-agent.yaml.\n");
}

void flags_print_reference(void)
{
    struct flag flag;

    printf("| flag | environment | what it does |\n|---|---|---|\n");
    for (size_t i = 0; flag_at(i, &flag); i++) {
        char left[48];
        char name[FLAGS_ENVIRONMENT_BYTES];

        if (flag.help != NULL) {
            write_flag(left, sizeof(left), &flag);
            flags_environment(flag.name, name);
            printf("| `%s` | `%s%s` | %s |\n", left, name,
                   flag.value_name == NULL ? "=1" : "", flag.help);
        }
    }
}
