/*
 * pairs.c - see pairs.h.
 */
#include "prober/pairs.h"

#include <string.h>

#include "base/parse.h"

#define NUMBER_BYTES 24

/* Takes up to the end of a line, which may be the text's; the "\r" of a "\r\n"
 * is not part of it. */
static size_t take_line(struct pairs *pairs)
{
    const char *newline = memchr(pairs->text, '\n', pairs->length);
    size_t length =
        newline == NULL ? pairs->length : (size_t)(newline - pairs->text);
    size_t taken = newline == NULL ? length : length + 1;
    const char *line = pairs->text;
    pairs->text += taken;
    pairs->length -= taken;
    return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
}

bool pairs_next(struct pairs *pairs, struct pair *pair)
{
    while (pairs->length > 0) {
        const char *text = pairs->text;
        size_t length = take_line(pairs);
        const char *colon = memchr(text, ':', length);
        if (colon != NULL && colon != text) {
            pair->name = text;
            pair->name_length = (size_t)(colon - text);
            pair->value = colon + 1;
            pair->value_length = length - pair->name_length - 1;
            return true;
        }
    }
    return false;
}

bool pair_value(const struct pair *pair, char *value, size_t size)
{
    if (pair->value_length >= size ||
        memchr(pair->value, '\0', pair->value_length) != NULL) {
        return false;
    }
    memcpy(value, pair->value, pair->value_length);
    value[pair->value_length] = '\0';
    return true;
}

bool pair_number(const struct pair *pair, uint64_t highest, uint64_t *number)
{
    char value[NUMBER_BYTES];
    return pair_value(pair, value, sizeof(value)) &&
           parse_u64(value, 0, highest, number) == 0;
}
