/*
 * completion.h - what a shell completes our words by, made from the tables of
 * verbs and of options.
 */
#ifndef CTL_COMPLETION_H
#define CTL_COMPLETION_H

#include <stdio.h>

/* `shell` is bash, zsh or fish. 0, or CTL_EXIT_STALE when the stream does not
 * take it. */
int completion_print(const char *shell, FILE *stream);

#endif
