/*
 * unescape.c - one pass over the bytes as they came.
 *
 * What an escape hides is judged like any other byte, so nothing gets past by
 * being written as "%00" or "%0a".
 */
#include "console/unescape.h"

#include <errno.h>
#include <stdbool.h>

#include "base/parse.h"

/* The byte at `*from`, past which `*from` is moved; -1 for a bad escape. */
static int take_byte(const char **from, const char *end)
{
    const char *at = *from;
    if (*at != '%') {
        *from = at + 1;
        return (unsigned char)*at;
    }
    int high = end - at > 2 ? parse_hex_digit(at[1]) : -1;
    int low = end - at > 2 ? parse_hex_digit(at[2]) : -1;
    *from = end - at > 2 ? at + 3 : end;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static int unescape(const char *from, size_t length, char lowest, char *text,
                    size_t size)
{
    const char *end = from + length;
    size_t used = 0;
    while (from < end) {
        bool is_space = *from == '+' && lowest == ' ';
        int byte = take_byte(&from, end);
        byte = is_space ? ' ' : byte;
        if (byte < lowest || byte > '~') {
            return -EINVAL;
        }
        if (used + 1 >= size) {
            return -ENOENT;
        }
        text[used++] = (char)byte;
    }
    text[used] = '\0';
    return 0;
}

int unescape_path(const char *from, size_t length, char *path, size_t size)
{
    return unescape(from, length, '!', path, size);
}

int unescape_argument(const char *from, size_t length, char *text, size_t size)
{
    return unescape(from, length, ' ', text, size);
}
