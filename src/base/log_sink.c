/*
 * log_sink.c - see log_sink.h.
 */
#include "base/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- opening ------------------------------------------------------------ */

/* A closed standard error would be given to the next file opened, and our
 * lines written into it: occupy it, and what lies below. */
static void occupy_standard_error(void)
{
    int fd = -1;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd < STDERR_FILENO);
}

/* The journal names the stream it made, as "device:inode". Somebody else's
 * redirection, made later, is another one and gets no priorities. */
static bool is_journal(const struct stat *status)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char ours[64];
    (void)snprintf(ours, sizeof ours, "%ju:%ju", (uintmax_t)status->st_dev,
                   (uintmax_t)status->st_ino); /* fits */
    return stream != NULL && strcmp(stream, ours) == 0;
}

void log_sink_open(struct log_sink *sink)
{
    struct stat status;
    *sink = (struct log_sink){.kind = SINK_POLLED, .fd = STDERR_FILENO};
    if (fstat(STDERR_FILENO, &status) != 0) {
        occupy_standard_error();
        sink->kind = SINK_NONE;
        return;
    }
    sink->is_journal = is_journal(&status);
    if (S_ISSOCK(status.st_mode)) {
        sink->kind = SINK_SOCKET;
        return;
    }
    int fd = open("/proc/self/fd/2",
                  O_WRONLY | O_NONBLOCK | O_APPEND | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0) {
        sink->kind = SINK_OWN;
        sink->fd = fd;
    }
}

/* --- writing ------------------------------------------------------------ */

/* A pipe or terminal ready for writing takes at least a whole line. */
static ssize_t write_polled(const struct log_sink *sink, const char *bytes,
                            size_t length)
{
    struct pollfd ready = {.fd = sink->fd, .events = POLLOUT};
    if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) {
        return -1;
    }
    return write(sink->fd, bytes, length);
}

static ssize_t write_once(const struct log_sink *sink, const char *bytes,
                          size_t length)
{
    switch (sink->kind) {
    case SINK_POLLED:
        return write_polled(sink, bytes, length);
    case SINK_OWN:
        return write(sink->fd, bytes, length);
    case SINK_SOCKET:
        return send(sink->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    case SINK_NONE:
        return -1;
    }
    return -1;
}

bool log_sink_write(struct log_sink *sink, const char *bytes, size_t length)
{
    if (sink->is_torn) {
        if (write_once(sink, "\n", 1) != 1) {
            return false;
        }
        sink->is_torn = false;
    }
    ssize_t written = write_once(sink, bytes, length);
    sink->is_torn = written > 0 && (size_t)written < length;
    return written == (ssize_t)length;
}
