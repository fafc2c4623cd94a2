/*
 * replies.c - see replies.h.
 *
 * hiredis calls the functions below for each part it has parsed and keeps
 * what they return as "the object". There are no objects here: they return
 * the struct replies itself, or NULL, which the reader takes for "out of
 * memory" and stops. That is how a bomb is refused before it is allocated.
 * Its errors are sticky, so a failed reader is freed at once.
 */
#include "prober/replies.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

static unsigned part_depth(const redisReadTask *task)
{
    unsigned depth = 0;
    for (const redisReadTask *up = task->parent; up != NULL; up = up->parent) {
        depth++;
    }
    return depth;
}

/* Shows one part to the owner, or refuses it. */
static void *show_part(const redisReadTask *task, struct reply_part part)
{
    struct replies *replies = task->privdata;
    part.reply = replies->count;
    part.depth = part_depth(task);
    part.position = task->idx > 0 ? (size_t)task->idx : 0;
    if (part.depth > REPLIES_NESTING_MOST) {
        replies->is_refused = true;
        return NULL;
    }
    replies->on_part(replies->owner, &part);
    return replies;
}

static void *create_string(const redisReadTask *task, char *text, size_t length)
{
    struct reply_part part = {.text = text, .length = length};
    switch (task->type) {
    case REDIS_REPLY_STATUS:
        part.kind = REPLY_STATUS;
        break;
    case REDIS_REPLY_ERROR:
        part.kind = REPLY_ERROR;
        break;
    default:
        part.kind = REPLY_STRING;
        break;
    }
    return show_part(task, part);
}

static void *create_array(const redisReadTask *task, int elements)
{
    struct replies *replies = task->privdata;
    if ((size_t)elements > REPLIES_ELEMENTS_MOST - replies->elements) {
        replies->is_refused = true;
        return NULL;
    }
    replies->elements += (size_t)elements;
    return show_part(
        task, (struct reply_part){.kind = REPLY_ARRAY, .number = elements});
}

static void *create_integer(const redisReadTask *task, long long number)
{
    return show_part(
        task, (struct reply_part){.kind = REPLY_INTEGER, .number = number});
}

static void *create_nil(const redisReadTask *task)
{
    return show_part(task, (struct reply_part){.kind = REPLY_NIL});
}

/* The library wants them writable; it never writes. */
static redisReplyObjectFunctions part_functions = {
    .createString = create_string,
    .createArray = create_array,
    .createInteger = create_integer,
    .createNil = create_nil,
    .freeObject = NULL,
};

static int reader_failure(const struct replies *replies)
{
    const redisReader *reader = replies->reader;
    bool no_memory = reader->err == REDIS_ERR_OOM && !replies->is_refused;
    return no_memory ? -ENOMEM : -EPROTO;
}

/* Parses what whole replies there are. */
static int read_replies(struct replies *replies)
{
    redisReader *reader = replies->reader;
    while (replies->count < replies->expected) {
        replies->scanned += reader->len - reader->pos;
        if (replies->scanned > REPLIES_SCAN_MOST) {
            return -EPROTO;
        }
        void *reply = NULL;
        if (redisReaderGetReply(reader, &reply) != REDIS_OK) {
            return reader_failure(replies);
        }
        if (reply == NULL) {
            return 0;
        }
        replies->count++;
    }
    return reader->pos < reader->len ? -EPROTO : 0;
}

static int feed_reader(struct replies *replies, const void *bytes,
                       size_t length)
{
    if (length > REPLIES_BYTES_MOST - replies->bytes) {
        return -EPROTO;
    }
    replies->bytes += length;
    if (replies->reader == NULL) {
        redisReader *reader = redisReaderCreateWithFunctions(&part_functions);
        if (reader == NULL) {
            return -ENOMEM;
        }
        reader->privdata = replies;
        replies->reader = reader;
    }
    if (redisReaderFeed(replies->reader, bytes, length) != REDIS_OK) {
        return reader_failure(replies);
    }
    return read_replies(replies);
}

void replies_init(struct replies *replies, unsigned expected,
                  replies_part_cb on_part, void *owner)
{
    *replies = (struct replies){
        .on_part = on_part, .owner = owner, .expected = expected};
}

int replies_feed(struct replies *replies, const void *bytes, size_t length)
{
    if (replies->failure == 0) {
        replies->failure = feed_reader(replies, bytes, length);
        if (replies->failure != 0) {
            replies_finish(replies);
        }
    }
    return replies->failure;
}

void replies_finish(struct replies *replies)
{
    if (replies->reader != NULL) {
        redisReaderFree(replies->reader);
        replies->reader = NULL;
    }
}

int replies_format(int count, const char *const *arguments, uint8_t *bytes,
                   size_t room, size_t *length)
{
    char *text = NULL;
    /* The library forgot a const; it does not write. */
    int formatted = redisFormatCommandArgv(
        &text, count, (const char **)(uintptr_t)arguments, NULL);
    if (formatted < 0) {
        return -ENOMEM;
    }
    int status = -ENOBUFS;
    if ((size_t)formatted <= room) {
        memcpy(bytes, text, (size_t)formatted);
        *length = (size_t)formatted;
        status = 0;
    }
    explicit_bzero(text, (size_t)formatted); /* it may hold a password */
    free(text);
    return status;
}
