/*
 * process.c - see process.h.
 */
#include "prober/process.h"

#include "prober/discover_rules.h"

bool process_fits(const struct process *process, uint64_t uptime_s,
                  uint64_t now_ticks)
{
    return discover_rules_is_name(process->name) &&
           process_start_fits(process->start_ticks, uptime_s, now_ticks);
}
