/*
 * chain.h - chains of probes: each probe stands in exactly one, that of the
 * lane it is queued in or that of the prober it runs in.
 */
#ifndef ENGINE_CHAIN_H
#define ENGINE_CHAIN_H

#include "engine/shard.h"

void chain_push(struct chain *chain, struct probe *probes, uint32_t index);
void chain_remove(struct chain *chain, struct probe *probes, uint32_t index);

#endif
