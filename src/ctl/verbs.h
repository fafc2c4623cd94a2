/*
 * verbs.h - what sentinelctl can do: a file a verb, one table of them.
 */
#ifndef CTL_VERBS_H
#define CTL_VERBS_H

#include "ctl/options.h"

struct verb {
    const char *name;
    const char *target; /* the word it wants; NULL: none */
    const char *help;
    /* Does it; returns the exit code. */
    int (*run)(const struct options *options);
};

/* Runs what the command line asks for. Returns the exit code. */
int verbs_run(int argc, char **argv);

/* One of each in a file of its own. */
int verb_probe_run(const struct options *options);
int verb_status_run(const struct options *options);
int verb_version_run(const struct options *options);

#endif
