/*
 * log.h - one event a line on standard error, as logfmt or JSON.
 *
 *     log_event(LEVEL_INFO, "instance_changed", LOG_TEXT("name", name),
 *               LOG_NUMBER("pid", pid));
 *
 * A line is one write of at most LOG_LINE_BYTES. It never waits: what the
 * reader has no room for is dropped and counted, and the next line that goes
 * out says how many were lost. A line that says what was just said is counted
 * instead of written, and told as one line `repeated` (base/log_fold.h has the
 * rules). Strangers' bytes are quoted and escaped here, so callers pass them
 * as they are. Never pass a secret.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_LINE_BYTES 2048
/* How a helper is told; log_init reads both. */
#define LOG_LEVEL_VARIABLE "SENTINEL_AGENT_LOG_LEVEL"
#define LOG_FORMAT_VARIABLE "SENTINEL_AGENT_LOG_FORMAT"

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };
enum log_format { FORMAT_LOGFMT, FORMAT_JSON };

/* One key and its value. The list ends at the first field without a key. */
struct log_field {
    const char *key;
    bool is_text;
    const char *text;
    int64_t number;
};

#define LOG_TEXT(k, value) \
    ((struct log_field){.key = (k), .is_text = true, .text = (value)})
#define LOG_NUMBER(k, value) \
    ((struct log_field){.key = (k), .number = (int64_t)(value)})

#define log_event(level, event, ...)       \
    log_fields((level), (event),           \
               (const struct log_field[]){ \
                   __VA_ARGS__ __VA_OPT__(, ){.key = (const char *)0}})

/* Names the program in each line ("agent", "prober", ...), takes level and
 * format from the environment where they are good there, and gives the
 * process a non-blocking description of standard error of its own. When that
 * is the journal's, lines bear its priority and no time. `program` is
 * borrowed for ever. Before this call lines go out as program=?. */
void log_init(const char *program);

/* Drops lines above `level` from now on. The default is LEVEL_INFO. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* The default is FORMAT_LOGFMT. */
void log_set_format(enum log_format format);
enum log_format log_get_format(void);

/* "error", "warning", "info", "debug" to a level, "logfmt", "json" to a
 * format; false, and nothing written, if it is none. */
bool log_level_find(const char *name, enum log_level *level);
const char *log_level_name(enum log_level level);
bool log_format_find(const char *name, enum log_format *format);
const char *log_format_name(enum log_format format);

/* Lines lost since the start because standard error had no room. */
uint64_t log_lost(void);

/* Tells the repeats whose time has come; each line does it too. Call it now
 * and then, so that they are told in a quiet hour. */
void log_settle(void);

/* Tells all repeats, before the end. */
void log_finish(void);

/* Writes one line; use log_event. A NULL text is written as "". */
void log_fields(enum log_level level, const char *event,
                const struct log_field *fields);

#endif
