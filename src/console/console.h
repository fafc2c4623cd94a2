/*
 * console.h - the console as a helper process: loop, dead-man, channel, HTTP.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include <stdint.h>

struct console_options {
    uint32_t generation;
    uint32_t listen_fds; /* from HELPER_FD_LISTEN on */
    int config_fd;       /* the effective configuration; -1 = none */
};

/* Serves until the supervisor is gone; then the process ends at once. What
 * it returns is the exit code of a console that could not start. */
int console_run(const struct console_options *options);

#endif
