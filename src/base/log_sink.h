/*
 * log_sink.h - standard error, written to without waiting, whatever it is: a
 * file, a terminal, a pipe nobody reads, a socket of the service manager, or
 * closed.
 *
 * Setting O_NONBLOCK on it would change it for whoever shares it, so a
 * description of our own is opened through /proc; a socket cannot be opened
 * so and is sent to with MSG_DONTWAIT; where neither works a poll without
 * time-out comes before each write.
 */
#ifndef BASE_LOG_SINK_H
#define BASE_LOG_SINK_H

#include <stdbool.h>
#include <stddef.h>

enum log_sink_kind {
    SINK_POLLED, /* standard error itself: poll, then write */
    SINK_OWN,    /* a non-blocking description of our own */
    SINK_SOCKET,
    SINK_NONE, /* standard error was closed: every line is lost */
};

struct log_sink {
    enum log_sink_kind kind;
    int fd;
    bool is_torn; /* the last write was cut short: a newline is due */
    bool is_journal;
};

/* Finds out what standard error is. Cannot fail: what cannot be written to
 * takes nothing. */
void log_sink_open(struct log_sink *sink);

/* One whole line; false if it did not go out whole. */
bool log_sink_write(struct log_sink *sink, const char *bytes, size_t length);

#endif
