/*
 * drains_file.h - <run_dir>/maint: the drains as a small text file, a line
 * each, replaced by rename, so that they outlive restarts, reloads and
 * upgrades.
 *
 * It is read and written by the supervisor itself, like the board beside it:
 * the run directory is memory, or a disk of this host.
 */
#ifndef SUPERVISOR_DRAINS_FILE_H
#define SUPERVISOR_DRAINS_FILE_H

#include "supervisor/drains.h"

/* Adds what the file says to `drains`. A damaged line is left out, and told in
 * the log. 0; -ENOENT: there is none; -EBADMSG: some of its lines were damaged;
 * another negative errno, also when it is not a plain file of ours, or larger
 * than any of ours. */
int drains_file_read(const char *run_dir, struct drains *drains);

/* 0, or a negative errno, and then the old file is still there as it was. */
int drains_file_write(const char *run_dir, const struct drains *drains);

#endif
