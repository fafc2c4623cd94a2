/*
 * options.h - the command line of sentinelctl: a table of options, from which
 * its help is printed too.
 */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

/* The exit codes. */
#define CTL_EXIT_ALL_UP 0
#define CTL_EXIT_NOT_ALL_UP 1
#define CTL_EXIT_STALE 2
#define CTL_EXIT_USAGE 64

#define OUTPUT_TABLE(X)       \
    X(OUTPUT_SCREEN, "table") \
    X(OUTPUT_WIDE, "wide")    \
    X(OUTPUT_JSON, "json")    \
    X(OUTPUT_CSV, "csv")      \
    X(OUTPUT_NAME, "name")

#define OUTPUT_ENUM(constant, name) constant,
enum output { OUTPUT_TABLE(OUTPUT_ENUM) OUTPUT_COUNT };
#undef OUTPUT_ENUM

/* Texts are borrowed from argv. */
struct options {
    const char *verb; /* NULL: none given */
    enum output output;
    const char *url; /* NULL: not given */
    bool wants_help;
    bool wants_version;
};

/* Reads argv. 0, or CTL_EXIT_USAGE after saying on standard error what is
 * wrong. */
int options_read(int argc, char **argv, struct options *options);

/* The options' part of the help. */
void options_print_help(FILE *stream);

#endif
