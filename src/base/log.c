/*
 * log.c - composes one line and hands it to standard error without waiting.
 *
 * Standard error may be a file, a terminal, a pipe nobody reads, a socket of
 * the service manager, or closed. Setting O_NONBLOCK on it would change it
 * for whoever shares it, so log_init opens a description of its own through
 * /proc; a socket cannot be opened so and is sent to with MSG_DONTWAIT; where
 * neither works a poll without time-out comes before each write. A line that
 * does not go out is lost, counted, and reported by the next that does.
 *
 * The level, the program's name and the way out are the one piece of state
 * that all files share; only the level changes after log_init.
 */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* Kept free at the end of a line for a closing quote, CUT_MARK, newline. */
#define LINE_RESERVE 16
#define CUT_MARK " cut=true"

enum sink {
    SINK_POLLED, /* standard error itself: poll, then write */
    SINK_OWN,    /* a non-blocking description of our own */
    SINK_SOCKET,
    SINK_NONE, /* standard error was closed: every line is lost */
};

static struct {
    _Atomic enum log_level level;
    const char *program;
    enum sink sink;
    int fd;
    _Atomic uint64_t lost;
    _Atomic uint64_t lost_told; /* of `lost`, already reported in a line */
    atomic_bool is_torn;        /* the last write was cut short: newline due */
} logger = {
    .level = LEVEL_INFO,
    .program = "?",
    .sink = SINK_POLLED,
    .fd = STDERR_FILENO,
};

struct line {
    char bytes[LOG_LINE_BYTES];
    size_t length;
    bool is_cut; /* something did not fit; nothing more is added */
};

/* --- composing -------------------------------------------------------- */

static void line_put(struct line *line, const char *piece, size_t length)
{
    if (line->is_cut ||
        line->length + length > sizeof line->bytes - LINE_RESERVE) {
        line->is_cut = true;
        return;
    }
    memcpy(line->bytes + line->length, piece, length);
    line->length += length;
}

static void line_put_text(struct line *line, const char *text)
{
    line_put(line, text, strlen(text));
}

static bool needs_quotes(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte <= ' ' || byte > '~' || byte == '"' || byte == '=' ||
            byte == '\\') {
            return true;
        }
    }
    return text[0] == '\0';
}

/* One byte of a quoted value, whole or not at all. */
static void line_put_quoted_byte(struct line *line, unsigned char byte)
{
    char piece[8];
    int length = 0;
    if (byte == '"' || byte == '\\') {
        length = snprintf(piece, sizeof piece, "\\%c", byte);
    } else if (byte == '\n') {
        length = snprintf(piece, sizeof piece, "\\n");
    } else if (byte < ' ' || byte > '~') {
        length = snprintf(piece, sizeof piece, "\\x%02x", byte);
    } else {
        length = snprintf(piece, sizeof piece, "%c", byte);
    }
    line_put(line, piece, (size_t)length);
}

static void line_put_value(struct line *line, const char *text)
{
    if (!needs_quotes(text)) {
        for (const char *at = text; *at != '\0'; at++) {
            line_put(line, at, 1);
        }
        return;
    }
    line_put(line, "\"", 1);
    if (line->is_cut) {
        return;
    }
    for (const char *at = text; *at != '\0' && !line->is_cut; at++) {
        line_put_quoted_byte(line, (unsigned char)*at);
    }
    line->bytes[line->length] = '"'; /* room is kept by LINE_RESERVE */
    line->length++;
}

static void line_put_number(struct line *line, int64_t number)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)number);
    line_put(line, digits, (size_t)length);
}

static void line_put_time(struct line *line)
{
    uint64_t wall_ms = clock_wall_ms();
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc = {0};
    char text[64];
    if (gmtime_r(&seconds, &utc) == NULL) {
        line_put_text(line, "ts=?");
        return;
    }
    size_t length = strftime(text, sizeof text, "ts=%Y-%m-%dT%H:%M:%S", &utc);
    line_put(line, text, length);
    int more =
        snprintf(text, sizeof text, ".%03uZ", (unsigned)(wall_ms % 1000));
    line_put(line, text, (size_t)more);
}

static void line_begin(struct line *line, enum log_level level,
                       const char *event)
{
    line->length = 0;
    line->is_cut = false;
    line_put_time(line);
    line_put_text(line, " level=");
    line_put_text(line, log_level_name(level));
    line_put_text(line, " program=");
    line_put_value(line, logger.program);
    line_put_text(line, " event=");
    line_put_value(line, event);
}

