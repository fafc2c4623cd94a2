/*
 * history_marks.c - see history_marks.h.
 */
#include "console/history_marks.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

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
