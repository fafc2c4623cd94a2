/*
 * flags.c - see flags.h. One row per flag; long options only, but for the few
 * letters everybody expects.
 */
#include "supervisor/flags.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct flag {
    const char *name;        /* --name */
    char letter;             /* -l; 0 = none */
    const char *value_name;  /* NULL: a switch */
    const char *environment; /* NULL: no twin */
    size_t offset;
    const char *help;
};

#define FIELD(name) offsetof(struct flags, name)

static const struct flag table[] = {
    {"config", 'c', "FILE", "SENTINEL_AGENT_CONFIG", FIELD(config),
     "the configuration"},
    {"check", 't', NULL, NULL, FIELD(check_only),
     "check the configuration and exit: 0 good, 78 bad"},
    {"run-dir", 0, "DIR", "SENTINEL_AGENT_RUN_DIR", FIELD(run_dir),
     "scoreboard, session and socket; before the file's run_dir"},
    {"libexec", 0, "DIR", "SENTINEL_AGENT_LIBEXEC", FIELD(libexec),
     "where the helper programs are"},
    {"log-level", 0, "LEVEL", "SENTINEL_AGENT_LOG_LEVEL", FIELD(log_level),
     "error, warning, info (the default) or debug"},
    {"version", 0, NULL, NULL, FIELD(wants_version), "print versions and exit"},
    {"help", 'h', NULL, NULL, FIELD(wants_help), "print this and exit"},
};

#define FLAG_COUNT (sizeof(table) / sizeof(table[0]))

static const char **text_field(struct flags *flags, const struct flag *flag)
{
    return (const char **)(void *)((char *)flags + flag->offset);
}

static bool *switch_field(struct flags *flags, const struct flag *flag)
{
    return (bool *)(void *)((char *)flags + flag->offset);
}

static int usage(const char *what, const char *argument)
{
    fprintf(stderr,
            "sentinel-agent: %s: %s\n"
            "Try 'sentinel-agent --help'.\n",
            what, argument);
    return EX_USAGE;
}

/* The row an argument names; `*value` is what stands behind '=', or NULL. */
static const struct flag *find_flag(const char *argument, const char **value)
{
    size_t length = strcspn(argument, "=");

    *value = argument[length] == '=' ? argument + length + 1 : NULL;
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        const struct flag *flag = &table[i];
        bool is_long = strncmp(argument, "--", 2) == 0 && length > 2 &&
                       strlen(flag->name) == length - 2 &&
                       strncmp(argument + 2, flag->name, length - 2) == 0;
        bool is_letter = flag->letter != 0 && argument[0] == '-' &&
                         argument[1] == flag->letter && argument[2] == '\0';
        if (is_long || is_letter) {
            return flag;
        }
    }
    return NULL;
}

static void take_environment(struct flags *flags)
{
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        const struct flag *flag = &table[i];
        if (flag->environment != NULL) {
            const char *value = getenv(flag->environment);
            if (value != NULL && value[0] != '\0') {
                *text_field(flags, flag) = value;
            }
        }
    }
}

int flags_parse(int argc, char **argv, struct flags *flags)
{
    *flags = (struct flags){0};
    take_environment(flags);
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        const struct flag *flag = find_flag(argv[i], &value);

        if (flag == NULL) {
            return usage("unknown option", argv[i]);
        }
        if (flag->value_name == NULL) {
            if (value != NULL) {
                return usage("this option takes no value", argv[i]);
            }
            *switch_field(flags, flag) = true;
            continue;
        }
        if (value == NULL && ++i < argc) {
            value = argv[i];
        }
        if (value == NULL || value[0] == '\0') {
            return usage("this option needs a value", argv[argc - 1]);
        }
        *text_field(flags, flag) = value;
    }
    return 0;
}

void flags_print_help(void)
{
    printf("usage: sentinel-agent -c FILE [options]\n"
           "Watches the Redis servers of this host and says in ZooKeeper how "
           "they are.\n\n");
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        const struct flag *flag = &table[i];
        char left[48];
        char letter[8] = "    ";

        if (flag->letter != 0) {
            (void)snprintf(letter, sizeof(letter), "-%c, ", flag->letter);
        }
        (void)snprintf(left, sizeof(left), "%s--%s%s%s", letter, flag->name,
                       flag->value_name != NULL ? " " : "",
                       flag->value_name != NULL ? flag->value_name : "");
        printf("  %-24s %s\n", left, flag->help);
        if (flag->environment != NULL) {
            printf("  %-24s (environment: %s)\n", "", flag->environment);
        }
    }
    printf("\nExit codes: 0 done, 64 usage, 75 another agent holds the run "
           "directory or\nthe console's address is taken, 78 bad or missing "
           "configuration.\n");
}
