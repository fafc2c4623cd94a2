/*
 * parse.h - strict readers of small texts: the whole text, its range and its
 * unit, or -EINVAL (not such a thing) or -ERANGE (outside the bounds). Values
 * are written only on success.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdint.h>

/* Decimal digits only: no sign, no space, no leading zero but "0" itself. */
int parse_u64(const char *text, uint64_t lowest, uint64_t highest,
              uint64_t *value);

/* The value of one digit, lower or upper case; -1 if it is none. */
int parse_hex_digit(char digit);

/* 16 digits at most, lower or upper case, no prefix. */
int parse_hex64(const char *text, uint64_t *value);

/* "250ms", "10s", "5m", "1h", or "0". Fractions and bare numbers are
 * -EINVAL. */
int parse_duration_ms(const char *text, uint64_t lowest_ms, uint64_t highest_ms,
                      uint64_t *value_ms);

/* "64mb", "1gb", "512kb", or bytes without a unit. As in redis.conf: a kb is
 * 1024 bytes, and the units' case does not matter; its k, m and g of thousands
 * are -EINVAL, for too few know them. */
int parse_size(const char *text, uint64_t lowest, uint64_t highest,
               uint64_t *value);

#endif
