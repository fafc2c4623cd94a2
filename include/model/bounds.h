/*
 * bounds.h - the promises as arithmetic: README.md tells them in words.
 */
#ifndef MODEL_BOUNDS_H
#define MODEL_BOUNDS_H

#include <stdint.h>

/* Their fixed letters, in milliseconds. */
#define BOUNDS_SLIP_MS 500      /* j: a round may start this late */
#define BOUNDS_GRACE_MS 500     /* g: a prober's grace after T */
#define BOUNDS_RETRY_MS 500     /* q: between quick retries */
#define BOUNDS_PUBLISH_MS 1000  /* p: claim to node */
#define BOUNDS_REPLACE_MS 4000  /* R = d + 1 s */
#define BOUNDS_ISOLATION_MS 200 /* the 0.2 s of D */
#define BOUNDS_TICK_MS 2000     /* k: ZooKeeper's default; it tells nobody */

/* What the promises of one instance rest on. */
struct bounds_input {
    uint64_t interval_ms; /* I */
    uint64_t timeout_ms;  /* T */
    uint32_t fall;        /* N */
    uint64_t session_ms;  /* S, as negotiated; 0 if there is no session */
    uint64_t tick_ms;     /* k */
};

struct bounds {
    uint64_t staleness_ms;   /* B */
    uint64_t convergence_ms; /* C */
    uint64_t isolation_ms;   /* D */
    uint64_t end_ms;         /* E; 0 without a session */
};

/* The worst seen of each since the start; 0 = nothing seen yet. */
struct bounds_worst {
    uint64_t staleness_ms;
    uint64_t convergence_ms;
    uint64_t isolation_ms;
    uint64_t end_ms;
};

void bounds_compute(const struct bounds_input *input, struct bounds *bounds);

/* The longest a task may take, its second attempt included: 2(T + g). */
uint64_t bounds_task_ms(uint64_t timeout_ms);

/* The longest from a round's start to its outcome: 2(T+g) + (N-1)(q+T). */
uint64_t bounds_outcome_ms(uint64_t timeout_ms, uint32_t fall);

/* How long a claim may be published after the probe that earned it began:
 * B - p. */
uint64_t bounds_lease_ms(uint64_t interval_ms, uint64_t timeout_ms,
                         uint32_t fall);

#endif
