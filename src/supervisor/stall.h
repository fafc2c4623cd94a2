/*
 * stall.h - is a prober stuck in a library call? The rule, apart from the
 * looking: prober_pool looks, this judges.
 *
 * A look at its page costs nothing; the kernel is asked only about a prober
 * that is inside a callback, or whose page did not move between two looks. One
 * that is inside a callback for STALL_LOOKS looks on end is stuck if it slept
 * or was stopped at each of them, or has burnt more CPU meanwhile than any
 * callback that is well. One that wants to run and gets no CPU is starved: the
 * host's fault, and nobody is killed for it.
 *
 * One that is inside no callback most likely waits for a server, asleep and
 * well. It is stuck only if somebody stopped it, at STALL_LOOKS looks on end:
 * the kernel calls that by another name than waiting for the CPU.
 */
#ifndef SUPERVISOR_STALL_H
#define SUPERVISOR_STALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/process.h"
#include "base/sanitized.h"

#define STALL_LOOK_MS 100 /* between two looks */
/* So many looks in a row at which the page had not moved. */
#define STALL_LOOKS 3
/* Burnt since it was first seen inside. The dearest callbacks that are well
 * take 40 ms, on a slow machine some times that: reading the system's
 * authorities. Less than STALL_LOOKS looks, so that one that spins is found at
 * the last of them. */
#define STALL_BURNT_MS (250 * SANITIZED_SLOWER)
/* A look this late: we ourselves stood still, and it counts for nothing. */
#define STALL_LATE_MS 100

/* What the page of one prober says. */
struct stall_page {
    uint64_t inside; /* task; 0 = none */
    uint32_t turns;
};

struct stall {
    struct stall_page page; /* at the last look */
    uint64_t looked_ms;     /* 0 = never */
    uint32_t unmoved;       /* looks at which it had not moved; inside of no
                               callback only those at which it was stopped */
    bool was_asked;         /* the kernel, about this callback */
    bool has_run;           /* at a look that found it unmoved it wanted the
                               CPU */
    uint64_t cpu_ms;        /* what it had burnt when the kernel was asked
                               first */
};

enum stall_finding {
    STALL_NONE,
    STALL_WAITS, /* stuck, asleep or stopped: it costs nobody anything */
    STALL_BURNS  /* stuck, and the CPU pays for it */
};

/* Forgets all looks: its work is done, or just began. */
void stall_reset(struct stall *stall);

/* Looks at the page. True: it has not moved, or is inside a callback; ask the
 * kernel and tell stall_on_process. */
bool stall_on_page(struct stall *stall, const struct stall_page *page,
                   uint64_t now_ms);

/* What the kernel says of it now. */
enum stall_finding stall_on_process(struct stall *stall,
                                    const struct process *process);

#endif
