/*
 * text.c - bounded text. Whatever comes in, the output ends with a NUL inside
 * its buffer; what does not fit is cut and the caller is told.
 */
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DISTANCE_LONGEST 64 /* bytes of a word whose distance is counted */

static bool is_printable(unsigned char byte)
{
    return byte >= 0x20 && byte <= 0x7e;
}

/* vsnprintf's answer to "did it fit"; an encoding error leaves nothing. */
static bool format_at(char *target, size_t size, const char *format,
                      va_list arguments) __attribute__((format(printf, 3, 0)));

static bool format_at(char *target, size_t size, const char *format,
                      va_list arguments)
{
    int length = vsnprintf(target, size, format, arguments);
    if (length < 0) {
        target[0] = '\0';
        return false;
    }
    return (size_t)length < size;
}

bool text_copy(char *target, size_t size, const char *source)
{
    assert(size > 0);
    size_t length = strnlen(source, size);
    bool fits = length < size;
    if (!fits) {
        length = size - 1;
    }
    memmove(target, source, length);
    target[length] = '\0';
    return fits;
}

bool text_format(char *target, size_t size, const char *format, ...)
{
    assert(size > 0);
    va_list arguments;
    va_start(arguments, format);
    bool fits = format_at(target, size, format, arguments);
    va_end(arguments);
    return fits;
}

bool text_append(char *target, size_t size, const char *format, ...)
{
    size_t length = strnlen(target, size);
    assert(length < size);
    va_list arguments;
    va_start(arguments, format);
    bool fits = format_at(target + length, size - length, format, arguments);
    va_end(arguments);
    return fits;
}

bool text_escape(char *target, size_t size, const void *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    assert(size > 0);
    const unsigned char *byte = bytes;
    size_t used = 0;
    size_t done = 0;
    for (; done < length; done++) {
        bool is_plain = is_printable(byte[done]) && byte[done] != '\\';
        size_t wanted = is_plain ? 1 : 4;
        if (used + wanted >= size) {
            break;
        }
        if (is_plain) {
            target[used] = (char)byte[done];
        } else {
            target[used] = '\\';
            target[used + 1] = 'x';
            target[used + 2] = digits[byte[done] >> 4];
            target[used + 3] = digits[byte[done] & 15];
        }
        used += wanted;
    }
    target[used] = '\0';
    return done == length;
}

void text_hex(char *target, size_t size, const void *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    assert(size > 2 * length);
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++) {
        target[2 * i] = digits[byte[i] >> 4];
        target[2 * i + 1] = digits[byte[i] & 15];
    }
    target[2 * length] = '\0';
}

bool text_is_printable(const char *text, size_t longest)
{
    size_t length = 0;
    while (length <= longest && text[length] != '\0') {
        if (!is_printable((unsigned char)text[length])) {
            return false;
        }
        length++;
    }
    return length >= 1 && length <= longest;
}

static size_t least(size_t one, size_t two, size_t three)
{
    size_t least_of_two = one < two ? one : two;
    return least_of_two < three ? least_of_two : three;
}

size_t text_distance(const char *one, const char *other)
{
    size_t one_length = strnlen(one, DISTANCE_LONGEST + 1);
    size_t other_length = strnlen(other, DISTANCE_LONGEST + 1);
    if (one_length > DISTANCE_LONGEST || other_length > DISTANCE_LONGEST) {
        return SIZE_MAX;
    }
    /* Levenshtein's table, one row at a time: row[j] is the distance of the
     * first i bytes of `one` to the first j of `other`. */
    size_t row[DISTANCE_LONGEST + 1];
    for (size_t j = 0; j <= other_length; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= one_length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= other_length; j++) {
            size_t swap = diagonal + (one[i - 1] != other[j - 1]);
            diagonal = row[j];
            row[j] = least(row[j] + 1, row[j - 1] + 1, swap);
        }
    }
    return row[other_length];
}