/* A field of which not even the value's beginning fits is left out. */
static void line_put_field(struct line *line, const struct log_field *field)
{
    size_t before = line->length;
    line_put(line, " ", 1);
    line_put_text(line, field->key);
    line_put(line, "=", 1);
    bool has_value = !line->is_cut;
    if (field->is_text) {
        line_put_value(line, field->text != NULL ? field->text : "");
    } else {
        line_put_number(line, field->number);
        has_value = !line->is_cut;
    }
    if (!has_value) {
        line->length = before;
    }
}

/* Uses LINE_RESERVE, so it always fits. */
static void line_end(struct line *line)
{
    if (line->is_cut) {
        memcpy(line->bytes + line->length, CUT_MARK, strlen(CUT_MARK));
        line->length += strlen(CUT_MARK);
    }
    line->bytes[line->length] = '\n';
    line->length++;
}

/* --- writing ---------------------------------------------------------- */

/* A pipe or terminal ready for writing takes at least a whole line. */
static ssize_t write_polled(const char *bytes, size_t length)
{
    struct pollfd ready = {.fd = logger.fd, .events = POLLOUT};
    if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) {
        return -1;
    }
    return write(logger.fd, bytes, length);
}

static ssize_t write_once(const char *bytes, size_t length)
{
    switch (logger.sink) {
    case SINK_POLLED:
        return write_polled(bytes, length);
    case SINK_OWN:
        return write(logger.fd, bytes, length);
    case SINK_SOCKET:
        return send(logger.fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    case SINK_NONE:
        return -1;
    }
    return -1;
}

static bool write_line(const struct line *line)
{
    if (logger.is_torn) {
        if (write_once("\n", 1) != 1) {
            return false;
        }
        logger.is_torn = false;
    }
    ssize_t written = write_once(line->bytes, line->length);
    if (written > 0 && (size_t)written < line->length) {
        logger.is_torn = true;
    }
    return written == (ssize_t)line->length;
}

/* True when there is nothing to report, or it was reported. */
static bool report_lost(void)
{
    uint64_t lost = logger.lost;
    if (lost == logger.lost_told) {
        return true;
    }
    struct line line;
    line_begin(&line, LEVEL_WARNING, "log_lines_lost");
    line_put_field(&line, &LOG_NUMBER("count", lost - logger.lost_told));
    line_end(&line);
    if (!write_line(&line)) {
        return false;
    }
    logger.lost_told = lost;
    return true;
}

/* A closed standard error would be given to the next file opened, and our
 * lines written into it: occupy it, and what lies below. */
static void occupy_standard_error(void)
{
    int fd = -1;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd < STDERR_FILENO);
}

/* --- public ----------------------------------------------------------- */

void log_init(const char *program)
{
    logger.program = program;
    struct stat status;
    if (fstat(STDERR_FILENO, &status) != 0) {
        occupy_standard_error();
        logger.sink = SINK_NONE;
        return;
    }
    if (S_ISSOCK(status.st_mode)) {
        logger.sink = SINK_SOCKET;
        return;
    }
    int fd = open("/proc/self/fd/2",
                  O_WRONLY | O_NONBLOCK | O_APPEND | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0) {
        logger.sink = SINK_OWN;
        logger.fd = fd;
    }
}

void log_set_level(enum log_level level)
{
    logger.level = level;
}

enum log_level log_get_level(void)
{
    return logger.level;
}

static const char *const level_names[] = {
    [LEVEL_ERROR] = "error",
    [LEVEL_WARNING] = "warning",
    [LEVEL_INFO] = "info",
    [LEVEL_DEBUG] = "debug",
};

#define LEVEL_COUNT (sizeof level_names / sizeof level_names[0])

bool log_level_find(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < LEVEL_COUNT; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

const char *log_level_name(enum log_level level)
{
    return (size_t)level < LEVEL_COUNT ? level_names[level] : "?";
}

uint64_t log_lost(void)
{
    return logger.lost;
}

void log_fields(enum log_level level, const char *event,
                const struct log_field *fields)
{
    if (level > logger.level) {
        return;
    }
    int saved_errno = errno;
    struct line line;
    line_begin(&line, level, event);
    for (const struct log_field *field = fields; field->key != NULL; field++) {
        line_put_field(&line, field);
    }
    line_end(&line);
    if (!report_lost() || !write_line(&line)) {
        logger.lost++;
    }
    errno = saved_errno;
}
