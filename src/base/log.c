/*
 * log.c - see log.h. Three rooms of its own do the work: log_fold decides
 * whether a line is a repeat, log_line composes it, log_sink hands it to
 * standard error without waiting.
 *
 * Level, format, the program's name, what was said of late and the way out
 * are the one piece of state that all files share. Lines of several threads
 * go out one after the other; the lock is held for no longer than a write
 * that does not wait.
 */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_fold.h"
#include "base/log_line.h"
#include "base/log_sink.h"

static struct {
    _Atomic enum log_level level;
    _Atomic enum log_format format;
    _Atomic uint64_t lost;
    const char *program;
    pthread_mutex_t lock; /* guards what follows */
    struct log_sink sink;
    struct log_fold fold;
    uint64_t lost_told; /* of `lost`, already reported in a line */
} logger = {
    .level = LEVEL_INFO,
    .format = FORMAT_LOGFMT,
    .program = "?",
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .sink = {.kind = SINK_POLLED, .fd = STDERR_FILENO},
};

/* --- names ---------------------------------------------------------------- */

static const char *const level_names[] = {
    [LEVEL_ERROR] = "error",
    [LEVEL_WARNING] = "warning",
    [LEVEL_INFO] = "info",
    [LEVEL_DEBUG] = "debug",
};

static const char *const format_names[] = {
    [FORMAT_LOGFMT] = "logfmt",
    [FORMAT_JSON] = "json",
};

#define LEVEL_COUNT (sizeof level_names / sizeof level_names[0])
#define FORMAT_COUNT (sizeof format_names / sizeof format_names[0])

/* Its place among the names, or -1. */
static int find_name(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool log_level_find(const char *name, enum log_level *level)
{
    int found = find_name(level_names, LEVEL_COUNT, name);
    if (found >= 0) {
        *level = (enum log_level)found;
    }
    return found >= 0;
}

const char *log_level_name(enum log_level level)
{
    return (size_t)level < LEVEL_COUNT ? level_names[level] : "?";
}

bool log_format_find(const char *name, enum log_format *format)
{
    int found = find_name(format_names, FORMAT_COUNT, name);
    if (found >= 0) {
        *format = (enum log_format)found;
    }
    return found >= 0;
}

const char *log_format_name(enum log_format format)
{
    return (size_t)format < FORMAT_COUNT ? format_names[format] : "?";
}

/* --- one line, with the lock held ---------------------------------------- */

static bool write_line(enum log_level level, const char *event,
                       const struct log_field *fields)
{
    struct log_line line;
    log_line_begin(&line,
                   &(struct log_head){.format = logger.format,
                                      .is_journal = logger.sink.is_journal,
                                      .level = level,
                                      .program = logger.program,
                                      .event = event,
                                      .wall_ms = clock_wall_ms()});
    for (const struct log_field *field = fields; field->key != NULL; field++) {
        log_line_field(&line, field);
    }
    log_line_end(&line);
    return log_sink_write(&logger.sink, line.bytes, line.length);
}

/* True when there is nothing to report, or it was reported. */
static bool report_lost(void)
{
    uint64_t lost = logger.lost;
    if (lost == logger.lost_told) {
        return true;
    }
    const struct log_field fields[] = {
        LOG_NUMBER("count", lost - logger.lost_told), {.key = NULL}};
    if (!write_line(LEVEL_WARNING, "log_lines_lost", fields)) {
        return false;
    }
    logger.lost_told = lost;
    return true;
}

static bool write_or_lose(enum log_level level, const char *event,
                          const struct log_field *fields)
{
    bool is_written = report_lost() && write_line(level, event, fields);
    if (!is_written) {
        logger.lost++;
    }
    return is_written;
}

static void tell_count(const struct log_kind *told)
{
    const struct log_field fields[] = {
        LOG_TEXT("of", told->event),
        LOG_NUMBER("count", told->held),
        {.key = told->fields[0] != '\0' ? "with" : NULL,
         .is_text = true,
         .text = told->fields},
        {.key = NULL}};
    (void)write_or_lose(told->level,
                        told->is_whole_event ? "suppressed" : "repeated",
                        fields); /* counted as lost if not */
}

/* --- public -------------------------------------------------------------- */

static void take_environment(void)
{
    const char *level_name = getenv(LOG_LEVEL_VARIABLE);
    const char *format_name = getenv(LOG_FORMAT_VARIABLE);
    enum log_level level;
    enum log_format format;
    if (level_name != NULL && log_level_find(level_name, &level)) {
        log_set_level(level);
    }
    if (format_name != NULL && log_format_find(format_name, &format)) {
        log_set_format(format);
    }
}

void log_init(const char *program)
{
    logger.program = program;
    take_environment();
    log_sink_open(&logger.sink);
}

void log_set_level(enum log_level level)
{
    logger.level = level;
}

enum log_level log_get_level(void)
{
    return logger.level;
}

void log_set_format(enum log_format format)
{
    logger.format = format;
}

enum log_format log_get_format(void)
{
    return logger.format;
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
    uint64_t now_ms = clock_monotonic_ms();
    struct log_said said;
    struct log_kind told;
    log_fold_name(&said, level, event, fields);
    (void)pthread_mutex_lock(&logger.lock); /* fails only if not one */
    while (log_fold_take_told(&logger.fold, &said, now_ms, &told)) {
        tell_count(&told);
    }
    if (log_fold_admits(&logger.fold, &said, now_ms) &&
        !write_or_lose(level, event, fields)) {
        log_fold_forget(&logger.fold, &said);
    }
    (void)pthread_mutex_unlock(&logger.lock);
    errno = saved_errno;
}

void log_settle(void)
{
    struct log_kind told;
    (void)pthread_mutex_lock(&logger.lock);
    while (
        log_fold_take_told(&logger.fold, NULL, clock_monotonic_ms(), &told)) {
        tell_count(&told);
    }
    (void)pthread_mutex_unlock(&logger.lock);
}

void log_finish(void)
{
    struct log_kind told;
    (void)pthread_mutex_lock(&logger.lock);
    while (log_fold_take_any(&logger.fold, &told)) {
        tell_count(&told);
    }
    (void)pthread_mutex_unlock(&logger.lock);
}
