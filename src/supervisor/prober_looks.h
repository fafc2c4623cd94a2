/*
 * prober_looks.h - looks at the pages of the probers while probes are under
 * way, and tells the engine who is stuck (the rule is stall.h's).
 *
 * The timer runs only while something is in flight; a round that is answered
 * before the first look costs none. What the pages say is gossip: the worst a
 * false one does is to hide its own prober from these looks, and then the
 * deadline of its tasks comes.
 */
#ifndef SUPERVISOR_PROBER_LOOKS_H
#define SUPERVISOR_PROBER_LOOKS_H

struct prober;
struct prober_pool;

/* Once; the pool's loop is up. */
void prober_looks_init(struct prober_pool *pool);

/* It was sent a probe; it sent a result. */
void prober_looks_on_probe(struct prober *prober);
void prober_looks_on_result(struct prober *prober);

/* Nothing it was sent is its business any more. */
void prober_looks_forget(struct prober *prober);

#endif
