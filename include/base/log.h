/*
 * log.h - one event a line on standard error, as logfmt.
 *
 *     log_event(LEVEL_INFO, "instance_changed", LOG_TEXT("name", name),
 *               LOG_NUMBER("pid", pid));
 *
 * A line is one write of at most LOG_LINE_BYTES. It never waits: what the
 * reader has no room for is dropped and counted, and the next line that goes
 * out says how many were lost. Strangers' bytes are quoted and escaped here,
 * so callers pass them as they are. Never pass a secret.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_LINE_BYTES 2048

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

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

/* Names the program in each line ("agent", "prober", ...) and gives the
 * process a non-blocking description of standard error of its own. `program`
 * is borrowed for ever. Before this call lines go out as program=?. */
void log_init(const char *program);

/* Drops lines above `level` from now on. The default is LEVEL_INFO. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* "error", "warning", "info", "debug" to a level; false if it is none. */
bool log_level_find(const char *name, enum log_level *level);
const char *log_level_name(enum log_level level);

/* Lines lost since the start because standard error had no room. */
uint64_t log_lost(void);

/* Writes one line; use log_event. A NULL text is written as "". */
void log_fields(enum log_level level, const char *event,
                const struct log_field *fields);

#endif
