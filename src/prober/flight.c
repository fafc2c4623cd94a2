/*
 * flight.c - see flight.h. One row per command; the bytes are hiredis' work.
 */
#include "prober/flight.h"

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

static int add_command(struct flight *flight, enum command command)
{
    const struct command_row *row = &command_rows[command];
    size_t length = 0;
    int status = replies_format(
        row->count, row->arguments, flight->bytes + flight->length,
        sizeof(flight->bytes) - flight->length, &length);
    if (status != 0) {
        return status;
    }
    flight->commands[flight->count] = command;
    flight->count++;
    flight->length += length;
    return 0;
}

int flight_init(struct flight *flight, bool is_deep, bool canary)
{
    *flight = (struct flight){.count = 0};
    int status = add_command(flight, COMMAND_PING);
    if (status == 0 && is_deep) {
        status = add_command(flight, COMMAND_ROLE);
    }
    if (status == 0 && is_deep) {
        status = add_command(flight, COMMAND_INFO);
    }
    if (status == 0 && is_deep && canary) {
        status = add_command(flight, COMMAND_CANARY);
    }
    return status;
}

const char *flight_command_name(enum command command)
{
    return command < COMMAND_COUNT ? command_rows[command].name : "?";
}
