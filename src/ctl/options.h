/*
 * options.h - the command line of sentinelctl: a table of options, from which
 * help, reference and completions are printed too.
 */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The exit codes. */
#define CTL_EXIT_ALL_UP 0
#define CTL_EXIT_NOT_ALL_UP 1
#define CTL_EXIT_STALE 2
#define CTL_EXIT_USAGE 64

/* The bit of an output in a set of them. */
#define OUTPUT_BIT(output) (1u << (output))

/* Of a probe, as the agent's own default. */
#define OPTIONS_TIMEOUT_MS 1000

#define OUTPUT_TABLE(X)       \
    X(OUTPUT_SCREEN, "table") \
    X(OUTPUT_WIDE, "wide")    \
    X(OUTPUT_JSON, "json")    \
    X(OUTPUT_CSV, "csv")      \
    X(OUTPUT_NAME, "name")    \
    X(OUTPUT_YAML, "yaml")

#define OUTPUT_ENUM(constant, name) constant,
enum output { OUTPUT_TABLE(OUTPUT_ENUM) OUTPUT_COUNT };
#undef OUTPUT_ENUM

/* What `top` puts first. */
#define SORT_TABLE(X)               \
    X(SORT_STATE, "state", 's')     \
    X(SORT_LATENCY, "latency", 'l') \
    X(SORT_NAME, "name", 'n')       \
    X(SORT_AGE, "age", 'a')

#define SORT_ENUM(constant, name, key) constant,
enum sort { SORT_TABLE(SORT_ENUM) SORT_COUNT };
#undef SORT_ENUM

/* Texts are borrowed from argv; NULL = not given. */
struct options {
    const char *verb;
    const char *target; /* the word behind the verb */
    uint64_t given;     /* a bit for each row of the table */
    enum output output;
    const char *url;
    bool wants_help;
    bool wants_version;
    const char *completion; /* the shell it is for */
    const char *reference;  /* its format */

    /* Of some verbs only: the table says of which. */
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
    enum sort sort;
    uint32_t interval_ms; /* 0: not given */
    const char *since;
    const char *zookeeper;
    const char *root;
    const char *reason;
};

/* A row of the table. */
struct option {
    const char *verbs; /* that have it, between spaces; NULL: all have */
    const char *name;  /* "--url" */
    const char *brief; /* "-o"; NULL: none */
    const char *value; /* its value's name in the help; NULL: it has none.
                          FILE and DIR are completed as such */
    const char *words; /* all that its value may be; NULL: anything */
    const char *help;
    bool (*take)(struct options *options, const char *value);
    size_t field; /* without `take`: of the text, or of the switch if it has
                     no value, in struct options */
};

/* Reads argv. 0, or CTL_EXIT_USAGE after saying on standard error what is
 * wrong; also when an option is another verb's. */
int options_read(int argc, char **argv, struct options *options);

/* Row by row; NULL past the last. */
const struct option *option_at(size_t index);

/* True if the option is the verb's, and not everybody's. */
bool option_is_of(const struct option *option, const char *verb);

const char *output_name(enum output output);

#endif
