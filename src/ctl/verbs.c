/*
 * verbs.c - from the command line to the verb, after looking at what it was
 * given.
 */
#include "ctl/verbs.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/completion.h"
#include "ctl/help.h"
#include "ctl/reference.h"

/* The word is not repeated: it may be a URL with a password. */
static int refuse_target(const struct verb *verb)
{
    (void)fprintf(stderr, "sentinelctl: %s %s%s; see sentinelctl help %s\n",
                  verb->name,
                  verb->target != NULL ? "wants a " : "stands alone",
                  verb->target != NULL ? verb->target : "",
                  verb->name); /* nobody else to tell */
    return CTL_EXIT_USAGE;
}

/* "tasks prints table, json or csv, and no name". */
static int refuse_output(const struct verb *verb, enum output output)
{
    char can[64] = "";
    for (int i = OUTPUT_COUNT - 1; i >= 0; i--) {
        if ((verb->outputs & OUTPUT_BIT(i)) != 0) {
            char rest[sizeof can];
            bool is_first = can[0] == '\0';
            bool is_second = !is_first && strchr(can, ' ') == NULL;
            (void)text_copy(rest, sizeof rest, can); /* as long */
            (void)text_format(can, sizeof can, "%s%s%s",
                              output_name((enum output)i),
                              is_first    ? ""
                              : is_second ? " or "
                                          : ", ",
                              rest); /* fits */
        }
    }
    (void)fprintf(stderr, "sentinelctl: %s prints %s, and no %s\n", verb->name,
                  can, output_name(output)); /* nobody else to tell */
    return CTL_EXIT_USAGE;
}

static int run(const struct verb *verb, const struct options *options)
{
    bool is_wanted = verb->target != NULL && verb->target[0] != '[';
    if ((options->target != NULL && verb->target == NULL) ||
        (options->target == NULL && is_wanted)) {
        return refuse_target(verb);
    }
    if ((verb->outputs & OUTPUT_BIT(options->output)) == 0) {
        return refuse_output(verb, options->output);
    }
    return verb->run(options);
}

/* What is asked of the command itself and not of a verb; -1 if nothing is. */
static int answer(const struct options *options)
{
    if (options->wants_version) {
        return puts("sentinelctl " VERSION) < 0;
    }
    if (options->completion != NULL) {
        return completion_print(options->completion, stdout);
    }
    if (options->reference != NULL) {
        return reference_print(options->reference, stdout);
    }
    return -1;
}

int verbs_run(int argc, char **argv)
{
    struct options options;
    int status = options_read(argc, argv, &options);
    if (status != 0) {
        return status;
    }
    status = answer(&options);
    if (status >= 0) {
        return status;
    }
    if (options.verb == NULL) {
        status = help_print(options.wants_help ? stdout : stderr);
        return options.wants_help ? status : CTL_EXIT_USAGE;
    }
    const struct verb *verb = verb_find(options.verb);
    if (verb == NULL) {
        return verb_refuse(options.verb);
    }
    return options.wants_help ? help_print_verb(verb, stdout)
                              : run(verb, &options);
}
