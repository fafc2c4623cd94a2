/*
 * history_marks.h - what happened at a moment and explains a bend in a line:
 * a process that ended, a reload, a start, a change of state. Pure.
 *
 * Each kind has a ring of its own, so that a server that flaps all night does
 * not push out the one restart that matters.
 */
#ifndef CONSOLE_HISTORY_MARKS_H
#define CONSOLE_HISTORY_MARKS_H

#include <stdbool.h>
#include <stdint.h>

enum history_mark_kind {
    HISTORY_MARK_START,
    HISTORY_MARK_RELOAD,
    HISTORY_MARK_ENDING,
    HISTORY_MARK_CHANGE,
    HISTORY_MARK_KINDS
};

#define HISTORY_MARKS_EACH 128 /* of a kind are kept */
#define HISTORY_MARK_BYTES 104

struct history_mark {
    uint64_t at_ms; /* monotonic */
    char text[HISTORY_MARK_BYTES];
};

struct history_marks {
    uint64_t counts[HISTORY_MARK_KINDS]; /* so far */
    struct history_mark list[HISTORY_MARK_KINDS][HISTORY_MARKS_EACH];
};

void history_marks_init(struct history_marks *marks);

/* The text may be cut. */
void history_marks_add(struct history_marks *marks, enum history_mark_kind kind,
                       uint64_t at_ms, const char *text);

/* The mark that came `ago` marks before the newest of its kind; NULL past the
 * oldest that is kept. */
const struct history_mark *history_marks_find(const struct history_marks *marks,
                                              enum history_mark_kind kind,
                                              uint32_t ago);

#endif
