/*
 * flight.c - see flight.h. One row per command, in the order in which they are
 * asked; the bytes are hiredis' work.
 */
#include "prober/flight.h"

#include <stdbool.h>

#include "prober/replies.h"

#define ARGUMENTS_MOST 4

struct command_row {
    const char *name;
    int count;
    const char *arguments[ARGUMENTS_MOST];
};

static const struct command_row command_rows[COMMAND_COUNT] = {
    [COMMAND_AUTH] = {"AUTH", 0, {NULL}}, /* made for each probe */
    [COMMAND_PING] = {"PING", 1, {"PING"}},
    [COMMAND_ROLE] = {"ROLE", 1, {"ROLE"}},
    [COMMAND_INFO] = {"INFO", 1, {"INFO"}},
    [COMMAND_CLUSTER] = {"CLUSTER INFO", 2, {"CLUSTER", "INFO"}},
    [COMMAND_CANARY] = {"the write check",
                        4,
                        {"SETRANGE", FLIGHT_CANARY_KEY, "0", ""}},
};

/* AUTH has its place, but no bytes. */
static int add_command(struct flight *flight, enum command command)
{
    const struct command_row *row = &command_rows[command];
    size_t length = 0;
    int status = 0;
    if (row->count > 0) {
        status = replies_format(
            row->count, row->arguments, flight->bytes + flight->length,
            sizeof(flight->bytes) - flight->length, &length);
    }
    if (status != 0) {
        return status;
    }
    flight->commands[flight->count] = command;
    flight->count++;
    flight->length += length;
    return 0;
}

int flight_init(struct flight *flight, unsigned parts)
{
    bool is_deep = (parts & FLIGHT_DEEP) != 0;
    const bool is_asked[COMMAND_COUNT] = {
        [COMMAND_AUTH] = (parts & FLIGHT_AUTH) != 0,
        [COMMAND_PING] = true,
        [COMMAND_ROLE] = is_deep,
        [COMMAND_INFO] = is_deep,
        [COMMAND_CLUSTER] = is_deep && (parts & FLIGHT_CLUSTER) != 0,
        [COMMAND_CANARY] = is_deep && (parts & FLIGHT_CANARY) != 0,
    };
    int status = 0;
    *flight = (struct flight){.count = 0};
    for (enum command i = 0; status == 0 && i < COMMAND_COUNT; i++) {
        if (is_asked[i]) {
            status = add_command(flight, i);
        }
    }
    return status;
}

int flight_init_all(struct flight flights[FLIGHT_KINDS])
{
    int status = 0;
    for (unsigned parts = 0; status == 0 && parts < FLIGHT_KINDS; parts++) {
        status = flight_init(&flights[parts], parts);
    }
    return status;
}

int flight_format_auth(const char *user, const char *password, uint8_t *bytes,
                       size_t room, size_t *length)
{
    const char *arguments[] = {"AUTH", user, password};
    if (user[0] != '\0') {
        return replies_format(3, arguments, bytes, room, length);
    }
    arguments[1] = password;
    return replies_format(2, arguments, bytes, room, length);
}

const char *flight_command_name(enum command command)
{
    return command < COMMAND_COUNT ? command_rows[command].name : "?";
}
