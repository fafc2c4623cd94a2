/*
 * run_dir.h - the run directory: one agent at a time, and who that agent is.
 */
#ifndef SUPERVISOR_RUN_DIR_H
#define SUPERVISOR_RUN_DIR_H

#include "model/board.h"

/* Makes the directory (mode 0700, its parent must exist) unless it is there,
 * and takes its lock for the life of this process. 0; -EBUSY when another
 * agent holds it; another negative errno when it cannot be used. The lock's
 * descriptor is close-on-exec and never closed. */
int run_dir_take(const char *path);

/* The kernel's boot id; "unknown" if it cannot be read. */
void run_dir_boot_id(char boot_id[BOARD_BOOT_BYTES]);

/* 16 hex digits that stay the same for this machine, boot and directory. */
void run_dir_agent_id(const char *path, const char *boot_id,
                      char id[BOARD_AGENT_ID_BYTES]);

#endif
