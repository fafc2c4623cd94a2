/*
 * history_marks.c - see history_marks.h.
 */
#include "console/history_marks.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

#define HISTORY_TEXT(constant, text) [constant] = text,
static const char *const names[HISTORY_MARK_KINDS] = {
    HISTORY_MARK_TABLE(HISTORY_TEXT)};
#undef HISTORY_TEXT

const char *history_mark_name(enum history_mark_kind kind)
{
    return (unsigned)kind < HISTORY_MARK_KINDS ? names[kind] : "?";
}

void history_marks_init(struct history_marks *marks)
{
    memset(marks, 0, sizeof *marks);
}

void history_marks_add(struct history_marks *marks, enum history_mark_kind kind,
                       uint64_t at_ms, const char *text)
{
    uint64_t place = marks->counts[kind] % HISTORY_MARKS_EACH;
    struct history_mark *mark = &marks->list[kind][place];
    mark->at_ms = at_ms;
    (void)text_copy(mark->text, sizeof mark->text, text); /* may be cut */
    marks->counts[kind]++;
}

const struct history_mark *history_marks_find(const struct history_marks *marks,
                                              enum history_mark_kind kind,
                                              uint32_t ago)
{
    uint64_t count = marks->counts[kind];
    if (ago >= count || ago >= HISTORY_MARKS_EACH) {
        return NULL;
    }
    return &marks->list[kind][(count - 1 - ago) % HISTORY_MARKS_EACH];
}
