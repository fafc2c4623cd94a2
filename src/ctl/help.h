/*
 * help.h - what the command can do, for a person at a terminal.
 */
#ifndef CTL_HELP_H
#define CTL_HELP_H

#include <stdio.h>

#include "ctl/verbs.h"

#define HELP_WIDTH 78

/* Each: 0, or CTL_EXIT_STALE when the stream does not take it. */
int help_print(FILE *stream);
int help_print_verb(const struct verb *verb, FILE *stream);

#endif
