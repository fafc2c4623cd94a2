/*
 * flight.h - which commands a probe asks, and their bytes: one pipelined
 * flight on a fresh connection, the replies in the order of the commands.
 *
 * The canary, SETRANGE key 0 "", never writes, whether the key exists or not,
 * yet Redis takes it for a write and so every gate before writes answers it.
 * It goes last: when writes are paused it hangs, and the replies before it
 * are there all the same.
 */
#ifndef PROBER_FLIGHT_H
#define PROBER_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLIGHT_BYTES_MOST 256
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

struct flight {
    enum command commands[COMMAND_COUNT]; /* the first `count` are asked */
    unsigned count;
    size_t length;
    uint8_t bytes[FLIGHT_BYTES_MOST];
};

/* PING alone, or PING ROLE INFO when deep, and then the canary if wanted.
 * 0 or -ENOMEM. */
int flight_init(struct flight *flight, bool is_deep, bool canary);

/* "PING", "ROLE", "INFO", "the write check": for sentences. */
const char *flight_command_name(enum command command);

#endif
