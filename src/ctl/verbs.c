/*
 * verbs.c - finds the verb, prints the help, guesses what a typo meant.
 */
#include "ctl/verbs.h"

#include <string.h>

#include "base/text.h"

#define TYPO_DISTANCE 2

static const struct verb verbs[] = {
    {"status", NULL, "every instance as the agent tells it", verb_status_run},
    {"probe", "TARGET", "ask one server now, and say what to do",
     verb_probe_run},
    {"version", NULL, "the versions of sentinelctl and of the agent",
     verb_version_run},
};

#define VERB_COUNT (sizeof verbs / sizeof verbs[0])

static int print_help(FILE *stream)
{
    (void)fputs("sentinelctl VERB [OPTIONS] asks the sentinel-agent of this "
                "host.\n\n",
                stream); /* looked at below */
    for (size_t i = 0; i < VERB_COUNT; i++) {
        char words[64];
        (void)text_format(words, sizeof words, "%s %s", verbs[i].name,
                          verbs[i].target != NULL ? verbs[i].target
                                                  : ""); /* fits */
        (void)fprintf(stream, "  %-24s  %s\n", words,
                      verbs[i].help); /* looked at below */
    }
    (void)fputc('\n', stream); /* looked at below */
    options_print_help(stream);
    (void)fputs(
        "\nA TARGET is host:port, [v6]:port, unix:/path, "
        "redis://[user@]host[:port],\nrediss:// for TLS, or the name of a "
        "configured instance. A URL's /database is\nread over: a server is "
        "well or not as a whole. Nothing is ever written.\n"
        "\nExit codes of status: 0 all up, 1 some not, 2 the agent is stale "
        "or out of\nreach; of probe: 0 up, 1 not, 2 it could not be asked; 64 "
        "for a wrong command\nline.\n",
        stream); /* looked at below */
    return fflush(stream) == 0 ? 0 : CTL_EXIT_STALE;
}

static int refuse_verb(const char *name)
{
    char shown[64];
    const char *meant = NULL;
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (text_distance(name, verbs[i].name) <= TYPO_DISTANCE) {
            meant = verbs[i].name;
        }
    }
    (void)text_escape(shown, sizeof shown, name,
                      strlen(name)); /* cutting is fine */
    (void)fprintf(stderr, "sentinelctl: no verb \"%s\"%s%s%s; see --help\n",
                  shown, meant != NULL ? ", did you mean " : "",
                  meant != NULL ? meant : "",
                  meant != NULL ? "?" : ""); /* nobody else to tell */
    return CTL_EXIT_USAGE;
}

/* The word is not repeated: it may be a URL with a password. */
static int refuse_target(const struct verb *verb)
{
    (void)fprintf(stderr, "sentinelctl: %s %s%s; see --help\n", verb->name,
                  verb->target != NULL ? "wants a " : "stands alone",
                  verb->target != NULL ? verb->target
                                       : ""); /* nobody else to tell */
    return CTL_EXIT_USAGE;
}

static int run(const struct verb *verb, const struct options *options)
{
    if ((verb->target != NULL) != (options->target != NULL)) {
        return refuse_target(verb);
    }
    return verb->run(options);
}

int verbs_run(int argc, char **argv)
{
    struct options options;
    int status = options_read(argc, argv, &options);
    if (status != 0) {
        return status;
    }
    if (options.wants_help) {
        return print_help(stdout);
    }
    if (options.wants_version) {
        return puts("sentinelctl " VERSION) < 0;
    }
    if (options.verb == NULL) {
        (void)print_help(stderr); /* the code says it all */
        return CTL_EXIT_USAGE;
    }
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (strcmp(options.verb, verbs[i].name) == 0) {
            return run(&verbs[i], &options);
        }
    }
    return refuse_verb(options.verb);
}
