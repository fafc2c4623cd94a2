/*
 * flags.h - the command line of sentinel-agent and its environment twins.
 */
#ifndef CONFIG_FLAGS_H
#define CONFIG_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/options.h"

#define FLAGS_OVERRIDES_MOST 8 /* rows of the option table with a flag */
#define FLAGS_ENVIRONMENT_BYTES 64

/* An option that was given on the command line or in the environment. */
struct flags_override {
    const struct option *option;
    const char *value;
    enum settings_origin origin;
};

/* What the command line asks for. Texts are borrowed from argv and the
 * environment; NULL = not given. */
struct flags {
    const char *config; /* NULL: run without a file */
    const char *libexec;
    const char *instance; /* NULL: not asked for */
    bool wants_check;
    bool wants_dump;
    bool wants_reference;
    bool wants_version;
    bool wants_help;
    struct flags_override overrides[FLAGS_OVERRIDES_MOST];
    uint32_t override_count;
};

/* Flag before environment; sysexits' 64 with a line on standard error when
 * the usage is wrong, else 0. */
int flags_parse(int argc, char **argv, struct flags *flags);

/* Puts the overrides into settings, whatever the file said; again after every
 * reload. 64 with a line on standard error when a value is no good, else 0. */
int flags_apply(const struct flags *flags, struct settings *settings);

/* The environment twin of a flag: SENTINEL_AGENT_RUN_DIR of run-dir. */
void flags_environment(const char *flag, char name[FLAGS_ENVIRONMENT_BYTES]);

/* The help text, and the flags as a table of the reference page; both made
 * from the same rows, to standard output. */
void flags_print_help(void);
void flags_print_reference(void);

#endif
