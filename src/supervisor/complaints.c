/*
 * complaints.c - see complaints.h.
 */
#include "supervisor/complaints.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void complaints_add(struct complaints *complaints, size_t line, size_t column,
                    const char *format, ...)
{
    if (complaints->count < COMPLAINTS_MOST) {
        struct complaint *complaint = &complaints->list[complaints->count];
        va_list arguments;

        complaint->line = line + 1;
        complaint->column = column + 1;
        va_start(arguments, format);
        (void)vsnprintf(complaint->text, sizeof(complaint->text), format,
                        arguments); /* a cut complaint still serves */
        va_end(arguments);
    }
    complaints->count++;
}

static int by_place(const void *one, const void *other)
{
    const struct complaint *left = one;
    const struct complaint *right = other;

    if (left->line != right->line) {
        return left->line < right->line ? -1 : 1;
    }
    return (left->column > right->column) - (left->column < right->column);
}

void complaints_print(struct complaints *complaints, const char *file)
{
    size_t kept = complaints->count < COMPLAINTS_MOST ? complaints->count
                                                      : COMPLAINTS_MOST;

    qsort(complaints->list, kept, sizeof(complaints->list[0]), by_place);
    for (size_t i = 0; i < kept; i++) {
        const struct complaint *complaint = &complaints->list[i];
        fprintf(stderr, "%s:%zu:%zu: %s\n", file, complaint->line,
                complaint->column, complaint->text);
    }
    if (complaints->count > kept) {
        fprintf(stderr, "%s: and %zu more\n", file, complaints->count - kept);
    }
}
