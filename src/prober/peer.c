/*
 * peer.c - see peer.h.
 */
#include "prober/peer.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "prober/process.h"

#define PROC "/proc"

static uint64_t boot_ticks(void)
{
    long ticks_per_s = sysconf(_SC_CLK_TCK); /* never fails on Linux */
    return clock_boot_ms() * (uint64_t)ticks_per_s / 1000;
}

void peer_look(const struct peer *peer, struct evidence *evidence)
{
    uint32_t pid = peer->vouched != 0 ? peer->vouched : peer->known_pid;
    bool was_proved = pid == peer->known_pid && peer->known_start != 0;
    struct process process;
    if (pid == 0 || (peer->vouched == 0 && !was_proved)) {
        return;
    }
    int status = process_look(PROC, pid, &process);
    bool is_same =
        status == 0 && was_proved && process.start_ticks == peer->known_start;
    evidence->known.is_same_process = is_same;
    if (is_same || (status == 0 && peer->vouched != 0)) {
        evidence->process = process.state;
    } else if (was_proved && (status == 0 || status == -ENOENT)) {
        evidence->process = PROCESS_GONE; /* its number may be another's now */
    }
}

/* The server tells the number that was proved before, and a start that fits:
 * no need to look again. */
static bool is_known(const struct peer *peer, const struct info *info)
{
    int64_t uptime_s = info->facts.values[FACT_UPTIME];
    return peer->vouched == 0 && peer->known_start != 0 &&
           info->process_id == peer->known_pid && uptime_s != FACT_UNKNOWN &&
           process_start_fits(peer->known_start, (uint64_t)uptime_s,
                              boot_ticks());
}

/* Looks at the process. False when it does not prove to be the server. */
static bool find_process(const struct peer *peer, const struct info *info,
                         uint32_t pid, struct process *process)
{
    int64_t uptime_s = info->facts.values[FACT_UPTIME];
    if (pid == 0 || process_look(PROC, pid, process) != 0) {
        return false;
    }
    return peer->vouched != 0 ||
           (uptime_s != FACT_UNKNOWN &&
            process_fits(process, (uint64_t)uptime_s, boot_ticks()));
}

void peer_prove(const struct peer *peer, const struct info *info,
                struct facts *facts)
{
    uint32_t told = peer->is_local ? info->process_id : 0;
    uint32_t pid = peer->vouched != 0 ? peer->vouched : told;
    struct process process;
    facts->pid = 0;
    facts->start_ticks = 0;
    if (peer->is_local && is_known(peer, info)) {
        facts->pid = peer->known_pid;
        facts->start_ticks = peer->known_start;
    } else if (find_process(peer, info, pid, &process)) {
        facts->pid = pid;
        facts->start_ticks = process.start_ticks;
    }
}
