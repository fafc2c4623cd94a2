/*
 * zk_note.c - notes and their queue. Nothing here knows zookeeper.h.
 */
#include "publisher/zk_note.h"

#include <stdlib.h>
#include <string.h>

int zk_queue_init(struct zk_queue *queue, uv_loop_t *loop, uv_async_cb on_wake,
                  void *owner)
{
    queue->first = NULL;
    queue->end = &queue->first;
    queue->count = 0;
    (void)pthread_mutex_init(&queue->lock, NULL); /* cannot fail on Linux */
    int status = uv_async_init(loop, &queue->wake, on_wake);
    queue->wake.data = owner;
    return status;
}

void zk_queue_post(struct zk_queue *queue, struct zk_note *note)
{
    note->next = NULL;
    (void)pthread_mutex_lock(&queue->lock); /* a normal mutex: cannot fail */
    *queue->end = note;
    queue->end = &note->next;
    bool is_full = ++queue->count > ZK_QUEUE_MOST;
    (void)pthread_mutex_unlock(&queue->lock); /* ours */
    if (is_full) {
        abort();
    }
    (void)uv_async_send(&queue->wake); /* open until the process ends */
}

struct zk_note *zk_queue_take(struct zk_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock); /* as above */
    struct zk_note *first = queue->first;
    queue->first = NULL;
    queue->end = &queue->first;
    queue->count = 0;
    (void)pthread_mutex_unlock(&queue->lock); /* ours */
    return first;
}

void *zk_note_zeroed(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

void *zk_note_copy(const void *bytes, size_t length)
{
    void *copy = zk_note_zeroed(length, 1);
    if (length > 0) {
        memcpy(copy, bytes, length);
    }
    return copy;
}

struct zk_note *zk_note_create(enum zk_note_kind kind)
{
    struct zk_note *note = zk_note_zeroed(1, sizeof *note);
    note->kind = kind;
    return note;
}

void zk_note_destroy(struct zk_note *note)
{
    for (uint32_t i = 0; note->names != NULL && i < note->count; i++) {
        free(note->names[i]);
    }
    free(note->names);
    free(note->stats);
    free(note->bytes);
    free(note->path);
    free(note);
}
