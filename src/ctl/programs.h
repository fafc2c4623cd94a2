/*
 * programs.h - where the other programs are, looked for as the agent does.
 */
#ifndef CTL_PROGRAMS_H
#define CTL_PROGRAMS_H

#include <stddef.h>

#define PROGRAMS_PATH_BYTES 1024

/* The path of a helper: in `libexec` alone when that is not NULL; else beside
 * our own program, or where helpers were installed. 0, or -ENOENT and where it
 * was looked for in `why`. */
int programs_find_helper(const char *libexec, const char *name,
                         char path[PROGRAMS_PATH_BYTES], char *why,
                         size_t why_size);

/* The path of sentinel-agent: in `libexec` when that is not NULL, beside our
 * own program, or in the sbin beside our bin. The same. */
int programs_find_agent(const char *libexec, char path[PROGRAMS_PATH_BYTES],
                        char *why, size_t why_size);

#endif
