/*
 * verbs.h - what sentinelctl can do: a file a verb, one table of them, from
 * which help, reference and completions are printed too.
 */
#ifndef CTL_VERBS_H
#define CTL_VERBS_H

#include <stddef.h>

#include "ctl/options.h"

struct verb {
    const char *name;
    const char *target; /* the word it wants; in brackets one that may be left
                           out; NULL: none */
    unsigned outputs;   /* OUTPUT_BITs of what it can print */
    const char *help;   /* in a line */
    const char *about;  /* what else is to be known, folded by the printer */
    const char *exits;  /* its exit codes in words */
    /* Does it; returns the exit code. */
    int (*run)(const struct options *options);
};

/* Runs what the command line asks for. Returns the exit code. */
int verbs_run(int argc, char **argv);

/* Row by row; NULL past the last. */
const struct verb *verb_at(size_t index);

/* NULL if there is none. */
const struct verb *verb_find(const char *name);

/* Says that there is no such verb, and which may be meant. The exit code. */
int verb_refuse(const char *name);

/* One of each in a file of its own. */
int verb_check_run(const struct options *options);
int verb_discover_run(const struct options *options);
int verb_doctor_run(const struct options *options);
int verb_drain_run(const struct options *options);
int verb_events_run(const struct options *options);
int verb_help_run(const struct options *options);
int verb_ls_run(const struct options *options);
int verb_probe_run(const struct options *options);
int verb_reload_run(const struct options *options);
int verb_status_run(const struct options *options);
int verb_tasks_run(const struct options *options);
int verb_top_run(const struct options *options);
int verb_undrain_run(const struct options *options);
int verb_version_run(const struct options *options);
int verb_watch_run(const struct options *options);

#endif
