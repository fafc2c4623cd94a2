/*
 * tls_contexts.c - see tls.h: the contexts of a prober's instances. Most
 * instances of a host share their files; the context not asked for longest
 * goes when another is needed. Those with the same authorities share these:
 * the system's take 40 ms to read and 1 MiB, the rest of a context 1 ms and
 * 25 KiB.
 */
#include <stdlib.h>

#include "prober/tls.h"
#include "prober/tls_context.h"

#define CONTEXTS_MOST 64

struct tls_contexts {
    uint64_t asked; /* counts, so that places know their age */
    struct tls_context places[CONTEXTS_MOST];
};

struct tls_contexts *tls_contexts_create(void)
{
    return calloc(1, sizeof(struct tls_contexts));
}

/* An empty place, or the one not asked for longest. */
static struct tls_context *oldest(struct tls_contexts *contexts)
{
    struct tls_context *found = &contexts->places[0];
    for (size_t i = 1; i < CONTEXTS_MOST; i++) {
        if (contexts->places[i].used < found->used) {
            found = &contexts->places[i];
        }
    }
    return found;
}

static struct tls_context *find(struct tls_contexts *contexts,
                                const struct instance_access *access)
{
    for (size_t i = 0; i < CONTEXTS_MOST; i++) {
        if (tls_context_is_for(&contexts->places[i], access)) {
            return &contexts->places[i];
        }
    }
    return NULL;
}

static const struct tls_context *find_donor(
    const struct tls_contexts *contexts, const struct instance_access *access)
{
    for (size_t i = 0; i < CONTEXTS_MOST; i++) {
        if (tls_context_may_lend(&contexts->places[i], access)) {
            return &contexts->places[i];
        }
    }
    return NULL;
}

struct tls_context *tls_contexts_find(struct tls_contexts *contexts,
                                      const struct instance_access *access,
                                      char *trouble, size_t size)
{
    struct tls_context *place = find(contexts, access);
    if (place == NULL || !tls_context_is_fresh(place)) {
        struct tls_context made;
        if (tls_context_init(&made, access, find_donor(contexts, access),
                             trouble, size) != 0) {
            return NULL;
        }
        place = place != NULL ? place : oldest(contexts);
        tls_context_finish(place);
        *place = made;
    }
    contexts->asked++;
    place->used = contexts->asked;
    return place;
}

void tls_contexts_destroy(struct tls_contexts *contexts)
{
    if (contexts == NULL) {
        return;
    }
    for (size_t i = 0; i < CONTEXTS_MOST; i++) {
        tls_context_finish(&contexts->places[i]);
    }
    free(contexts);
}
