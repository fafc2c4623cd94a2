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

void peer_prove(const struct peer *peer, const struct info *info,
                struct facts *facts)
{
    uint32_t pid = peer->vouched;
    int64_t uptime_s = info->facts.values[FACT_UPTIME];
    struct process process;
    facts->pid = 0;
    facts->start_ticks = 0;
    if (pid == 0 && peer->is_local && uptime_s != FACT_UNKNOWN) {
        pid = info->process_id;
    }
    if (pid == 0 || process_look(PROC, pid, &process) != 0) {
        return;
    }
    if (peer->vouched != 0 ||
        process_fits(&process, (uint64_t)uptime_s, boot_ticks())) {
        facts->pid = pid;
        facts->start_ticks = process.start_ticks;
    }
}
