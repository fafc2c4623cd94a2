/*
 * replies.h - bytes from a server become replies: hiredis' reader behind
 * walls of our own. The only room that knows hiredis.
 *
 * The reader (0.14) has no size guards: "*2147483647" would have it allocate
 * 16 GiB, an endless line is scanned anew at every read. So bytes are counted
 * before it sees them, elements before they exist, its work as it is done;
 * and no reply is ever built as a tree: each part is shown to the owner the
 * moment it is parsed, and forgotten.
 */
#ifndef PROBER_REPLIES_H
#define PROBER_REPLIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLIES_BYTES_MOST (256 * 1024)
/* One string of those; the rest is for the other replies of its flight. */
#define REPLIES_STRING_MOST (240 * 1024)
#define REPLIES_ELEMENTS_MOST 4096
#define REPLIES_NESTING_MOST 7
/* Bytes the reader may look at in all, again and again: some 60 ms of CPU. An
 * INFO of 10 KiB that comes byte by byte needs 50 MB of it. */
#define REPLIES_SCAN_MOST (64 * 1024 * 1024)

enum reply_kind {
    REPLY_STATUS,
    REPLY_ERROR,
    REPLY_INTEGER,
    REPLY_STRING,
    REPLY_NIL,
    REPLY_ARRAY
};

/* One reply, or one part of an array. The bytes are the reader's: good only
 * during the call, not ended by a NUL, a stranger's. */
struct reply_part {
    enum reply_kind kind;
    unsigned reply;   /* which reply of the flight, from 0 */
    unsigned depth;   /* 0: the reply itself; 1: an element of it; ... */
    size_t position;  /* among its siblings */
    const char *text; /* of STATUS, ERROR and STRING */
    size_t length;
    long long number; /* of INTEGER; elements of ARRAY */
};

typedef void (*replies_part_cb)(void *owner, const struct reply_part *part);

struct replies {
    replies_part_cb on_part;
    void *owner;       /* borrowed, handed to on_part */
    void *reader;      /* the library's; NULL before the first byte, and
                          after an error */
    unsigned expected; /* replies the flight asked for */
    unsigned count;    /* whole replies so far */
    size_t bytes;
    size_t elements;
    size_t scanned;
    bool is_refused; /* we made the reader stop, it did not run out of memory */
    bool is_too_long; /* for a string that is longer than we read */
    int failure;      /* what replies_feed last failed with: it stays */
};

void replies_init(struct replies *replies, unsigned expected,
                  replies_part_cb on_part, void *owner);

/* Takes the next bytes, in whatever slices they come. 0; -EMSGSIZE when a
 * reply is a string that is longer than we read; -EPROTO when they are no
 * replies, break another cap, or go on after the last expected reply; -ENOMEM.
 * What came before a failure has been shown and counted. */
int replies_feed(struct replies *replies, const void *bytes, size_t length);

/* Frees; the counts stay. Fine to call twice. */
void replies_finish(struct replies *replies);

/* A command as bytes to send. 0, -ENOBUFS or -ENOMEM. */
int replies_format(int count, const char *const *arguments, uint8_t *bytes,
                   size_t room, size_t *length);

#endif
