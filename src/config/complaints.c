/*
 * complaints.c - see complaints.h.
 */
#include "config/complaints.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct settings_place complaints_whole(uint32_t file)
{
    return (struct settings_place){
        .line = 1, .column = 1, .file = (uint16_t)file, .origin = ORIGIN_FILE};
}

void complaints_add(struct complaints *complaints, const char *file,
                    const struct settings_place *place, const char *format, ...)
{
    if (complaints->count < COMPLAINTS_MOST) {
        struct complaint *complaint = &complaints->list[complaints->count];
        va_list arguments;

        (void)text_escape(complaint->file, sizeof(complaint->file), file,
                          strlen(file)); /* a cut complaint still serves */
        complaint->place = *place;
        complaint->number = complaints->count;
        va_start(arguments, format);
        (void)vsnprintf(complaint->text, sizeof(complaint->text), format,
                        arguments); /* likewise */
        va_end(arguments);
    }
    complaints->count++;
}

static int compare(size_t left, size_t right)
{
    return (left > right) - (left < right);
}

static int by_place(const void *one, const void *other)
{
    const struct complaint *left = one;
    const struct complaint *right = other;
    int orders[] = {
        compare(left->place.file, right->place.file),
        compare(left->place.line, right->place.line),
        compare(left->place.column, right->place.column),
        compare(left->number, right->number),
    };
    size_t i = 0;

    while (orders[i] == 0 && i + 1 < sizeof(orders) / sizeof(orders[0])) {
        i++;
    }
    return orders[i];
}

static size_t kept(const struct complaints *complaints)
{
    return complaints->count < COMPLAINTS_MOST ? complaints->count
                                               : COMPLAINTS_MOST;
}

void complaints_sort(struct complaints *complaints)
{
    qsort(complaints->list, kept(complaints), sizeof(complaints->list[0]),
          by_place);
}

bool complaints_line(const struct complaints *complaints, size_t index,
                     char *line, size_t size)
{
    const struct complaint *complaint = &complaints->list[index];

    if (index >= kept(complaints)) {
        return false;
    }
    (void)text_format(line, size, "%s:%" PRIu32 ":%" PRIu32 ": %s",
                      complaint->file, complaint->place.line,
                      complaint->place.column,
                      complaint->text); /* a cut line still serves */
    return true;
}

void complaints_print(struct complaints *complaints)
{
    char line[COMPLAINT_LINE_BYTES];

    complaints_sort(complaints);
    for (size_t i = 0; complaints_line(complaints, i, line, sizeof(line));
         i++) {
        fprintf(stderr, "%s\n", line);
    }
    if (complaints->count > COMPLAINTS_MOST) {
        fprintf(stderr, "%s:1:1: and %zu more are wrong\n",
                complaints->list[0].file, complaints->count - COMPLAINTS_MOST);
    }
}
