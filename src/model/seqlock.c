/*
 * seqlock.c - see seqlock.h for the order of the accesses and why it is
 * enough. The writer must be alone; a reader may hold read-only memory.
 */
#include "model/seqlock.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define WORD_BYTES sizeof(uint64_t)

_Static_assert(sizeof(struct seqlock) % WORD_BYTES == 0, "words are aligned");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
               "atomics between processes may not hide a lock");

static size_t words_of(size_t size)
{
    return (size + WORD_BYTES - 1) / WORD_BYTES;
}

static size_t part_of(size_t size, size_t word)
{
    size_t rest = size - word * WORD_BYTES;
    return rest < WORD_BYTES ? rest : WORD_BYTES;
}

size_t seqlock_bytes(size_t size)
{
    return sizeof(struct seqlock) + words_of(size) * WORD_BYTES;
}

void seqlock_begin(struct seqlock *lock)
{
    uint32_t sequence =
        atomic_load_explicit(&lock->sequence, memory_order_relaxed);
    atomic_store_explicit(&lock->sequence, sequence | 1, memory_order_relaxed);
}

void seqlock_put_words(_Atomic uint64_t *words, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < words_of(size); i++) {
        uint64_t word = 0;
        memcpy(&word, bytes + i * WORD_BYTES, part_of(size, i));
        atomic_store_explicit(&words[i], word, memory_order_release);
    }
}

void seqlock_put(struct seqlock *lock, size_t offset, const void *data,
                 size_t size)
{
    assert(offset % WORD_BYTES == 0);
    seqlock_put_words(lock->words + offset / WORD_BYTES, data, size);
}

void seqlock_end(struct seqlock *lock)
{
    uint32_t sequence =
        atomic_load_explicit(&lock->sequence, memory_order_relaxed);
    atomic_store_explicit(&lock->sequence, sequence + 1, memory_order_release);
}

int seqlock_enter(const struct seqlock *lock, uint32_t *sequence)
{
    uint32_t now = atomic_load_explicit(&lock->sequence, memory_order_acquire);
    if ((now & 1) != 0) {
        return -EAGAIN;
    }
    *sequence = now;
    return 0;
}

void seqlock_get_words(const _Atomic uint64_t *words, void *data, size_t size)
{
    uint8_t *bytes = data;
    for (size_t i = 0; i < words_of(size); i++) {
        uint64_t word = atomic_load_explicit(&words[i], memory_order_acquire);
        memcpy(bytes + i * WORD_BYTES, &word, part_of(size, i));
    }
}

void seqlock_get(const struct seqlock *lock, size_t offset, void *data,
                 size_t size)
{
    assert(offset % WORD_BYTES == 0);
    seqlock_get_words(lock->words + offset / WORD_BYTES, data, size);
}

int seqlock_leave(const struct seqlock *lock, uint32_t sequence)
{
    uint32_t now = atomic_load_explicit(&lock->sequence, memory_order_relaxed);
    return now == sequence ? 0 : -EAGAIN;
}
