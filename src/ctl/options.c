/*
 * options.c - one row an option: its names, its value's name, its help, and
 * what takes it. Options may stand before and behind the verb.
 */
#include "ctl/options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

/* The configuration's range of a timeout. */
#define TIMEOUT_LEAST_MS 10
#define TIMEOUT_MOST_MS 60000
#define INTERVAL_LEAST_MS 100
#define INTERVAL_MOST_MS 3600000

#define OUTPUT_TEXT(constant, name) [constant] = name,
static const char *const output_names[] = {OUTPUT_TABLE(OUTPUT_TEXT)};
#undef OUTPUT_TEXT

#define SORT_TEXT(constant, name, key) [constant] = name,
static const char *const sort_names[] = {SORT_TABLE(SORT_TEXT)};
#undef SORT_TEXT

const char *output_name(enum output output)
{
    return output_names[output];
}

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

static bool take_sort(struct options *options, const char *value)
{
    for (int i = 0; i < SORT_COUNT; i++) {
        if (strcmp(value, sort_names[i]) == 0) {
            options->sort = (enum sort)i;
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

static bool take_interval(struct options *options, const char *value)
{
    uint64_t interval_ms = 0;
    if (parse_duration_ms(value, INTERVAL_LEAST_MS, INTERVAL_MOST_MS,
                          &interval_ms) != 0) {
        return false;
    }
    options->interval_ms = (uint32_t)interval_ms;
    return true;
}

/* The rest of a row for an option that is a text or a switch. */
#define FIELD(name) NULL, offsetof(struct options, name)
#define PROBE "probe"
#define OUTPUT_WORDS "table wide json csv name yaml"

static const struct option table[] = {
    {NULL, "--output", "-o", "FORMAT", OUTPUT_WORDS,
     "table, wide, json, csv, name or yaml: what the verb\n"
     "can",
     take_output, 0},
    {NULL, "--url", NULL, "URL", NULL,
     "the agent's console; else the socket console.sock\n"
     "in $SENTINEL_AGENT_RUN_DIR or "
     "/run/sentinel-agent",
     FIELD(url)},
    {NULL, "--help", "-h", NULL, NULL, "print this, or all about a verb",
     FIELD(wants_help)},
    {NULL, "--version", NULL, NULL, NULL, "print the version",
     FIELD(wants_version)},
    {NULL, "--print-completion", NULL, "SHELL", "bash zsh fish",
     "print what completes our words in that shell", FIELD(completion)},
    {NULL, "--print-reference", NULL, "PAPER", "markdown man",
     "print the reference page", FIELD(reference)},

    {PROBE, "--user", NULL, "NAME", NULL,
     "the Redis user; the default one else", FIELD(user)},
    {PROBE, "--password-file", NULL, "FILE", NULL,
     "holds the password in one line, and is its owner's\n"
     "alone to read",
     FIELD(password_file)},
    {PROBE, "--tls", NULL, NULL, NULL, "speak TLS; the next five imply it",
     FIELD(has_tls)},
    {PROBE, "--ca", NULL, "FILE", NULL,
     "the authorities to believe; the system's else", FIELD(ca)},
    {PROBE, "--cert", NULL, "FILE", NULL, "our certificate", FIELD(cert)},
    {PROBE, "--key", NULL, "FILE", NULL, "its private key", FIELD(key)},
    {PROBE, "--server-name", NULL, "NAME", NULL,
     "what the certificate must bear; else the target's\n"
     "host when it is a name",
     FIELD(server_name)},
    {PROBE, "--insecure", NULL, NULL, NULL, "take any certificate",
     FIELD(is_insecure)},

    {"probe ls doctor", "--timeout", NULL, "DURATION", NULL,
     "10ms to 1m: of a lookup and of a probe, 1s else; of\n"
     "each answer of ZooKeeper, 5s else",
     take_timeout, 0},
    {"probe ls doctor", "--config", NULL, "FILE", NULL,
     "where instances and ZooKeeper's servers are looked\n"
     "up; else in $SENTINEL_AGENT_CONFIG, else in the\n"
     "configuration of the agent that runs",
     FIELD(config)},
    {"probe ls discover check doctor", "--libexec", NULL, "DIR", NULL,
     "where the agent's programs are", FIELD(libexec)},
    {"ls doctor", "--zookeeper", NULL, "SERVERS", NULL,
     "host:port,host:port,...; else the configuration's", FIELD(zookeeper)},
    {"ls doctor", "--root", NULL, "PATH", NULL,
     "of the state tree; else the configuration's", FIELD(root)},
    {"top", "--sort", NULL, "ORDER", "state latency name age",
     "state, latency, name or age: what stands first", take_sort, 0},
    {"top watch", "--interval", NULL, "DURATION", NULL,
     "100ms to 1h: between two looks, 1s else", take_interval, 0},
    {"events watch", "--since", NULL, "WHEN", NULL,
     "an event's id: those after it; or a span as 10m", FIELD(since)},
    {"drain", "--reason", NULL, "TEXT", NULL,
     "why, for those who will read of it; at most 100\n"
     "characters",
     FIELD(reason)},
};

#define OPTION_COUNT (sizeof table / sizeof table[0])

_Static_assert(OPTION_COUNT <= 64, "given has a bit for each");

const struct option *option_at(size_t index)
{
    return index < OPTION_COUNT ? &table[index] : NULL;
}

/* A word of a list of words. */
static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    while (*words != '\0') {
        size_t one = strcspn(words, " ");
        if (one == length && strncmp(words, word, length) == 0) {
            return true;
        }
        words += one + strspn(words + one, " ");
    }
    return false;
}

bool option_is_of(const struct option *option, const char *verb)
{
    return option->verbs != NULL && has_word(option->verbs, verb);
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

/* A value that will not do; the help says what does, its lines as one. */
static int refuse_value(const struct option *option)
{
    char told[256];
    (void)text_format(told, sizeof told, "wants a %s, %s", option->value,
                      option->help); /* fits */
    for (char *at = told; *at != '\0'; at++) {
        *at = *at == '\n' ? ' ' : *at;
    }
    return refuse(option->name, told);
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
    return value[0] != '\0' &&
           (option->words == NULL || has_word(option->words, value));
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
    options->given |= UINT64_C(1) << (option - table);
    return take_value(option, options, value) ? 0 : refuse_value(option);
}

/* An option of some verbs has no meaning for another. */
static int check_verb(const struct options *options)
{
    for (size_t i = 0; options->verb != NULL && i < OPTION_COUNT; i++) {
        bool is_given = (options->given >> i & 1) != 0;
        if (is_given && table[i].verbs != NULL &&
            !option_is_of(&table[i], options->verb)) {
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
        if (argv[i][0] == '\0') {
            status = refuse("\"\"", "an empty argument names nothing");
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
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
