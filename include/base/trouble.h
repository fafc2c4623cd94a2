/*
 * trouble.h - sentences about files of ours that cannot be used. They stand
 * in nodes and logs: they name the file and what to do, never its content, and
 * stay the same from round to round.
 */
#ifndef BASE_TROUBLE_H
#define BASE_TROUBLE_H

#include <stddef.h>

/* A path as sentences show it: printable ASCII, and cut at its front if it is
 * too long: ".../a.pw". */
void trouble_of_path(char *shown, size_t size, const char *path);

/* "<what> <path> <why>", as in "password file /etc/a.pw is empty", the
 * path shown as above. */
void trouble_of_file(char *trouble, size_t size, const char *what,
                     const char *path, const char *why);

/* Why a file cannot be opened or read, and what to do, for `why` above.
 * `error` is an errno, positive. */
void trouble_of_error(char *why, size_t size, int error);

#endif
