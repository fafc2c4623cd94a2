/*
 * log_line.h - composes one line of the log, as logfmt or as JSON.
 *
 *     ts=2025-11-21T16:22:00.123Z level=info program=agent event=ready round=1
 *     {"ts":"2025-11-21T16:22:00.123Z","level":"info","program":"agent",
 *      "event":"ready","round":1}                             (in one line)
 *
 * For the journal a line begins with its priority, "<6>", and has no ts: the
 * journal has its own. Values are printable ASCII whatever the bytes were:
 * others become \xNN. What does not fit is left out and the line ends with
 * cut=true; it is whole JSON even then.
 */
#ifndef BASE_LOG_LINE_H
#define BASE_LOG_LINE_H

#include <stddef.h>

#include "base/log.h"

struct log_line {
    char bytes[LOG_LINE_BYTES];
    size_t length;
    bool is_cut;     /* something did not fit; nothing more is added */
    bool has_fields; /* the next one is parted from them */
    enum log_format format;
};

/* What stands before the fields. */
struct log_head {
    enum log_format format;
    bool is_journal;
    enum log_level level;
    const char *program;
    const char *event;
    uint64_t wall_ms;
};

void log_line_begin(struct log_line *line, const struct log_head *head);

/* A field of which not even the value's beginning fits is left out. */
void log_line_field(struct log_line *line, const struct log_field *field);

/* Always fits. The line is then complete, newline included. */
void log_line_end(struct log_line *line);

#endif
