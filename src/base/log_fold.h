/*
 * log_fold.h - decides which lines are repeats and only counted.
 *
 * Two lines are the same when level, event and every field are the same.
 * Numbers that are never the same twice are not compared: `pid`, `prober`,
 * `request` and those whose name ends in _ms.
 *
 *   a line the same as the one just before it   is counted
 *   a warning or an error the same as one       is counted, also when other
 *       written in the last ten seconds             lines came in between
 *   a warning or an error of an event of which  is counted
 *       a hundred were written in the last ten
 *       seconds, whatever its fields
 *
 * So what happened to each of a hundred instances is always written: those
 * lines are of level info and name different instances, or different states.
 * A count is told as `repeated` (`suppressed` for the third rule) when another
 * line comes, for warnings and errors when ten seconds are over; then the
 * next such line is written again.
 *
 * Pure: the time is an argument.
 */
#ifndef BASE_LOG_FOLD_H
#define BASE_LOG_FOLD_H

#include <stddef.h>

#include "base/log.h"

#define LOG_FOLD_MS 10000
#define LOG_FOLD_BURST 100 /* warnings or errors of one event in that time */
#define LOG_FOLD_KINDS 16  /* remembered; when more come the oldest goes */
#define LOG_FOLD_EVENT_BYTES 40
#define LOG_FOLD_FIELDS_BYTES 160

/* One kind of line that was written, and how often it then was not. */
struct log_kind {
    uint64_t key; /* 0 = free */
    enum log_level level;
    uint64_t since_ms; /* when the first one was written */
    uint32_t written;
    uint64_t held;       /* counted, not written */
    bool is_whole_event; /* it stands for the event, whatever the fields */
    char event[LOG_FOLD_EVENT_BYTES];
    char fields[LOG_FOLD_FIELDS_BYTES]; /* for people, perhaps cut */
};

struct log_fold {
    struct log_kind lines[LOG_FOLD_KINDS];  /* by event and fields */
    struct log_kind events[LOG_FOLD_KINDS]; /* by event alone */
};

/* A line that is to be written, and the keys under which it is counted. */
struct log_said {
    enum log_level level;
    const char *event;              /* borrowed */
    const struct log_field *fields; /* borrowed */
    uint64_t line_key;
    uint64_t event_key;
};

void log_fold_name(struct log_said *said, enum log_level level,
                   const char *event, const struct log_field *fields);

/* Gives back the next count that is to be told before `said` is written (NULL:
 * no line comes, time has just passed) and forgets its kind. Call it until it
 * is false. */
bool log_fold_take_told(struct log_fold *fold, const struct log_said *said,
                        uint64_t now_ms, struct log_kind *told);

/* The same for whatever is counted, before the end. */
bool log_fold_take_any(struct log_fold *fold, struct log_kind *told);

/* True: the line is to be written, and is remembered as such. False: it was
 * counted. Nothing may be left to be told. */
bool log_fold_admits(struct log_fold *fold, const struct log_said *said,
                     uint64_t now_ms);

/* It could not be written after all, so the next like it is no repeat. */
void log_fold_forget(struct log_fold *fold, const struct log_said *said);

#endif
