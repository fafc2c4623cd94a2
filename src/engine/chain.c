/*
 * chain.c - see chain.h. An empty chain's `first` and `last` say nothing.
 */
#include "engine/chain.h"

void chain_push(struct chain *chain, struct probe *probes, uint32_t index)
{
    if (chain->count == 0) {
        chain->first = index;
    } else {
        probes[chain->last].next = index;
        probes[index].previous = chain->last;
    }
    chain->last = index;
    chain->count++;
}

void chain_remove(struct chain *chain, struct probe *probes, uint32_t index)
{
    const struct probe *probe = &probes[index];
    if (chain->first == index) {
        chain->first = probe->next;
    } else {
        probes[probe->previous].next = probe->next;
    }
    if (chain->last == index) {
        chain->last = probe->previous;
    } else {
        probes[probe->next].previous = probe->previous;
    }
    chain->count--;
}
