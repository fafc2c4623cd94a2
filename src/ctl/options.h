/*
 * options.h - the command line of sentinelctl: a table of options, from which
 * its help is printed too.
 */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The exit codes. */
#define CTL_EXIT_ALL_UP 0
#define CTL_EXIT_NOT_ALL_UP 1
#define CTL_EXIT_STALE 2
#define CTL_EXIT_USAGE 64

/* Of a probe, as the agent's own default. */
#define OPTIONS_TIMEOUT_MS 1000

#define OUTPUT_TABLE(X)       \
    X(OUTPUT_SCREEN, "table") \
    X(OUTPUT_WIDE, "wide")    \
    X(OUTPUT_JSON, "json")    \
    X(OUTPUT_CSV, "csv")      \
    X(OUTPUT_NAME, "name")

#define OUTPUT_ENUM(constant, name) constant,
enum output { OUTPUT_TABLE(OUTPUT_ENUM) OUTPUT_COUNT };
#undef OUTPUT_ENUM

/* Texts are borrowed from argv; NULL = not given. */
struct options {
    const char *verb;
    const char *target; /* the word behind the verb */
    uint32_t given;     /* a bit for each row of the table */
    enum output output;
    const char *url;
    bool wants_help;
    bool wants_version;

    /* Of `probe`. */
    const char *user;
    const char *password_file;
    bool has_tls;
    const char *ca;
    const char *cert;
    const char *key;
    const char *server_name;
    bool is_insecure;
    uint32_t timeout_ms; /* 0: not given */
    const char *config;
    const char *libexec;
};

/* Reads argv. 0, or CTL_EXIT_USAGE after saying on standard error what is
 * wrong; also when an option is another verb's. */
int options_read(int argc, char **argv, struct options *options);

/* The options' part of the help. */
void options_print_help(FILE *stream);

#endif
