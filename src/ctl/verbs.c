/*
 * verbs.c - finds the verb, prints the help, guesses what a typo meant.
 */
#include "ctl/verbs.h"

#include <string.h>

#include "base/text.h"

#define TYPO_DISTANCE 2

static const struct verb verbs[] = {
    {"status", "every instance as the agent tells it", verb_status_run},
    {"version", "the versions of sentinelctl and of the agent",
     verb_version_run},
};

#define VERB_COUNT (sizeof verbs / sizeof verbs[0])

static int print_help(FILE *stream)
{
    (void)fputs("sentinelctl VERB [OPTIONS] asks the sentinel-agent of this "
                "host.\n\n",
                stream); /* looked at below */
    for (size_t i = 0; i < VERB_COUNT; i++) {
        (void)fprintf(stream, "  %-20s  %s\n", verbs[i].name,
                      verbs[i].help); /* looked at below */
    }
    (void)fputc('\n', stream); /* looked at below */
    options_print_help(stream);
    (void)fputs("\nExit codes of status: 0 all up, 1 some not, 2 the agent is "
                "stale or out of\nreach; 64 for a wrong command line.\n",
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
            return verbs[i].run(&options);
        }
    }
    return refuse_verb(options.verb);
}
