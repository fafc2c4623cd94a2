/*
 * floor.h - what the two bare probers share: rounds by a timer, a bare epoll,
 * connections, the flights as literal bytes and when their replies are whole.
 *
 * A floor is the least a prober can cost: what one would write by hand for
 * this and nothing else. So nothing is checked that is not needed to know
 * that the probe was answered, and whatever goes wrong ends the program: then
 * a comparison means nothing.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the replies of one probe stand; all zero but `left` at the start. */
struct floor_replies {
    unsigned left; /* replies and elements still to come */
    size_t skip;   /* bytes of a long text still to come */
    char kind;     /* of the line begun; 0 = none */
    size_t number; /* the line's number so far */
};

struct floor_connection {
    uint16_t port;
    int fd; /* -1 = none */
    void *tls;
    struct floor_replies replies;
};

struct floor;

/* What plain and TLS do differently. Both get an event of a connection and
 * call floor_wait_for_replies and floor_finish in their time. */
struct floor_way {
    void (*on_connected)(struct floor *floor,
                         struct floor_connection *connection);
    void (*on_readable)(struct floor *floor,
                        struct floor_connection *connection);
};

struct floor {
    const struct floor_way *way;
    int epoll;
    const char *flight;
    size_t flight_length;
    unsigned flight_replies;
    void *tls_context;
    char *tls_server_name;
    struct floor_connection *connections;
    int count;
};

/* Prints why and exits. */
void floor_fail(const char *what);

/* Runs until it is killed. `deep`: PING ROLE INFO SETRANGE, else PING. */
void floor_run(struct floor *floor, long interval_ms, bool deep, char **ports,
               int count);

/* From now on the connection is waited for to be readable. */
void floor_wait_for_replies(struct floor *floor,
                            struct floor_connection *connection);

/* True when the last reply is whole. */
bool floor_take(struct floor_replies *replies, const char *bytes,
                size_t length);

void floor_close(struct floor_connection *connection);

#endif
