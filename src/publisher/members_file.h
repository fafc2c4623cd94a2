/*
 * members_file.h - <run_dir>/members: the paths of the members we may have
 * made, so that one that nobody wants any more, after a change of the
 * configuration, is found again among thousands of others' nodes.
 *
 * It is written before the first of them is made, and lives as long as the
 * session can be resumed: without it the session's end removes them all.
 */
#ifndef PUBLISHER_MEMBERS_FILE_H
#define PUBLISHER_MEMBERS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef void (*members_file_cb)(void *owner, const char *path);

/* Calls for each path in the file. 0; -ENOENT: there is none; -EINVAL: it is
 * not a plain file that only we can read. Lines too long are left out. */
int members_file_read(const char *run_dir, members_file_cb callback,
                      void *owner);

/* A new file, written line by line (`path` and a newline) and then put in the
 * old one's place. NULL: errno says why. */
FILE *members_file_begin(const char *run_dir);
/* Closes; replaces the old file unless something failed. 0 or a negative
 * errno. */
int members_file_commit(const char *run_dir, FILE *file);

/* Fine when there is none. */
void members_file_remove(const char *run_dir);

#endif
