/*
 * lines.c - see lines.h.
 */
#include "prober/lines.h"

#include <string.h>

#include "base/parse.h"

#define NUMBER_BYTES 24

/* Takes up to the end of a line, which may be the text's; the "\r" of a "\r\n"
 * is not part of it. */
static size_t take_line(struct lines *lines)
{
    const char *newline = memchr(lines->text, '\n', lines->length);
    size_t length =
        newline == NULL ? lines->length : (size_t)(newline - lines->text);
    size_t taken = newline == NULL ? length : length + 1;
    const char *line = lines->text;
    lines->text += taken;
    lines->length -= taken;
    return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
}

bool lines_next(struct lines *lines, struct line *line)
{
    while (lines->length > 0) {
        const char *text = lines->text;
        size_t length = take_line(lines);
        const char *colon = memchr(text, ':', length);
        if (colon != NULL && colon != text) {
            line->name = text;
            line->name_length = (size_t)(colon - text);
            line->value = colon + 1;
            line->value_length = length - line->name_length - 1;
            return true;
        }
    }
    return false;
}

bool line_value(const struct line *line, char *value, size_t size)
{
    if (line->value_length >= size ||
        memchr(line->value, '\0', line->value_length) != NULL) {
        return false;
    }
    memcpy(value, line->value, line->value_length);
    value[line->value_length] = '\0';
    return true;
}

bool line_number(const struct line *line, uint64_t highest, uint64_t *number)
{
    char value[NUMBER_BYTES];
    return line_value(line, value, sizeof(value)) &&
           parse_u64(value, 0, highest, number) == 0;
}
