/*
 * programs.h - where the other programs are, looked for as the agent does.
 */
#ifndef CTL_PROGRAMS_H
#define CTL_PROGRAMS_H

#include <stddef.h>

#define PROGRAMS_PATH_BYTES 1024

/* The path of the program `name`: in `libexec` alone when that is not NULL;
 * else beside our own, in the sbin beside our bin, or where the helpers were
 * installed. 0, or -ENOENT and where it was looked for in `why`. */
int programs_find(const char *libexec, const char *name,
                  char path[PROGRAMS_PATH_BYTES], char *why, size_t why_size);

#endif
