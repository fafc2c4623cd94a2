/*
 * flags.h - the command line of sentinel-agent and its environment twins.
 */
#ifndef SUPERVISOR_FLAGS_H
#define SUPERVISOR_FLAGS_H

#include <stdbool.h>

/* What the command line asks for. Texts are borrowed from argv and the
 * environment; NULL = not given. */
struct flags {
    const char *config;
    const char *run_dir;
    const char *libexec;
    const char *log_level;
    bool check_only;
    bool wants_version;
    bool wants_help;
};

/* Flag, then environment; sysexits' 64 with a line on standard error when the
 * usage is wrong, else 0. */
int flags_parse(int argc, char **argv, struct flags *flags);

/* The help text, made from the same table, to standard output. */
void flags_print_help(void);

#endif
