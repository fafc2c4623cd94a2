/*
 * checker.h - reads and checks a configuration on behalf of a running
 * supervisor, as a disposable helper: a file system that hangs or a file that
 * grew teeth costs this process, not the supervisor.
 *
 * It is this very program started with --role check. It is told a file by
 * CHECK, writes the files' bytes (or what is wrong with them, a line each)
 * into the shared file it was given, says so by CHECKED, and ends.
 */
#ifndef SUPERVISOR_CHECKER_H
#define SUPERVISOR_CHECKER_H

#include <stdbool.h>

/* The command line is a helper's: --generation N --role check. */
bool checker_is_meant(int argc, char **argv);

/* Runs it; the exit code. */
int checker_main(int argc, char **argv);

#endif
