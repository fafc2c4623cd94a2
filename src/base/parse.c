/*
 * parse.c - strict readers of numbers, durations and sizes. Each takes the
 * whole text or nothing; no locale, no errno, no skipping of blanks.
 */
#include "base/parse.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define HEX64_DIGITS 16

/* Reads the digits the text begins with and leaves `*rest` behind them. A
 * number past 64 bits is -ERANGE, with `*rest` set all the same. */
static int read_digits(const char *text, uint64_t *value, const char **rest)
{
    const char *at = text;
    uint64_t sum = 0;
    bool is_too_big = false;
    while (*at >= '0' && *at <= '9') {
        unsigned digit = (unsigned)(*at - '0');
        is_too_big = is_too_big || sum > (UINT64_MAX - digit) / 10;
        sum = sum * 10 + digit;
        at++;
    }
    bool has_leading_zero = text[0] == '0' && at - text > 1;
    if (at == text || has_leading_zero) {
        return -EINVAL;
    }
    *rest = at;
    *value = sum;
    return is_too_big ? -ERANGE : 0;
}

int parse_u64(const char *text, uint64_t lowest, uint64_t highest,
              uint64_t *value)
{
    const char *rest = text;
    uint64_t number = 0;
    int status = read_digits(text, &number, &rest);
    if (status == -EINVAL || *rest != '\0') {
        return -EINVAL;
    }
    if (status != 0 || number < lowest || number > highest) {
        return -ERANGE;
    }
    *value = number;
    return 0;
}

int parse_hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

int parse_hex64(const char *text, uint64_t *value)
{
    uint64_t sum = 0;
    size_t length = 0;
    for (; text[length] != '\0'; length++) {
        int digit = parse_hex_digit(text[length]);
        if (digit < 0 || length == HEX64_DIGITS) {
            return -EINVAL;
        }
        sum = sum << 4 | (uint64_t)digit;
    }
    if (length == 0) {
        return -EINVAL;
    }
    *value = sum;
    return 0;
}

/* A number in one of its units; the bounds are in the smallest one. */
static int apply_unit(uint64_t number, uint64_t unit, uint64_t lowest,
                      uint64_t highest, uint64_t *value)
{
    if (number > UINT64_MAX / unit || number * unit < lowest ||
        number * unit > highest) {
        return -ERANGE;
    }
    *value = number * unit;
    return 0;
}

/* Milliseconds in one of the unit; 0 if it is none. */
static uint64_t unit_ms(const char *unit)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i].name) == 0) {
            return units[i].ms;
        }
    }
    return 0;
}

int parse_duration_ms(const char *text, uint64_t lowest_ms, uint64_t highest_ms,
                      uint64_t *value_ms)
{
    const char *rest = text;
    uint64_t number = 0;
    int status = read_digits(text, &number, &rest);
    if (status == -EINVAL) {
        return -EINVAL;
    }
    bool is_bare_zero = status == 0 && number == 0 && *rest == '\0';
    uint64_t unit = is_bare_zero ? 1 : unit_ms(rest);
    if (unit == 0) {
        return -EINVAL;
    }
    return status != 0
               ? -ERANGE
               : apply_unit(number, unit, lowest_ms, highest_ms, value_ms);
}

/* Bytes in one of the unit; 0 if it is none. */
static uint64_t unit_bytes(const char *unit)
{
    static const struct {
        const char *name;
        uint64_t bytes;
    } units[] = {{"", 1}, {"kb", 1u << 10}, {"mb", 1u << 20}, {"gb", 1u << 30}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcasecmp(unit, units[i].name) == 0) {
            return units[i].bytes;
        }
    }
    return 0;
}

int parse_size(const char *text, uint64_t lowest, uint64_t highest,
               uint64_t *value)
{
    const char *rest = text;
    uint64_t number = 0;
    int status = read_digits(text, &number, &rest);
    uint64_t unit = status == -EINVAL ? 0 : unit_bytes(rest);
    if (unit == 0) {
        return -EINVAL;
    }
    return status != 0 ? -ERANGE
                       : apply_unit(number, unit, lowest, highest, value);
}
