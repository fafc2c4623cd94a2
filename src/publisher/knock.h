/*
 * knock.h - asks the servers whether one of them serves, before the library is
 * let at them: one word ("srvr") over a connection of its own to each in turn,
 * until one says yes. A libuv thing; no library, no session.
 */
#ifndef PUBLISHER_KNOCK_H
#define PUBLISHER_KNOCK_H

#include <stdint.h>
#include <uv.h>

#define KNOCK_ANSWER_MS 500 /* for each server: connection and answer */
#define KNOCK_ANSWER_BYTES 64

enum knock_answer {
    KNOCK_CLOSED,   /* all refuse connections, or say that they do not serve */
    KNOCK_DOUBTFUL, /* one took the connection, or may have, and said nothing */
    KNOCK_SERVED,
};

struct knock;

typedef void (*knock_cb)(struct knock *knock, enum knock_answer answer);

struct knock {
    uv_loop_t *loop;
    void *owner;
    knock_cb on_answer;
    uv_tcp_t line;
    uv_connect_t connect;
    uv_timer_t deadline;
    const char *servers;      /* borrowed: "ip:port,ip:port" */
    uint32_t count;           /* of them */
    uint32_t next;            /* to be asked */
    uint32_t asked;           /* in this turn */
    enum knock_answer answer; /* the best so far */
    char bytes[KNOCK_ANSWER_BYTES];
};

/* Once; `servers` as servers_write makes them, at least one. */
void knock_init(struct knock *knock, uv_loop_t *loop, const char *servers,
                knock_cb on_answer, void *owner);

/* Asks; on_answer comes later and exactly once, then it may start again. It
 * begins with the server whose number `chance` gives. */
void knock_start(struct knock *knock, uint32_t chance);

#endif
