/*
 * replies.c - see replies.h.
 *
 * hiredis calls the functions below for each part it has parsed and keeps
 * what they return as "the object". There are no objects here: they return
 * the struct replies itself, or NULL, which the reader takes for "out of
 * memory" and stops. That is how a bomb is refused before it is allocated.
 * Its errors are sticky, so a failed reader is freed at once.
 *
 * Built with 0.14 or any 1.x. The later ones know RESP3, which nobody here
 * asks for: its types are refused, as 0.14 does by not knowing them.
 */
#include "prober/replies.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <string.h>

#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#else
typedef int element_count;
#endif

static void *refuse(const redisReadTask *task)
{
    struct replies *replies = task->privdata;
    replies->is_refused = true;
    return NULL;
}

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
        return refuse(task);
    }
    replies->on_part(replies->owner, &part);
    return replies;
}

static void *create_string(const redisReadTask *task, char *text, size_t length)
{
    struct replies *replies = task->privdata;
    struct reply_part part = {.text = text, .length = length};
    bool is_line = memchr(text, '\r', length) == NULL &&
                   memchr(text, '\n', length) == NULL;
    switch (task->type) {
    case REDIS_REPLY_STATUS:
        part.kind = REPLY_STATUS;
        return is_line ? show_part(task, part) : refuse(task);
    case REDIS_REPLY_ERROR:
        part.kind = REPLY_ERROR;
        return is_line ? show_part(task, part) : refuse(task);
    case REDIS_REPLY_STRING:
        part.kind = REPLY_STRING;
        replies->is_too_long = length > REPLIES_STRING_MOST;
        return replies->is_too_long ? refuse(task) : show_part(task, part);
    default:
        return refuse(task);
    }
}

static void *create_array(const redisReadTask *task, element_count elements)
{
    struct replies *replies = task->privdata;
    if (task->type != REDIS_REPLY_ARRAY ||
        (size_t)elements > REPLIES_ELEMENTS_MOST - replies->elements) {
        return refuse(task);
    }
    replies->elements += (size_t)elements;
    return show_part(task, (struct reply_part){.kind = REPLY_ARRAY,
                                               .number = (long long)elements});
}

static void *create_integer(const redisReadTask *task, long long number)
{
    return show_part(
        task, (struct reply_part){.kind = REPLY_INTEGER, .number = number});
}

/* In RESP2 a nil is a string or an array. */
static void *create_nil(const redisReadTask *task)
{
    if (task->type == REDIS_REPLY_NIL) {
        return refuse(task);
    }
    return show_part(task, (struct reply_part){.kind = REPLY_NIL});
}

#if HIREDIS_MAJOR >= 1
static void *create_double(const redisReadTask *task, double number, char *text,
                           size_t length)
{
    (void)number;
    (void)text;
    (void)length;
    return refuse(task);
}

static void *create_bool(const redisReadTask *task, int is_true)
{
    (void)is_true;
    return refuse(task);
}
#endif

/* The library wants them writable; it never writes. */
static redisReplyObjectFunctions part_functions = {
    .createString = create_string,
    .createArray = create_array,
    .createInteger = create_integer,
#if HIREDIS_MAJOR >= 1
    .createDouble = create_double,
    .createBool = create_bool,
#endif
    .createNil = create_nil,
    .freeObject = NULL,
};

static int reader_failure(const struct replies *replies)
{
    const redisReader *reader = replies->reader;
    bool no_memory = reader->err == REDIS_ERR_OOM && !replies->is_refused;
    if (replies->is_too_long) {
        return -EMSGSIZE;
    }
    return no_memory ? -ENOMEM : -EPROTO;
}

/* The reply whose end is still to come is a string. */
static bool is_in_string(const redisReader *reader)
{
#if HIREDIS_MAJOR >= 1
    return reader->ridx == 0 && reader->task[0]->type == REDIS_REPLY_STRING;
#else
    return reader->ridx == 0 && reader->rstack[0].type == REDIS_REPLY_STRING;
#endif
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

/* What the reader sees ends at the cap, however the bytes were sliced. */
static int feed_reader(struct replies *replies, const void *bytes,
                       size_t length)
{
    size_t room = REPLIES_BYTES_MOST - replies->bytes;
    size_t taken = length < room ? length : room;
    replies->bytes += taken;
    if (replies->reader == NULL) {
        redisReader *reader = redisReaderCreateWithFunctions(&part_functions);
        if (reader == NULL) {
            return -ENOMEM;
        }
        reader->privdata = replies;
        replies->reader = reader;
    }
    if (redisReaderFeed(replies->reader, bytes, taken) != REDIS_OK) {
        return reader_failure(replies);
    }
    int status = read_replies(replies);
    if (status != 0 || taken == length) {
        return status;
    }
    return is_in_string(replies->reader) ? -EMSGSIZE : -EPROTO;
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
    long long formatted = redisFormatCommandArgv(
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
    redisFreeCommand(text);
    return status;
}
