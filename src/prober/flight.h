/*
 * flight.h - which commands a probe asks, and their bytes: one pipelined
 * flight on a fresh connection, the replies in the order of the commands.
 *
 * The canary, SETRANGE key 0 "", never writes, whether the key exists or not,
 * yet Redis takes it for a write and so every gate before writes answers it.
 * It goes last: when writes are paused it hangs, and the replies before it
 * are there all the same.
 *
 * AUTH goes first, in the same write. Its bytes hold a password, so they are
 * made for each probe and stand in no flight.
 */
#ifndef PROBER_FLIGHT_H
#define PROBER_FLIGHT_H

#include <stddef.h>
#include <stdint.h>

#define FLIGHT_BYTES_MOST 256
#define FLIGHT_AUTH_BYTES_MOST 768 /* user, password and their lengths */
#define FLIGHT_CANARY_KEY "sentinel-agent:canary"

enum command {
    COMMAND_AUTH,
    COMMAND_PING,
    COMMAND_ROLE,
    COMMAND_INFO,
    COMMAND_CLUSTER,
    COMMAND_CANARY,
    COMMAND_COUNT
};

/* What a flight has beside PING, as bits. CLUSTER INFO and the canary are for
 * deep flights; on others they are left out. */
enum flight_part {
    FLIGHT_AUTH = 1,
    FLIGHT_DEEP = 2, /* ROLE and INFO */
    FLIGHT_CLUSTER = 4,
    FLIGHT_CANARY = 8
};
#define FLIGHT_KINDS 16

struct flight {
    enum command commands[COMMAND_COUNT]; /* the first `count` are asked */
    unsigned count;
    size_t length;
    uint8_t bytes[FLIGHT_BYTES_MOST]; /* of all but AUTH */
};

/* `parts` are bits of enum flight_part. 0 or -ENOMEM. */
int flight_init(struct flight *flight, unsigned parts);

/* Every kind there is; `parts` of each are its index. 0 or -ENOMEM. */
int flight_init_all(struct flight flights[FLIGHT_KINDS]);

/* The bytes of AUTH, for the front of a flight; `user` "" is the default one.
 * 0, -ENOBUFS or -ENOMEM. Whoever calls wipes them. */
int flight_format_auth(const char *user, const char *password, uint8_t *bytes,
                       size_t room, size_t *length);

/* "PING", "ROLE", "INFO", "the write check": for sentences. */
const char *flight_command_name(enum command command);

#endif
