/*
 * seqlock.h - one record under a sequence lock in shared memory: one writer
 * that never waits, readers that look again.
 *
 * The data is stored and loaded in 64-bit atomic words, each with release or
 * acquire order. A reader that saw a word of a newer write therefore also
 * sees the odd sequence stored before it, without fences and without a data
 * race that the thread sanitizer could object to.
 */
#ifndef MODEL_SEQLOCK_H
#define MODEL_SEQLOCK_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct seqlock {
    _Atomic uint32_t sequence; /* odd while the writer is inside */
    uint32_t unused;
    _Atomic uint64_t words[]; /* the data, rounded up to whole words */
};

/* Bytes of shared memory for `size` bytes of data. */
size_t seqlock_bytes(size_t size);

/* The writer: begin, any number of puts, end. `offset` is a multiple of 8.
 * The bytes of a last, partial word behind `size` become 0. */
void seqlock_begin(struct seqlock *lock);
void seqlock_put(struct seqlock *lock, size_t offset, const void *data,
                 size_t size);
/* The same to words that stand elsewhere and are under the same lock. */
void seqlock_put_words(_Atomic uint64_t *words, const void *data, size_t size);
void seqlock_end(struct seqlock *lock);

/* A reader: the sequence to begin with, or -EAGAIN while the writer is
 * inside; copies; then whether the copies are whole. */
int seqlock_enter(const struct seqlock *lock, uint32_t *sequence);
void seqlock_get(const struct seqlock *lock, size_t offset, void *data,
                 size_t size);
void seqlock_get_words(const _Atomic uint64_t *words, void *data, size_t size);
int seqlock_leave(const struct seqlock *lock, uint32_t sequence);

#endif
