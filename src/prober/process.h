/*
 * process.h - whether a process may be a server's: a pid that a server told of
 * itself is believed only when start and name of the process fit.
 */
#ifndef PROBER_PROCESS_H
#define PROBER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/process.h"

/* Whether it is named like a Redis server and can have been up for
 * `uptime_s`; `now_ticks` as for process_start_fits. */
bool process_fits(const struct process *process, uint64_t uptime_s,
                  uint64_t now_ticks);

#endif
